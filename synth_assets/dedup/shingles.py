"""What two texts are compared by: the set of their n-grams of words.

A pure function of the text, so that a wrong language label never hides a duplicate.
"""

import re
import unicodedata
from functools import cache
from itertools import groupby

# Thai and Lao, Burmese, Khmer, Japanese kana, Han: scripts that put no space between words.
_WIDE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_JOINERS = "\u200c\u200d"
_FIRST_MARK, _LAST_MARK = 0x300, 0x11FFF


def units(text: str) -> list[str]:
    r"""What the n-grams are made of: words of the lower-cased text, or its characters where most
    of them belong to a script that is written without spaces.

    A word is `\w+` (Unicode), combining marks and joiners inside it included: without them words
    of Hindi or Bengali would fall apart at every vowel sign.
    """
    lowered = text.lower()
    if lowered.isascii():
        return _word(marks="").findall(lowered)
    marks = _marks()
    if wide := len(_WIDE.findall(lowered)):
        characters = _character(marks).findall(lowered)
        if 2 * wide > len(characters):
            return characters
    return _word(marks).findall(lowered)


def shingles(text: str, ngram: int) -> set[str]:
    """The set of n-grams, each as its units joined by a space.

    A text with fewer units than `ngram` is one shingle of all of them; one without any has none.
    """
    found = units(text)
    if len(found) <= ngram:
        return {" ".join(found)} if found else set()
    return set(map(" ".join, zip(*(found[start:] for start in range(ngram)), strict=False)))


@cache
def _word(marks: str) -> re.Pattern[str]:
    return re.compile(rf"\w[\w{marks}]*" if marks else r"\w+")


@cache
def _character(marks: str) -> re.Pattern[str]:
    return re.compile(rf"[\w{marks}]")


@cache
def _marks() -> str:
    """Combining marks and joiners as ranges of a regular expression's character class, which has
    no name for them. 70,000 look-ups, so not at import."""
    codes = (code for code in range(_FIRST_MARK, _LAST_MARK + 1) if _is_mark(chr(code)))
    runs = groupby(enumerate(codes), key=lambda pair: pair[1] - pair[0])
    found = [[code for _, code in run] for _, run in runs]
    return _JOINERS + "".join(f"{chr(run[0])}-{chr(run[-1])}" for run in found)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Mc")
