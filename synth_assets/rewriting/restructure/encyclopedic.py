"""Encyclopedic article: the page's sections as prose, its lists folded into sentences."""

from collections.abc import Iterator, Sequence

from synth_assets.generation.engines.rules import NoStructureError
from synth_assets.rewriting.restructure.blocks import Block, Code, Items, Paragraph
from synth_assets.rewriting.restructure.code import fenced
from synth_assets.rewriting.restructure.frames import Frames, frames_of
from synth_assets.rewriting.restructure.outline import Outline, Section, parse_outline
from synth_assets.rewriting.restructure.sentences import is_sentence

VERSION = "1"
MIN_SENTENCES = 3
LONG_SECTION_WORDS = 60


def restructure(text: str, title: str | None, lang: str) -> str:
    """The article as Markdown: a lead about the title; long sections under headings, short ones
    as one paragraph each, begun by what they are about.

    Raises NoStructureError for a page that is running prose already, or hardly any.
    """
    frames = frames_of(lang)
    outline = parse_outline(text, title, frames.furniture)
    if not outline.sections and not any(isinstance(b, Items) for b in outline.intro.blocks):
        raise NoStructureError("an article is made of headed sections or lists; this text has none")
    n_sentences = sum(len(section.sentences) for section in [outline.intro, *outline.sections])
    if n_sentences < MIN_SENTENCES:
        raise NoStructureError(
            f"an article needs {MIN_SENTENCES} sentences of prose, and this text has {n_sentences}"
        )
    parts = [f"# {outline.title}"] if outline.title else []
    parts += _lead(outline, frames)
    for section in outline.sections:
        parts += _section(section, frames)
    return "\n\n".join(parts)


def _lead(outline: Outline, frames: Frames) -> list[str]:
    paragraphs = list(_prose(outline.intro.blocks))
    if outline.title and paragraphs:
        paragraphs[0] = _about(outline.title, paragraphs[0], frames, named=False)
    return paragraphs


def _section(section: Section, frames: Frames) -> list[str]:
    """A long section keeps its heading; a short one becomes one paragraph that begins with it."""
    paragraphs = list(_prose(section.blocks))
    if not paragraphs:
        return []
    has_code = any(isinstance(block, Code) for block in section.blocks)
    if section.n_words >= LONG_SECTION_WORDS or isinstance(section.blocks[0], Code):
        return [f"## {section.name}", *paragraphs]
    if not has_code:
        paragraphs = [" ".join(one if is_sentence(one) else f"{one}." for one in paragraphs)]
    if section.label:
        return [f"**{section.name}:** {paragraphs[0]}", *paragraphs[1:]]
    return [_about(section.name, paragraphs[0], frames, named=True), *paragraphs[1:]]


def _about(subject: str, paragraph: str, frames: Frames, *, named: bool) -> str:
    """ "Saves the file." about Save: "**Save** saves the file." Other sentences, where `named`,
    get the subject before them."""
    if frames.is_doing(paragraph):
        return f"**{subject}** {paragraph[0].lower()}{paragraph[1:]}"
    if not named:
        return paragraph
    mark = "" if subject.endswith(("?", "!", ".")) else "."
    return f"**{subject}{mark}** {paragraph}"


def _prose(blocks: Sequence[Block]) -> Iterator[str]:
    """Paragraphs; a list is folded into the paragraph that leads to it."""
    waiting = ""
    for block in blocks:
        match block:
            case Items(_, entries, _):
                yield f"{waiting} {_folded(entries)}".strip()
                waiting = ""
                continue
            case Code(text):
                rendered = fenced(text)
            case Paragraph(text):
                rendered = text
            case _:
                continue
        if waiting:
            yield waiting
        waiting = rendered if rendered.endswith(":") else ""
        if not waiting:
            yield rendered
    if waiting:
        yield waiting


def _folded(entries: Sequence[str]) -> str:
    """Entries that are sentences follow one another; fragments become one series."""
    if any(is_sentence(entry) for entry in entries):
        return " ".join(entry if is_sentence(entry) else f"{entry}." for entry in entries)
    series = "; ".join(entry.rstrip(" ;,:") for entry in entries)
    return series if is_sentence(series) else f"{series}."
