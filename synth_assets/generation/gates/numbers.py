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
_HOURS = re.compile(r"(?<=\d)[hHч](?=\d)")
_UNLIKE = re.compile(
    r"(?<![\w.,/])\d[\d.,/]*+(?:\s?°?F\b|['’]?s\b|(?::\d\d)?\s?[ap]\.?\s?m\b"
    r"|[ -]?(?:acres?|feet|footer|foot|ft|gallons?|gal|inch|inches|in|lbs?|miles?|mpg|mph|mi"
    r"|ounces?|oz|pounds?|yards?)\b)",
    re.IGNORECASE,
)
_IN_WORDS = frozenset({"hau", "wol", "yor"})
"""Languages in which more numbers are written in words than in digits: LAFAND-MT's (news) keep 39,
26 and 43 % of English and French digits."""

_NO_DIGIT = re.compile(r"\D")
_RUN = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class NumbersKept(Keeping):
    """Numbers in digits of any script, compared without their separators (1,000.5 is 1.000,5).

    With `repeats` each occurrence counts (a translation), without each number once (a rewrite).
    Translations into languages that write numbers in words are not judged.
    Numbers of list items, in code, in addresses and inside words (F11) are not asked for.
    """

    name: ClassVar[str] = "numbers_kept"
    repeats: bool = False

    def __call__(self, made: Generated) -> Fault | None:
        if not _RUN.search(made.source) or (self.repeats and made.target_lang[:3] in _IN_WORDS):
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
    """More than `max_share` of the numbers became others: they are lost in a part whose text has
    others that its source has not.

    What a translator spells out is lost and brings no other; digits without their last zeros are
    compared, since 2.5 million is 250\u4e07 elsewhere. Decades, hours of half a day and imperial
    units become other numbers in other languages and are not asked for. Languages whose dates are
    of another calendar are not judged.
    """

    name: ClassVar[str] = "numbers_changed"
    version: ClassVar[int] = 2
    models_only: ClassVar[bool] = True
    max_share: Share = 0.35

    def __call__(self, made: Generated) -> Fault | None:
        if made.source_lang[:3] in _OWN_CALENDAR or made.target_lang[:3] in _OWN_CALENDAR:
            return None
        changes = [
            found
            for source, text in made.aligned
            if _RUN.search(source) and _RUN.search(text) and (found := _change(source, text))
        ]
        n_changed = sum(found.count for found in changes)
        n_numbers = sum(found.of for found in changes)
        if n_changed <= self.max_share * n_numbers:
            return None
        lost, new = (
            ", ".join(list(sum((getattr(found, name) for found in changes), Counter()))[:3])
            for name in ("lost", "new")
        )
        return self.fault(
            f"{n_changed / n_numbers:.2f}: {new} for {lost}", f"at most {self.max_share:g}"
        )


@dataclass(frozen=True, slots=True)
class _Change:
    """Numbers of one part that became others, and how many could have."""

    lost: Counter[str]
    new: Counter[str]
    of: int

    @property
    def count(self) -> int:
        return min(self.lost.total(), self.new.total())


def _change(source: str, text: str) -> _Change:
    """By the way of reading numbers that finds fewer."""
    asked = [_UNLIKE.sub(" ", _HOURS.sub(":", _asked(one))) for one in (source, text)]
    return min((_compared(*map(read, asked)) for read in (_grouped, _joined)), key=_changed)


def _changed(found: _Change) -> int:
    return found.count


def _compared(wanted: Counter[str], there: Counter[str]) -> _Change:
    lost, new = wanted - there, there - wanted
    for year in [number for number in new if len(number) == 4 and lost[number[2:]]]:
        both = min(new[year], lost[year[2:]])  # a year of two digits that got its century
        lost, new = lost - Counter({year[2:]: both}), new - Counter({year: both})
    return _Change(lost, new, min(wanted.total(), there.total()))


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
