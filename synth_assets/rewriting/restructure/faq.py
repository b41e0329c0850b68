"""FAQ: every headed passage becomes a question, its own sentences the answer."""

from synth_assets.generation.engines.rules import NoStructureError
from synth_assets.rewriting.restructure.frames import Frames, frames_of
from synth_assets.rewriting.restructure.outline import Outline, Section, parse_outline, render

VERSION = "1"
MIN_PAIRS = 2


def restructure(text: str, title: str | None, lang: str) -> str:
    """The FAQ as Markdown, one `##` heading a question.

    Raises NoStructureError where fewer than two passages can be asked about.
    """
    frames = frames_of(lang)
    outline = parse_outline(text, title, frames.furniture)
    pairs = _pairs(outline, frames)
    if len(pairs) < MIN_PAIRS:
        raise NoStructureError(
            f"a FAQ needs {MIN_PAIRS} headed passages, and this text has {len(pairs)}"
        )
    parts = [f"## {question}\n\n{answer}" for question, answer in pairs.items()]
    if outline.title:
        parts.insert(0, "# " + frames.faq.title.format(title=outline.title))
    return "\n\n".join(parts)


def _pairs(outline: Outline, frames: Frames) -> dict[str, str]:
    """Answers by question, in the order of the page; passages with one question share it."""
    pairs: dict[str, str] = {}
    for turn, section in enumerate(_asked(outline)):
        answer = render(section.blocks)
        question = frames.question(
            section.heading or "",
            section.first_sentence,
            name=section.name,
            title=section.subject or outline.title,
            steps=section.has_steps,
            turn=turn,
        )
        if answer:
            pairs[question] = f"{pairs[question]}\n\n{answer}" if question in pairs else answer
    return pairs


def _asked(outline: Outline) -> list[Section]:
    """The introduction is asked about under the title, where there is one."""
    intro = outline.intro
    if outline.title and intro.sentences:
        return [Section(outline.title, blocks=intro.blocks), *outline.sections]
    return outline.sections
