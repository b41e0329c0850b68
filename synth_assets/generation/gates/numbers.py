"""Numbers of the source that the text must have too."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.fences import prose
from synth_assets.generation.gates.gate import Generated
from synth_assets.generation.gates.keeping import Keeping
from synth_assets.generation.gates.urls import URL

_LIST_NUMBER = re.compile(r"^[ \t>]*(?:#{1,6}[ \t]+)?\d{1,3}[.)](?=\s)", re.MULTILINE)
_NUMBER = r"(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d+)(?:[.,'’٫٬\u00a0\u202f]\d+)*"
_WANTED = re.compile(rf"(?<!\w){_NUMBER}")
_THERE = re.compile(_NUMBER)
_RUN = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class NumbersKept(Keeping):
    """Numbers in digits of any script, compared without their separators (1,000.5 is 1.000,5).

    With `repeats` each occurrence counts (a translation), without each number once (a rewrite).
    Numbers of list items, in code, in addresses and inside words (F11) are not asked for.
    """

    name: ClassVar[str] = "numbers_kept"
    repeats: bool = False

    def __call__(self, made: Generated) -> Fault | None:
        asked = _LIST_NUMBER.sub("", URL.sub(" ", prose(_ascii(made.source))))
        wanted = Counter(_runs(number) for number in _WANTED.findall(asked))
        if not self.repeats:
            wanted = Counter(dict.fromkeys(wanted, 1))
        if not wanted:
            return None
        text = _ascii(made.text)
        there = Counter("".join(_runs(number)) for number in _THERE.findall(text))
        parts = set(_RUN.findall(text))
        lost: Counter[str] = Counter()
        for runs, count in wanted.items():
            # "1,2" may have become "1 and 2": then its parts are there
            if not (len(runs) > 1 and parts.issuperset(runs)):
                lost["".join(runs)] += max(0, count - there["".join(runs)])
        return self.judge(+lost, wanted.total())


def _runs(number: str) -> tuple[str, ...]:
    return tuple(_RUN.findall(number))


def _ascii(text: str) -> str:
    """The text with digits of all scripts as 0 to 9."""
    if text.isascii():
        return text
    digits = {ord(one): str(unicodedata.decimal(one)) for one in set(text) if one.isdecimal()}
    return text.translate(digits)
