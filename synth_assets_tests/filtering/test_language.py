import gzip
import json
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.filtering.language import identify, known
from synth_assets.filtering.language_codes import to_flores

SENTENCES = {
    "eng_Latn": "Yesterday evening we walked along the river until the rain began to fall.",
    "cat_Latn": "Ahir al vespre vam caminar vora el riu fins que va començar a ploure.",
    "spa_Latn": "Ayer por la tarde caminamos junto al río hasta que empezó a llover.",
    "fra_Latn": "Hier soir, nous avons marché le long de la rivière jusqu'à la pluie.",
    "deu_Latn": "Gestern Abend gingen wir am Fluss entlang, bis es zu regnen begann.",
    "ita_Latn": "Ieri sera abbiamo camminato lungo il fiume finché ha cominciato a piovere.",
    "por_Latn": "Ontem à noite caminhámos junto ao rio até começar a chover muito.",
    "nld_Latn": "Gisteravond liepen we langs de rivier totdat het begon te regenen.",
    "swe_Latn": "I går kväll gick vi längs ån tills det började regna ordentligt.",
    "pol_Latn": "Wczoraj wieczorem szliśmy wzdłuż rzeki, aż zaczął padać deszcz.",
    "eus_Latn": "Atzo arratsaldean ibai ertzean ibili ginen euria hasi zuen arte.",
    "rus_Cyrl": "Вчера вечером мы гуляли вдоль реки, пока не начался сильный дождь.",
    "ukr_Cyrl": "Учора ввечері ми гуляли вздовж річки, поки не почався сильний дощ.",
    "ell_Grek": "Χθες το βράδυ περπατήσαμε δίπλα στο ποτάμι μέχρι που άρχισε να βρέχει.",
    "arb_Arab": "مشينا مساء أمس على ضفة النهر حتى بدأ المطر يهطل بغزارة.",
    "heb_Hebr": "אתמול בערב הלכנו לאורך הנהר עד שהתחיל לרדת גשם חזק.",
    "hin_Deva": "कल शाम हम नदी के किनारे तब तक चले जब तक बारिश शुरू नहीं हुई।",
    "jpn_Jpan": "昨日の夕方、雨が降り始めるまで川沿いを歩きました。",
    "zho_Hans": "昨天晚上我们沿着河边散步，后来开始下雨，大家都说这个地方很美。",
    "zho_Hant": "昨天晚上我們沿著河邊散步，後來開始下雨，大家都說這個地方很美。",
    "kor_Hang": "어제 저녁에 우리는 비가 오기 시작할 때까지 강을 따라 걸었습니다.",
    "tha_Thai": "เมื่อวานตอนเย็นเราเดินเลียบแม่น้ำจนกระทั่งฝนเริ่มตก",
    "tur_Latn": "Dün akşam yağmur başlayana kadar nehir kıyısında yürüdük.",
    "srp_Cyrl": "Јуче увече смо шетали поред реке док није почела да пада јака киша.",
}


@pytest.mark.parametrize("lang", SENTENCES)
def test_short_sentences(lang: str) -> None:
    found = identify(SENTENCES[lang])
    assert found.lang == lang
    assert 0.15 <= found.confidence <= 1


@pytest.mark.parametrize("text", ["", "   \n\n", "a", "12 345 678", "!!! ... ###", "\0\0\0", "OK"])
def test_without_evidence_there_is_no_language(text: str) -> None:
    assert identify(text) == ("und", 0.0)


def test_line_breaks_nul_and_case_change_nothing() -> None:
    text = SENTENCES["cat_Latn"]
    assert identify(text.upper()) == identify(text)
    assert identify(text.replace(" ", "\n")) == identify(text)
    assert identify(text.replace(" ", " \0 ")) == identify(text)


def test_the_model_is_found_without_a_network() -> None:
    program = (
        "import socket, sys\n"
        "def refuse(*_): raise OSError('no network')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from synth_assets.filtering.language import identify\n"
        "print(identify(sys.argv[1]).lang)"
    )
    command = [sys.executable, "-c", program, SENTENCES["cat_Latn"]]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "cat_Latn"


