"""Table: what the page names and what it says about each, as one Markdown table."""

import re
from collections.abc import Iterator
from itertools import takewhile

from synth_assets.generation.engines.rules import NoStructureError
from synth_assets.rewriting.restructure.blocks import Items, Paragraph, Rows
from synth_assets.rewriting.restructure.frames import frames_of
from synth_assets.rewriting.restructure.outline import Outline, Section, parse_outline
from synth_assets.rewriting.restructure.sentences import is_sentence, split_sentences

VERSION = "1"
MIN_ROWS = 3
MAX_DESCRIPTION_WORDS = 40

_DEFINITION = re.compile(r"(?P<term>[^:.!?]{1,60}?)\s*(?::\s|\s[–—]\s)\s*(?P<text>\S.+)", re.DOTALL)
_MARKS = re.compile(r"\*\*|__|`")


def restructure(text: str, title: str | None, lang: str) -> str:
    """A Markdown table of term and description under the title and the page's opening sentences.

    Raises NoStructureError where the page has fewer than three things to put into rows.
    """
    frames = frames_of(lang)
    outline = parse_outline(text, title, frames.furniture)
    rows = _rows(outline)
    if len(rows) < MIN_ROWS:
        raise NoStructureError(
            f"a table needs {MIN_ROWS} headings or definitions, and this text has {len(rows)}"
        )
    parts = [f"# {outline.title}"] if outline.title else []
    if opening := _opening(outline.intro):
        parts.append(opening)
    lines = [_line(frames.table.term, frames.table.description), "| --- | --- |"]
    lines += [_line(term, description) for term, description in rows.items()]
    return "\n\n".join([*parts, "\n".join(lines)])


def _rows(outline: Outline) -> dict[str, str]:
    """Descriptions by term in the order of the page; the first of a term counts."""
    rows: dict[str, str] = {}
    for section in [outline.intro, *outline.sections]:
        for term, description in _section_rows(section):
            rows.setdefault(term, description)
    return rows


def _section_rows(section: Section) -> Iterator[tuple[str, str]]:
    """The definitions in a section; or else its heading and first sentences."""
    defined = [pair for block in section.blocks for pair in _definitions(block)]
    described = list(takewhile(is_sentence, section.sentences))
    if section.heading and described and not defined and _is_term(section):
        yield section.name, _shortened(described)
    yield from defined


def _is_term(section: Section) -> bool:
    """A label of one or two words names something; a longer one leads to what follows."""
    return not section.label or len((section.heading or "").split()) <= 2


def _definitions(block: object) -> Iterator[tuple[str, str]]:
    match block:
        case Paragraph(text):
            texts: tuple[str, ...] = (text,)
        case Items(ordered, entries, _) if not ordered:
            texts = entries
        case Rows(cells):
            yield from _two_columns(cells)
            return
        case _:
            return
    for text in texts:
        found = _DEFINITION.match(text)
        if found and len(found["term"].split()) <= 6 and is_sentence(text):
            term = _MARKS.sub("", found["term"]).strip()
            yield term, _shortened(split_sentences(found["text"]))


def _two_columns(cells: tuple[tuple[str, ...], ...]) -> Iterator[tuple[str, str]]:
    """Rows of a real table of two columns; its header row is not a thing it names."""
    if len(cells) > MIN_ROWS and all(len(row) == 2 for row in cells):
        yield from ((row[0], row[1]) for row in cells[1:])


def _opening(intro: Section) -> str:
    whole = [one for one in intro.sentences if is_sentence(one) and not _DEFINITION.match(one)]
    return _shortened(whole)


def _shortened(sentences: list[str]) -> str:
    """Whole sentences up to about forty words, at least one."""
    taken: list[str] = []
    n_words = 0
    for sentence in sentences:
        n_words += len(sentence.split())
        if taken and n_words > MAX_DESCRIPTION_WORDS:
            break
        taken.append(sentence)
    return " ".join(taken)


def _line(term: str, description: str) -> str:
    return f"| {_cell(term)} | {_cell(description)} |"


def _cell(text: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split()))
