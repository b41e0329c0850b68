"""What two texts are compared by: the set of their n-grams of words.

A pure function of the text, so that a wrong language label never hides a duplicate. This is the
definition in plain Python, for people and tests; `kernel` computes it.
"""

import re
from functools import cache
from itertools import groupby

from synth_assets.dedup.alphabet import fold, marks

# Thai and Lao, Burmese, Khmer, Japanese kana, Han: scripts that put no space between words.
_WIDE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def units(text: str) -> list[str]:
    r"""What the n-grams are made of: words of the lower-cased text, or its characters where most
    of them belong to a script that is written without spaces.

    A word is `\w+` (Unicode), combining marks and joiners inside it included.
    """
    folded = fold(text)
    if folded.isascii():
        return _word(marks="").findall(folded)
    marks = _marks()
    if wide := len(_WIDE.findall(folded)):
        characters = _character(marks).findall(folded)
        if 2 * wide > len(characters):
            return characters
    return _word(marks).findall(folded)


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
    no name for them."""
    runs = groupby(enumerate(marks()), key=lambda pair: pair[1] - pair[0])
    found = [[code for _, code in run] for _, run in runs]
    return "".join(f"{chr(run[0])}-{chr(run[-1])}" for run in found)
