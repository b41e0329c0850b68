"""Carrying out the programs of a document's chunks: pure, exact and logged.

As published (Zhou et al., arXiv 2409.17115, and their code): strings are replaced before lines are
removed, so that line numbers hold; a call on lines that do not exist counts as bad, and one that
reaches beyond them is cut. The guards are theirs as well, see `judge`. Ours are two narrower rules:
a chunk's program reaches its own chunk only, and a replacement of nothing or of a space is bad.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from synth_assets.corpus.document import count_words
from synth_assets.rewriting.prox.program import Edit, Program, RemoveAll, RemoveLines, Replace

MIN_KEPT = 0.05
"""Share of the words: a program that leaves no more of a document drops it."""
MIN_WORDS = 10
"""A document with no more words than this is dropped."""
MAX_BAD_CALLS = 1
"""With more of them the program is not believed, and the document stays as it was."""

Outcome = Literal["edited", "kept", "dropped"]


class LineEdit(NamedTuple):
    """What became of one line of the document, counted from 0; `after` is None where it went."""

    line: int
    before: str
    after: str | None


@dataclass(frozen=True, slots=True)
class Executed:
    """The text after all programs, the lines that they changed in order, and their bad calls."""

    text: str
    edits: tuple[LineEdit, ...]
    n_bad: int


def cut_chunks(text: str, max_words: int) -> list[range]:
    """Numbers of the lines of each chunk: whole lines, at most `max_words` words, or one line that
    has more."""
    sizes = count_words(text.split("\n"))
    chunks: list[range] = []
    start = size = 0
    for line, words in enumerate(sizes):
        if line > start and size + words > max_words:
            chunks.append(range(start, line))
            start, size = line, 0
        size += words
    return [*chunks, range(start, len(sizes))]


def numbered(text: str, chunk: range) -> str:
    """The chunk's lines as a model is shown them: `[007]The line.`"""
    lines = text.split("\n")
    return "\n".join(f"[{line:03d}]{lines[line]}" for line in chunk)


def execute(text: str, programs: Sequence[tuple[range, Program]]) -> Executed:
    """The programs of a document's chunks, which do not overlap."""
    lines = text.split("\n")
    after: dict[int, str | None] = {}
    n_bad = 0
    for chunk, program in programs:
        changes, bad = _changes(lines, chunk, program.edits)
        after |= changes
        n_bad += bad + program.n_unparsable
    edits = [LineEdit(line, lines[line], after[line]) for line in sorted(after)]
    left = [after.get(line, before) for line, before in enumerate(lines)]
    return Executed("\n".join(one for one in left if one is not None), tuple(edits), n_bad)


def judge(text: str, executed: Executed) -> Outcome:
    """The published guards, in their order: next to nothing left by a program that can be believed,
    or hardly a word left at all, drops the document; a program that cannot be believed leaves it
    as it was. Words are between spaces, as theirs are."""
    n_words, n_left = len(text.split()), len(executed.text.split())
    believed = executed.n_bad <= MAX_BAD_CALLS
    if (believed and n_left <= MIN_KEPT * n_words) or n_left <= MIN_WORDS:
        return "dropped"
    return "edited" if believed else "kept"


def _changes(
    lines: Sequence[str], chunk: range, edits: Sequence[Edit]
) -> tuple[dict[int, str | None], int]:
    """What becomes of the chunk's lines that change, and the number of bad calls."""
    now = {line: lines[line] for line in chunk}
    gone: set[int] = set()
    n_bad = 0
    for edit in edits:
        if isinstance(edit, Replace):
            n_bad += not edit.source.strip(" ")
            if edit.source.strip(" "):
                now = {line: one.replace(edit.source, edit.target) for line, one in now.items()}
        elif isinstance(edit, RemoveAll):
            gone.update(chunk)
        else:
            n_bad += not _within(edit, chunk)
            gone.update(range(max(edit.first, chunk.start), min(edit.last + 1, chunk.stop)))
    changed: dict[int, str | None] = {line: one for line, one in now.items() if one != lines[line]}
    return changed | dict.fromkeys(gone), n_bad


def _within(edit: RemoveLines, chunk: range) -> bool:
    return chunk.start <= edit.first <= edit.last < chunk.stop
