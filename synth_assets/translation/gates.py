"""Rules that a translated segment and a translated document must pass."""

import re
from dataclasses import dataclass

from synth_assets.translation.protect import has_letters

MAX_LENGTH_RATIO = 4.0
LENGTH_FLOOR = 40
"""Target and source may differ by this factor; the shorter side counts as at least the floor, so
that labels of a word or two are free. A segment fails only when it does in characters and in UTF-8
bytes: scripts differ in how much one character says, and in how many bytes it takes."""

MIN_REPEATS = 4
"""A stretch of 2 to 80 characters so often in a row, unless the source has the like, is a loop."""

MAX_COPIED = 0.5
MIN_WORDS = 50
"""A document of at least so many words (4 letters or more, outside protected spans) of which more
than this share stands in its source as well was not translated. Human English-Catalan references
have about 0.1; Raunak et al. 2021 and Liu et al. 2021 on copying."""

_LOOP = re.compile(rf"(\S.{{1,79}}?)\1{{{MIN_REPEATS - 1},}}", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True, slots=True)
class Broken:
    """A gate that a text did not pass: name, measured value, what is allowed."""

    gate: str
    value: str
    limit: str


def check_segment(source: str, target: str, *, finished: bool) -> Broken | None:
    """The first gate that the translation of one segment breaks."""
    if not target.strip():
        return Broken("empty_segment", source[:80], "a translation")
    if not finished:
        return Broken("unfinished", source[:80], "an end within max_new_tokens")
    if has_loop(target) and not has_loop(source):
        return Broken("repetition_loop", target[:80], f"{MIN_REPEATS - 1} repeats in a row")
    ratio = min(
        _ratio(len(source), len(target)), _ratio(len(source.encode()), len(target.encode()))
    )
    if ratio > MAX_LENGTH_RATIO:
        return Broken("length_ratio", f"{ratio:.2f}", f"{MAX_LENGTH_RATIO:g}")
    return None


def check_document(n_words: int, n_copied: int) -> Broken | None:
    """Whether enough of a long document's words are new."""
    share = copy_ratio(n_words, n_copied)
    if n_words >= MIN_WORDS and share > MAX_COPIED:
        return Broken("copied", f"{share:.3f}", f"{MAX_COPIED:g}")
    return None


def copy_ratio(n_words: int, n_copied: int) -> float:
    return round(n_copied / n_words, 4) if n_words else 0.0


def count_copied(source: str, target: str) -> tuple[int, int]:
    """Words of the target, and those among them that the source has too."""
    known = {word.casefold() for word in _WORD.findall(source)}
    words = [word.casefold() for word in _WORD.findall(target)]
    return len(words), sum(word in known for word in words)


def has_loop(text: str) -> bool:
    return any(has_letters(found[1]) for found in _LOOP.finditer(text))


def _ratio(source: int, target: int) -> float:
    """How many times the longer is as long as the shorter."""
    longer, shorter = max(source, target), min(source, target)
    return longer / max(shorter, LENGTH_FLOOR)
