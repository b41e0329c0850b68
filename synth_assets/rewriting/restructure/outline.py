"""A page as a title, an introduction and headed sections: what every restructuring starts from."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from synth_assets.rewriting.restructure.blocks import (
    PATH,
    Block,
    Code,
    Heading,
    Items,
    Paragraph,
    Rows,
    parse_blocks,
    plain_heading,
)
from synth_assets.rewriting.restructure.code import fenced
from synth_assets.rewriting.restructure.sentences import is_sentence, split_sentences
from synth_assets.rewriting.words import count_words

MAX_FRAGMENTS = 8

_WORD = re.compile(r"\w+")


@dataclass(slots=True)
class Section:
    """What stands under one heading; the introduction has none. A heading that occurs several
    times on a page ("Syntax") is about its `subject`, the last heading before it that does not."""

    heading: str | None = None
    label: bool = False
    blocks: list[Block] = field(default_factory=list)
    subject: str | None = None

    @property
    def name(self) -> str:
        heading = self.heading or ""
        return f"{self.subject}: {heading}" if self.subject else heading

    @property
    def has_content(self) -> bool:
        return bool(self.blocks) and (
            self.label or any(not isinstance(block, Rows) for block in self.blocks)
        )

    @property
    def paragraphs(self) -> list[str]:
        return [block.text for block in self.blocks if isinstance(block, Paragraph)]

    @property
    def sentences(self) -> list[str]:
        """The sentences of its paragraphs, without list entries."""
        return [one for text in self.paragraphs for one in split_sentences(text)]

    @property
    def first_sentence(self) -> str:
        """Of the first paragraph, or else of the first list entry."""
        for block in self.blocks:
            texts = block.entries[:1] if isinstance(block, Items) else [getattr(block, "text", "")]
            if not isinstance(block, Code | Rows) and texts:
                return split_sentences(texts[0])[0]
        return ""

    @property
    def has_steps(self) -> bool:
        return any(isinstance(b, Items) and b.ordered and len(b.entries) > 1 for b in self.blocks)

    @property
    def n_words(self) -> int:
        return count_words(render(self.blocks))


@dataclass(slots=True)
class Outline:
    """`sections` holds only those with a heading and content."""

    title: str | None
    intro: Section
    sections: list[Section]


def parse_outline(
    text: str, title: str | None = None, furniture: frozenset[str] = frozenset()
) -> Outline:
    """The outline of a page. A first heading that says what the title says is taken for it."""
    blocks = parse_blocks(text, furniture)
    title = plain_heading(title) if title and title.strip() else None
    for index, block in enumerate(blocks):
        if isinstance(block, Heading) and _is_title(block, title):
            title, blocks = block.text, blocks[index + 1 :]
            break
        if not _is_fragment(block):
            break
    sections = _sections(blocks)
    _set_subjects(sections)
    intro, rest = sections[0], sections[1:]
    _tidy(intro)
    for section in rest:
        _tidy(section)
    return Outline(title, intro, _distinct(rest))


def _is_title(first: Heading, title: str | None) -> bool:
    if title is None:
        return True
    ours, theirs = (set(_WORD.findall(text.casefold())) for text in (first.text, title))
    return len(ours & theirs) * 2 >= len(ours)


def _sections(blocks: Sequence[Block]) -> list[Section]:
    """Headings with nothing below are links or captions and go; but what follows a label such as
    "To access this command..." is its content, even where it looks like a heading."""
    sections = [Section()]
    outer = current = sections[0]
    boxed = False
    for block, following in _with_next(blocks):
        leads = not isinstance(following, Heading | None)
        if not isinstance(block, Heading):
            if boxed and current.blocks and not _in_box(block):
                current, boxed = outer, False
            current.blocks.append(block)
        elif current.label and not leads and not block.label and _only_fragments(current):
            current.blocks.append(Paragraph(block.text))
        elif leads or block.label:
            current, boxed = Section(block.text, block.label), block.boxed
            outer = outer if block.boxed else current
            sections.append(current)
    return sections


def _with_next(blocks: Sequence[Block]) -> Iterator[tuple[Block, Block | None]]:
    return zip_longest(blocks, blocks[1:])


def _in_box(block: Block) -> bool:
    """A fragment, or an instruction with a menu path."""
    return _is_fragment(block) or (isinstance(block, Paragraph) and bool(PATH.search(block.text)))


def _is_fragment(block: Block) -> bool:
    return isinstance(block, Heading | Rows) or (
        isinstance(block, Paragraph) and not is_sentence(block.text)
    )


def _set_subjects(sections: list[Section]) -> None:
    times = Counter(section.heading for section in sections)
    subject: str | None = None
    for section in sections:
        if times[section.heading] > 1:
            section.subject = subject
        elif not section.label:
            subject = section.heading


def _only_fragments(section: Section) -> bool:
    return all(_is_fragment(block) for block in section.blocks)


def _tidy(section: Section) -> None:
    """Take out what cannot be read without its layout: fragments, and sentences that announce
    something which is not there. A few fragments under a label are its content."""
    if section.label and _only_fragments(section):
        section.blocks = _fold_fragments(section.paragraphs)
        return
    kept: list[Block] = []
    for block, following in _with_next(section.blocks):
        if not isinstance(block, Paragraph):
            kept.append(block)
        elif block.text.endswith(":") and not isinstance(following, Items | Code):
            if text := " ".join(split_sentences(block.text)[:-1]):
                kept.append(Paragraph(text))
        elif block.text.endswith(":") or is_sentence(split_sentences(block.text)[0]):
            kept.append(block)
    section.blocks = kept


def _fold_fragments(texts: list[str]) -> list[Block]:
    """Several become a list; more than a few are the cells of a table."""
    if len(texts) > MAX_FRAGMENTS:
        return []
    return [Items(False, tuple(texts))] if len(texts) > 1 else [Paragraph(one) for one in texts]


def _distinct(sections: list[Section]) -> list[Section]:
    """Sections with content, each once, whatever case or spacing a repetition has."""
    seen: set[str] = set()
    found = []
    for section in sections:
        same = " ".join(f"{section.name}\n{render(section.blocks)}".casefold().split())
        if section.has_content and same not in seen:
            seen.add(same)
            found.append(section)
    return found


def render(blocks: Sequence[Block]) -> str:
    """Blocks as Markdown; rows of cells are left to the table recipe."""
    parts = []
    for block in blocks:
        match block:
            case Paragraph(text):
                parts.append(text)
            case Items(ordered, entries, first):
                parts.append(render_list(entries, ordered=ordered, first=first))
            case Code(text):
                parts.append(fenced(text))
    return "\n\n".join(parts)


def render_list(entries: Sequence[str], *, ordered: bool, first: int = 1) -> str:
    return "\n".join(
        f"{number}. {entry}" if ordered else f"- {entry}"
        for number, entry in enumerate(entries, start=first)
    )
