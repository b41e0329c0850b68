"""Texts stored as edits of their parent: spans, what stood there, and what stands there now.

Applied to the parent they give the child byte for byte, and undone they give the parent back.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson
import polars as pl

EDIT = pl.Struct(
    {
        "start": pl.Int64(),
        "end": pl.Int64(),
        "type": pl.String(),
        "before": pl.String(),
        "after": pl.String(),
    }
)
"""A column of edits is a list of these: `start` and `end` are code points of the text before."""


class Edit(NamedTuple):
    """One change; see EDIT."""

    start: int
    end: int
    type: str
    before: str
    after: str

    def moved(self, by: int) -> "Edit":
        """The same change in a text that begins so many code points earlier."""
        return self._replace(start=self.start + by, end=self.end + by)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text after the edits. Raises ValueError where they are out of order, overlap, change
    nothing, or another text stands where they say."""
    parts, at = [], 0
    for edit in edits:
        if edit.start < at or text[edit.start : edit.end] != edit.before:
            raise ValueError(f"an edit of {edit.before!r} at {edit.start} does not fit the text")
        if edit.end - edit.start != len(edit.before) or edit.before == edit.after:
            raise ValueError(f"an edit of {edit.before!r} at {edit.start} is none")
        parts += [text[at : edit.start], edit.after]
        at = edit.end
    return "".join([*parts, text[at:]])


def undoing(edits: Iterable[Edit]) -> list[Edit]:
    """The edits that lead from the child back to its parent."""
    found, shift = [], 0
    for edit in edits:
        start = edit.start + shift
        found.append(Edit(start, start + len(edit.after), edit.type, edit.after, edit.before))
        shift += len(edit.after) - len(edit.before)
    return found


def rows(edits: Iterable[Edit]) -> list[dict[str, Any]]:
    """As a column of EDIT has them."""
    return [edit._asdict() for edit in edits]


def dump_edits(edits: Sequence[Edit]) -> str:
    """As an operation of the `rules` engine answers: [start, end, type, before, after] of each."""
    return orjson.dumps([list(edit) for edit in edits]).decode()


def read_edits(answer: str) -> tuple[Edit, ...]:
    """Raises ValueError for an answer that is no list of edits."""
    try:
        return tuple(_edit(*item) for item in orjson.loads(answer))
    except (orjson.JSONDecodeError, TypeError) as error:
        raise ValueError(f"a list of edits in JSON: {error}") from None


def _edit(start: Any, end: Any, type_: Any, before: Any, after: Any) -> Edit:
    numbers, texts = (start, end), (type_, before, after)
    if not all(type(one) is int for one in numbers) or not all(type(one) is str for one in texts):
        raise TypeError("an edit is [start, end, type, before, after]")
    return Edit(start, end, type_, before, after)
