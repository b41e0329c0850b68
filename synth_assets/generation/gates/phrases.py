"""How models decline, greet and take their leave, by language.

One file a language under `phrases/`: those that instruction-tuned models answer our users in most.
Every text is held to all of them, since a model that declines often does so in English. A phrase
must speak of the task or of the model itself: "I can't" opens many a story, "I can't rewrite" none.
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from synth_assets.hashing import digest_json
from synth_assets.yaml_text import load_yaml

Patterns = Annotated[tuple[str, ...], Field(min_length=1)]


class Phrases(BaseModel):
    """One language's regular expressions; a space in them stands for any white space, ’
    for a straight apostrophe too.

    `refusals` decline the task, speak of the model or ask for the document. `answers` are said to
    a user before a comma or a mark; `announcements` open a line that names one of `tasks` and ends
    with a colon. `closings` open a last line to the user.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    refusals: Patterns
    answers: Patterns
    announcements: Patterns
    tasks: Patterns
    closings: Patterns

    @property
    def preambles(self) -> tuple[str, str]:
        names = rf"[^\n:]{{0,160}}?\b{_any(self.tasks)}\b[^\n:]{{0,100}}:"
        return rf"{_any(self.answers)} ?[,!.:–—]", rf"{_any(self.announcements)}\b{names}"


@cache
def phrases() -> dict[str, Phrases]:
    """Phrases by language (ISO 639-3)."""
    folder = files(__package__) / "phrases"
    texts = {
        item.name.removesuffix(".yaml"): item.read_text(encoding="utf-8")
        for item in folder.iterdir()
        if item.name.endswith(".yaml")
    }
    return {lang: Phrases(**load_yaml(text)) for lang, text in sorted(texts.items())}


@cache
def phrases_version() -> str:
    return digest_json({lang: one.model_dump() for lang, one in phrases().items()})


@cache
def refusal() -> re.Pattern[str]:
    """Finds a refusal anywhere in a text."""
    return _compiled("", (one for lang in phrases().values() for one in lang.refusals))


@cache
def preamble() -> re.Pattern[str]:
    """Matches at the start of a text that begins with words to the user."""
    return _compiled(r"[\s*_#]*", (one for lang in phrases().values() for one in lang.preambles))


@cache
def closing() -> re.Pattern[str]:
    """Finds a last line to the user, and a ruler above it; in time linear in the text, also where
    a model wrote thousands of empty lines."""
    found = (one for lang in phrases().values() for one in lang.closings)
    return re.compile(
        rf"(?<!\n)\n+(?:---\s*\n)?[*_]*(?:{_spaced('|'.join(found))})[^\n]*\s*$", re.IGNORECASE
    )


def _compiled(start: str, patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(f"{start}{_any(map(_spaced, patterns))}", re.IGNORECASE)


def _any(patterns: Iterable[str]) -> str:
    return f"(?:{'|'.join(patterns)})"


def _spaced(pattern: str) -> str:
    pattern = pattern.replace("’", "['’]")
    return pattern.replace(" ?", r"\s*").replace(" ", r"\s+")
