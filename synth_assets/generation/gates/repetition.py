"""Texts that say the same again and again."""

import re
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from synth_assets.compiled import Whole, compiled
from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.fences import split_fences
from synth_assets.generation.gates.gate import Amount, Count, Gate, Generated, Share
from synth_assets.generation.gates.units import units

WINDOW_CHARS = 2000
"""A long text is judged by its most repetitive stretch: a model that falls into a loop does so at
the end, and plain text compresses the better the more there is of it."""

MIN_CHARS = 400
MIN_WORDS = 50
"""Under these, compression and n-grams say little."""

LONGEST = 80
"""Characters of the longest stretch that counts as a loop."""

LONG_LINE = 20
"""Characters of a line that count though it has no spaces."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Repetition(Gate):
    """More repetition than allowed, unless the source repeats itself as much.

    `max_duplicate_lines`: share of lines of three words or more, outside code, that stand there
    before. `max_top_ngram`: share of the words in the most frequent run of three words.
    `max_compression`: how many times smaller zlib makes the text, each character one byte where it
    has no more than 256 different ones, so that scripts compare (Whisper, arXiv 2212.04356, takes
    2.4 for one utterance).
    """

    name: ClassVar[str] = "repetition"
    max_duplicate_lines: Share = 0.3
    max_top_ngram: Share = 0.2
    max_compression: Amount = 7.0

    def __call__(self, made: Generated) -> Fault | None:
        measures = (
            ("duplicate lines", duplicate_lines, self.max_duplicate_lines),
            ("top 3-gram", top_ngram, self.max_top_ngram),
            ("compression", compression, self.max_compression),
        )
        for what, measure, limit in measures:
            value = measure(made.text)
            if value > limit and value > measure(made.source):
                return self.fault(f"{what} {value:.2f}", f"at most {limit:g}")
        return None


@dataclass(frozen=True, slots=True)
class Loop(Gate):
    """A stretch of 2 to 80 characters, with letters, no single one (as in "Aaaah!"),
    `min_repeats` times in a row, unless the source has the like; for texts of a sentence or two."""

    name: ClassVar[str] = "repetition_loop"
    version: ClassVar[int] = 2
    min_repeats: Count = 4

    def __call__(self, made: Generated) -> Fault | None:
        if not self._has_loop(made.text) or self._has_loop(made.source):
            return None
        return self.fault(made.text[:80], f"{self.min_repeats - 1} repeats in a row")

    def _has_loop(self, text: str) -> bool:
        least = max(2, self.min_repeats)
        if not _repeats(text.encode("utf-32-le", "surrogatepass")[::4], least):
            return False
        loop = re.compile(rf"(\S.{{1,{LONGEST - 1}}}?)\1{{{least - 1},}}", re.DOTALL)
        found = (stretch[1] for stretch in loop.finditer(text))
        return any(len(set(one)) > 1 and any(map(str.isalpha, one)) for one in found)


@compiled
def _repeats(codes: bytes, least: Whole) -> bool:
    """Whether any stretch of 2 to LONGEST characters may stand there `least` times in a row, by the
    lowest byte of each: hardly any text has one, and finding it takes ten times as long."""
    for period in range(2, LONGEST + 1):
        run = 0
        for at in range(period, len(codes)):
            run = run + 1 if codes[at] == codes[at - period] else 0
            if run == (least - 1) * period:
                return True
    return False


@dataclass(frozen=True, slots=True)
class Doubled(Gate):
    """A text that says all it says twice: its second half is its first again, `min_letters` or
    more, unless the source does so too."""

    name: ClassVar[str] = "doubled"
    min_letters: Count = 8

    def __call__(self, made: Generated) -> Fault | None:
        if not self._is_doubled(made.text) or self._is_doubled(made.source):
            return None
        return self.fault(made.text[:80], "said once")

    def _is_doubled(self, text: str) -> bool:
        squeezed = "".join(_WORD.findall(text))
        half = len(squeezed) // 2
        return half >= self.min_letters and squeezed[:half] == squeezed[-half:]


def duplicate_lines(text: str) -> float:
    """Of lines that say something: three words or more, or as much in an unspaced script."""
    stripped = (line.strip() for line in split_fences(text).outside)
    lines = [line for line in stripped if len(_WORD.findall(line)) >= 3 or len(line) >= LONG_LINE]
    return (len(lines) - len(set(lines))) / len(lines) if lines else 0.0


def top_ngram(text: str) -> float:
    found = units(text)
    runs = found.ngrams(3)
    if found.length < MIN_WORDS or not runs:
        return 0.0
    ((run, count),) = Counter(runs).most_common(1)
    return min(1.0, count * len(run) / len(found.words)) if count > 1 else 0.0


def compression(text: str) -> float:
    starts = range(0, max(1, len(text) - MIN_CHARS), WINDOW_CHARS)
    windows = [text[start : start + WINDOW_CHARS] for start in starts]
    return max((_compression(window) for window in windows if len(window) >= MIN_CHARS), default=0)


def _compression(text: str) -> float:
    letters = {letter: number for number, letter in enumerate(dict.fromkeys(text))}
    if len(letters) <= 256:
        data = bytes(map(letters.__getitem__, text))
    else:
        data = text.encode("utf-16-le", "surrogatepass")
    return len(data) / len(zlib.compress(data))