def test_code_and_addresses_are_not_english() -> None:
    code = "`return the value of the item` https://example.org/the/english/words/of/this/page <div>"
    assert identify(f"{code}\n{SENTENCES['cat_Latn']}").lang == "cat_Latn"


def test_languages_of_real_documentation(data_dir: Path) -> None:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    with gzip.open(data_dir / "corpora" / "libreoffice-help.jsonl.gz", "rt") as stream:
        for line in stream:
            page = json.loads(line)
            found[to_flores(page["lang"])][identify(page["text"]).lang] += 1
    shares = {lang: counts[lang] / counts.total() for lang, counts in sorted(found.items())}
    macro = sum(shares.values()) / len(shares)
    print({lang: round(share, 3) for lang, share in shares.items()}, "macro", round(macro, 4))
    assert len(shares) == 7
    assert macro >= 0.97


NEIGHBOURS = {
    "hau_Latn": "Gwamnatin jihar ta ce za ta gina sabbin makarantu a dukkan kananan hukumomi.",
    "ibo_Latn": "Ndị nkuzi kwuru na ụmụ akwụkwọ ga-amalite ule ha n'izu na-abịa n'ụlọ akwụkwọ.",
    "sna_Latn": "Vadzidzi vese vanofanira kuuya kuchikoro mangwanani kuti vanyore bvunzo dzavo.",
    "wol_Latn": "Xale yi dañuy dem daara bés bu nekk ngir jàng bind ak waxtaan ak seen xarit yi.",
    "gaz_Latn": "Barattoonni guyyaa hunda mana barumsaa dhaquun dubbisuu barataa jiru.",
    "pcm_Latn": "Di pipol wey dey stay for dat area don tok say dem no get light since last week.",
    "tir_Ethi": "ተማሃሮ ኩሉ መዓልቲ ናብ ቤት ትምህርቲ ይኸዱ ኣብኡ ድማ ምንባብን ምጽሓፍን ይመሃሩ ኣለዉ።",
}


@pytest.mark.parametrize("lang", NEIGHBOURS)
def test_languages_that_lid176_lacks(lang: str) -> None:
    found = identify(NEIGHBOURS[lang])
    assert found.lang == lang
    assert found.confidence is not None and 0.15 <= found.confidence <= 1


def test_what_is_known() -> None:
    assert len(known()) >= 400
    assert {"eng", "cat", "hau", "kin", "run", "zul", "lin", "lug", "bam", "gaz"} <= known()
    assert "und" not in known()


def test_a_declared_language_that_no_model_knows_stands() -> None:
    nuer = "Nyinɛ̈y min këëliw tin tɔ̱ŋɔ ram mi te̱k kɛ cäŋ mi dɔ̱diɛn ɛ kuɔɔ̱th."
    assert identify(nuer, "nus_Latn") == ("nus_Latn", None)
    assert identify(NEIGHBOURS["hau_Latn"], "ha").lang == "hau_Latn"
    assert identify(SENTENCES["fra_Latn"], "ha").lang == "fra_Latn"
    assert identify("The ship left the harbour early in the morning.", "fr").lang == "eng_Latn"
    assert identify("The ship left the harbour early in the morning.", "??").lang == "eng_Latn"


def test_languages_of_african_news(data_dir: Path) -> None:
    news = pl.read_parquet(data_dir / "corpora" / "masakhane-news.parquet")
    right: dict[str, list[bool]] = defaultdict(list)
    for tag, text in news.select("lang", "text").gather_every(3).iter_rows():
        lang = "pcm_Latn" if tag == "pcm" else to_flores(tag)
        right[lang].append(identify(text).lang == lang)
    shares = {lang: sum(each) / len(each) for lang, each in sorted(right.items())}
    print({lang: round(share, 3) for lang, share in shares.items()})
    assert len(shares) == 16
    assert sum(shares.values()) / 16 >= 0.93


@given(st.text(max_size=400))
@settings(max_examples=100, deadline=None)
def test_any_text_gets_a_known_code_or_und(text: str) -> None:
    lang, confidence = identify(text)
    assert lang == "und" or lang.split("_")[0] in known()
    assert confidence is not None and 0 <= confidence <= 1
