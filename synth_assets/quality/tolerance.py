"""How many rows of a corpus may fail a check before the check fails."""

import re
from dataclasses import dataclass
from typing import Self

_SHARE = re.compile(r"(\d+(?:\.\d+)?) ?%")
_ROWS = re.compile(r"(\d+) rows?")


@dataclass(frozen=True)
class Tolerance:
    """A number of rows, or a share of the rows that the corpus has in the batch."""

    rows: int = 0
    share: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Self:
        """`2 %` or `3 rows`. Raises ValueError for anything else."""
        if found := _SHARE.fullmatch(text):
            return cls(share=float(found[1]) / 100)
        if found := _ROWS.fullmatch(text):
            return cls(rows=int(found[1]))
        raise ValueError(f"{text!r} is not allowed; it is a share such as 2 %, or 3 rows")

    def admits(self, failing: int, rows: int) -> bool:
        return failing <= max(self.rows, self.share * rows)


NONE = Tolerance()
