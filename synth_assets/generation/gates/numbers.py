"""Numbers of the source that the text must have too."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.fences import prose
from synth_assets.generation.gates.gate import Gate, Generated, Share
from synth_assets.generation.gates.keeping import Keeping
from synth_assets.generation.gates.urls import URL

_LIST_NUMBER = re.compile(r"^[ \t>]*(?:#{1,6}[ \t]+)?\d{1,3}[.)](?=\s)", re.MULTILINE)
_NUMBER = r"(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d+)(?:[.,'’٫٬\u00a0\u202f]\d+)*"
_WANTED = re.compile(rf"(?<!\w)(?<!\w[.,]){_NUMBER}")
_THERE = re.compile(_NUMBER)
_BEFORE = r"(?<![A-Za-z_\u00c0-\u0dff])(?<![A-Za-z][.,])"
"""No letter stands there, but for those of unspaced scripts."""

_GROUPED = re.compile(rf"{_BEFORE}(?:\d{{1,3}}(?:[.,'’٬ \u00a0\u202f]\d{{3}})+(?!\d)|\d+)")
_JOINED = re.compile(rf"{_BEFORE}{_NUMBER}")
_OWN_CALENDAR = frozenset({"amh", "npi", "pes", "prs", "tha", "tir"})
_NO_DIGIT = re.compile(r"\D")
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
        if not _RUN.search(made.source):
            return None
        wanted = Counter(_runs(number) for number in _WANTED.findall(_asked(made.source)))
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


@dataclass(frozen=True, slots=True)
class NumbersChanged(Gate):
    """More than `max_share` of the source's numbers are not in the text, and as large a share of
    the text's are not in the source: they became others.

    What a translator spells out is lost and brings no other; digits without their last zeros are
    compared, since 2.5 million is 250\u4e07 elsewhere. Languages whose dates are of another
    calendar are not judged.
    """

    name: ClassVar[str] = "numbers_changed"
    models_only: ClassVar[bool] = True
    max_share: Share = 0.3

    def __call__(self, made: Generated) -> Fault | None:
        if made.source_lang[:3] in _OWN_CALENDAR or made.target_lang[:3] in _OWN_CALENDAR:
            return None
        if not (_RUN.search(made.source) and _RUN.search(made.text)):
            return None
        source, text = _asked(made.source), _asked(made.text)
        shares = []
        for parts in (_grouped, _joined):
            wanted, there = parts(source), parts(text)
            lost, new = wanted - there, there - wanted
            shares.append(
                min(lost.total() / max(1, wanted.total()), new.total() / max(1, there.total()))
            )
        if min(shares) <= self.max_share:
            return None
        some, others = (", ".join(list(items)[:3]) for items in (lost, new))
        return self.fault(f"{min(shares):.2f}: {others} for {some}", f"at most {self.max_share:g}")


def _asked(text: str) -> str:
    """Without what needs no numbers, and with digits of one script."""
    return _LIST_NUMBER.sub("", URL.sub(" ", prose(_ascii(text))))


def _grouped(text: str) -> Counter[str]:
    """Runs of digits, thousands together: a date has three in every order, a fraction two."""
    return _significant(_GROUPED.findall(text))


def _joined(text: str) -> Counter[str]:
    """Numbers whole: 6.9 billion are 69 of another unit."""
    return _significant(_JOINED.findall(text))


def _significant(numbers: Iterable[str]) -> Counter[str]:
    bare = (_NO_DIGIT.sub("", number).strip("0") for number in numbers)
    return Counter(number or "0" for number in bare)


def _runs(number: str) -> tuple[str, ...]:
    return tuple(_RUN.findall(number))


def _ascii(text: str) -> str:
    """The text with digits of all scripts as 0 to 9."""
    if text.isascii():
        return text
    digits = {ord(one): str(unicodedata.decimal(one)) for one in set(text) if one.isdecimal()}
    return text.translate(digits)
