"""Which script a text is written in, by its letters; ISO 15924 codes as in FLORES codes."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

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
    counts: Counter[str] = Counter()
    for character, times in Counter(text).items():
        script = _script_of(character)
        if script is not None:
            counts[script] += times
    return counts


def best_script(text: str, counts: Counter[str], allowed: Iterable[str]) -> str | None:
    """Which of the scripts a language can use has most letters in the text; None where none has.

    Among equals the first stands. Simplified and traditional Chinese are told apart by their
    most frequent characters.
    """
    allowed = tuple(allowed)
    letters = {code: sum(counts[part] for part in _MEMBERS.get(code, (code,))) for code in allowed}
    best = max(allowed, key=lambda code: letters[code])
    if not letters[best]:
        return None
    if best in ("Hans", "Hant") and {"Hans", "Hant"} <= set(allowed):
        return _chinese(text, usual=allowed[0])
    return best


def _chinese(text: str, usual: str) -> str:
    simplified = sum(character in _SIMPLIFIED for character in text)
    traditional = sum(character in _TRADITIONAL for character in text)
    if simplified == traditional:
        return usual
    return "Hans" if simplified > traditional else "Hant"


@lru_cache(maxsize=1 << 16)
def _script_of(character: str) -> str | None:
    """Unicode names begin with the script: LATIN SMALL LETTER A, CJK UNIFIED IDEOGRAPH-4E00."""
    if not character.isalpha():
        return None
    return _BY_NAME.get(unicodedata.name(character, "").split(" ")[0].split("-")[0])
