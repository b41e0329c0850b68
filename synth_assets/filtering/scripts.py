"""Which script a text is written in, by its letters; ISO 15924 codes as in FLORES codes."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from synth_assets.compiled import compiled
from synth_assets.filtering.alphabet import LETTER, kinds
from synth_assets.filtering.language_sample import as_text

_BY_NAME = {
    "LATIN": "Latn", "CYRILLIC": "Cyrl", "GREEK": "Grek", "ARMENIAN": "Armn", "GEORGIAN": "Geor",
    "ARABIC": "Arab", "HEBREW": "Hebr", "SYRIAC": "Syrc", "THAANA": "Thaa", "NKO": "Nkoo",
    "ETHIOPIC": "Ethi", "TIFINAGH": "Tfng", "DEVANAGARI": "Deva", "BENGALI": "Beng",
    "GURMUKHI": "Guru", "GUJARATI": "Gujr", "ORIYA": "Orya", "TAMIL": "Taml", "TELUGU": "Telu",
    "KANNADA": "Knda", "MALAYALAM": "Mlym", "SINHALA": "Sinh", "THAI": "Thai", "LAO": "Laoo",
    "TIBETAN": "Tibt", "MYANMAR": "Mymr", "KHMER": "Khmr", "MONGOLIAN": "Mong", "OL": "Olck",
    "HANGUL": "Hang", "HIRAGANA": "Kana", "KATAKANA": "Kana", "CJK": "Hani",
}  # fmt: skip

_MEMBERS = {
    "Jpan": ("Kana", "Hani"),
    "Hans": ("Hani",),
    "Hant": ("Hani",),
}
"""Codes for a way of writing, and the scripts it is made of."""

_SIMPLIFIED = frozenset(
    "们这国说时会为个来对发动经过现实开关学习电脑车东马鸟鱼龙门问间闻见观觉视规话语读请让谁"
    "谢识计认论设许证评试该详误调谈课钱铁银错长张强师归当录总战无产业务难题页项须顺预领频颜风"
    "飞饭馆体应广庆库网络线级纪约组织结给统继续编处备复头买卖书写农军办医华单卫压县变号听"
)
_TRADITIONAL = frozenset(
    "們這國說時會為個來對發動經過現實開關學習電腦車東馬鳥魚龍門問間聞見觀覺視規話語讀請讓誰"
    "謝識計認論設許證評試該詳誤調談課錢鐵銀錯長張強師歸當錄總戰無產業務難題頁項須順預領頻顏風"
    "飛飯館體應廣慶庫網絡線級紀約組織結給統繼續編處備復頭買賣書寫農軍辦醫華單衛壓縣變號聽"
)
"""Everyday characters that differ between the two, in the same order."""


def count_scripts(text: str) -> Counter[str]:
    """Letters of the text by script; kana and Han apart (`Kana`, `Hani`)."""
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32)
    return count_script_codes(codes)


def count_script_codes(codes: NDArray[np.uint32]) -> Counter[str]:
    """`count_scripts` of code points."""
    counts = _tally(codes, _table(), len(_SCRIPTS))
    return Counter({_SCRIPTS[place]: int(counts[place]) for place in counts.nonzero()[0]})


def best_script(
    codes: NDArray[np.uint32], counts: Counter[str], allowed: Iterable[str]
) -> str | None:
    """Which of the scripts a language can use has most letters in the text, whose code points are
    given and counted; None where none has.

    Among equals the first stands. Simplified and traditional Chinese are told apart by their
    most frequent characters.
    """
    allowed = tuple(allowed)
    letters = {code: sum(counts[part] for part in _MEMBERS.get(code, (code,))) for code in allowed}
    best = max(allowed, key=lambda code: letters[code])
    if not letters[best]:
        return None
    if best in ("Hans", "Hant") and {"Hans", "Hant"} <= set(allowed):
        return _chinese(as_text(codes), usual=allowed[0])
    return best


def _chinese(text: str, usual: str) -> str:
    simplified = sum(character in _SIMPLIFIED for character in text)
    traditional = sum(character in _TRADITIONAL for character in text)
    if simplified == traditional:
        return usual
    return "Hans" if simplified > traditional else "Hant"


_SCRIPTS = tuple(sorted(set(_BY_NAME.values())))
_NONE = 255


@cache
def _table() -> NDArray[np.uint8]:
    """(0x110000,) The place in _SCRIPTS of every letter's script. Unicode names begin with it:
    LATIN SMALL LETTER A, CJK UNIFIED IDEOGRAPH-4E00."""
    table = np.full(0x110000, _NONE, dtype=np.uint8)
    places = {name: _SCRIPTS.index(script) for name, script in _BY_NAME.items()}
    for code in (kinds() & LETTER).nonzero()[0].tolist():
        first = unicodedata.name(chr(code), "").split(" ")[0].split("-")[0]
        table[code] = places.get(first, _NONE)
    return table


@compiled
def _tally(codes: NDArray[np.uint32], table: NDArray[np.uint8], scripts: int) -> NDArray[np.int64]:
    counts = np.zeros(256, dtype=np.int64)
    for code in codes:
        counts[table[code]] += 1
    return counts[:scripts]
