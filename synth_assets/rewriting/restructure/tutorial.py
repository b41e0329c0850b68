"""Tutorial: goal, what is needed first, and the page's instructions as numbered steps."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from synth_assets.generation.engines.rules import NoStructureError
from synth_assets.rewriting.restructure.blocks import Block, Code, Items, Paragraph
from synth_assets.rewriting.restructure.code import fenced
from synth_assets.rewriting.restructure.frames import Frames, frames_of
from synth_assets.rewriting.restructure.outline import Outline, Section, parse_outline, render_list
from synth_assets.rewriting.restructure.sentences import is_sentence, split_sentences

VERSION = "1"
MIN_STEPS = 3
MAX_PREREQUISITES = 3


@dataclass(slots=True)
class _Part:
    """Steps under one heading, with what the page says before and after them."""

    heading: str | None
    before: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


def restructure(text: str, title: str | None, lang: str) -> str:
    """The tutorial as Markdown. Ordered lists give the steps, each list a part of its own; a page
    without any gives its imperative sentences, each with what follows it in its paragraph.

    Raises NoStructureError where neither comes to three steps.
    """
    frames = frames_of(lang)
    outline = parse_outline(text, title, frames.furniture)
    parts = _listed_parts(outline) or _imperative_part(outline, frames)
    n_steps = sum(len(part.steps) for part in parts)
    if n_steps < MIN_STEPS:
        raise NoStructureError(
            f"a tutorial needs {MIN_STEPS} ordered or imperative steps, and this text has {n_steps}"
        )
    return "\n\n".join([*_opening(outline, parts, frames), *_body(parts, frames)])


def _opening(outline: Outline, parts: list[_Part], frames: Frames) -> Iterator[str]:
    if outline.title:
        yield f"# {outline.title}"
    used = " ".join(text for part in parts for text in [*part.before, *part.steps, *part.after])
    free = [one for one in outline.intro.sentences if is_sentence(one) and one not in used]
    needed = [one for one in free if frames.is_prerequisite(one)][:MAX_PREREQUISITES]
    goal = [one for one in free if one not in needed][:2]
    if goal:
        yield f"**{frames.tutorial.goal}:** {' '.join(goal)}"
    if needed:
        yield f"**{frames.tutorial.before}:** {' '.join(needed)}"


def _body(parts: list[_Part], frames: Frames) -> Iterator[str]:
    for part in parts:
        yield f"## {part.heading or frames.tutorial.steps}"
        yield from part.before
        yield render_list(part.steps, ordered=True)
        yield from part.after


def _listed_parts(outline: Outline) -> list[_Part]:
    """A part for every section with an ordered list; a second list in a section continues it."""
    found = []
    for section in [outline.intro, *outline.sections]:
        if section.has_steps:
            found.append(_listed_part(section, is_intro=section is outline.intro))
    return found


def _listed_part(section: Section, *, is_intro: bool) -> _Part:
    part = _Part(section.name)
    for block in section.blocks:
        match block:
            case Items(ordered, entries, _) if ordered:
                part.steps += [*part.after, *entries] if part.steps else entries
                part.after = []
            case Paragraph(text) if part.steps:
                part.after.append(text)
            case Paragraph(text) if not is_intro:
                part.before.append(text)
            case Code(text) if part.steps and not part.after:
                part.steps[-1] += "\n\n" + _indented(fenced(text))
            case Items(_, entries, _):
                (part.after if part.steps else part.before).append(
                    render_list(entries, ordered=False)
                )
            case Code(text):
                (part.after if part.steps else part.before).append(fenced(text))
    return part


def _imperative_part(outline: Outline, frames: Frames) -> list[_Part]:
    part = _Part(None)
    for section in [outline.intro, *outline.sections]:
        named = section.heading is None or section.label
        for block in section.blocks:
            for step in _instructions(block, frames):
                part.steps.append(step if named else f"**{section.name}:** {step}")
                named = True
    return [part] if part.steps else []


def _instructions(block: Block, frames: Frames) -> Iterator[str]:
    """From a paragraph's or entry's first imperative sentence to its end; code stays with the
    step before it only in ordered lists, where its place is certain."""
    texts: tuple[str, ...] = ()
    if isinstance(block, Paragraph):
        texts = (block.text,)
    elif isinstance(block, Items):
        texts = block.entries
    for text in texts:
        sentences = split_sentences(text)
        first = next((i for i, one in enumerate(sentences) if frames.is_imperative(one)), None)
        if first is not None and is_sentence(sentences[-1]) and not text.endswith(":"):
            yield " ".join(sentences[first:])


def _indented(text: str) -> str:
    return "\n".join(f"   {line}" if line else line for line in text.splitlines())
