"""The fixed words a restructuring adds, per language: `frames/<lang>.yaml`, one file a language.

Everything else in a restructured text is the document's own. A language without a file is not
restructured; adding a file adds the language.
"""

import re
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from synth_assets.errors import SynthAssetsError
from synth_assets.hashing import digest
from synth_assets.yaml_text import load_yaml

_FOLDER = files(__package__) / "frames"
_QUOTED = re.compile(r"[\"“”„«»]")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QuestionRule(_Part):
    """Asks `ask` (in turn, for variety) where every condition given holds.

    `heading` and `answer` are matched at the start of the heading and of the answer's first
    sentence; `answer` may also be `does` or `imperative`, the frame's own patterns. In `answer`,
    {heading_} stands for the heading. In `ask`, {x} is the section's quoted name, {title} the
    quoted title, {heading} the bare heading; groups of the patterns go by their names, `low`
    lowercased.
    """

    heading: str | None = None
    answer: str | None = None
    steps: bool | None = None
    ask: list[str]


class FaqFrame(_Part):
    title: str
    questions: list[QuestionRule]


class TutorialFrame(_Part):
    goal: str
    before: str
    steps: str


class TableFrame(_Part):
    term: str
    description: str


class Frames(_Part):
    """One language. `does` fits a sentence whose subject, left out, is the thing described
    ("Saves the file."); `imperative` one that says what to do; `furniture` are labels of notes
    and links, casefolded, that are no content."""

    quotes: tuple[str, str]
    does: str
    imperative: str
    prerequisite: str
    furniture: frozenset[str]
    faq: FaqFrame
    tutorial: TutorialFrame
    table: TableFrame

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        named = {"does": self.does, "imperative": self.imperative, "before": self.prerequisite}
        return {name: re.compile(pattern) for name, pattern in named.items()}

    def is_doing(self, sentence: str) -> bool:
        return bool(self._patterns["does"].match(sentence))

    def is_imperative(self, sentence: str) -> bool:
        return bool(self._patterns["imperative"].match(sentence))

    def is_prerequisite(self, sentence: str) -> bool:
        return bool(self._patterns["before"].match(sentence))

    def quoted(self, text: str) -> str:
        """The text in this language's quotation marks, unless it has some already."""
        return text if _QUOTED.search(text) else f"{self.quotes[0]}{text}{self.quotes[1]}"

    def question(
        self,
        heading: str,
        answer: str,
        *,
        name: str,
        title: str | None,
        steps: bool,
        turn: int,
    ) -> str:
        """The question that a section answers; `answer` is its first sentence, `name` what tells
        it from others with the same heading."""
        words: dict[str, str] = {"heading": heading, "x": self.quoted(name)}
        if title:
            words["title"] = self.quoted(title)
        for rule in self.faq.questions:
            found = self._fits(rule, heading, answer, steps=steps)
            ask = rule.ask[turn % len(rule.ask)]
            if found is not None and (title or "{title}" not in ask):
                return ask.format_map(words | found)
        raise SynthAssetsError("the last question of a frame must hold for every heading")

    def _fits(
        self, rule: QuestionRule, heading: str, answer: str, *, steps: bool
    ) -> dict[str, str] | None:
        if rule.steps is not None and rule.steps != steps:
            return None
        conditions = [
            (re.match(rule.heading, heading) if rule.heading else True),
            (self._match_answer(rule.answer, heading, answer) if rule.answer else True),
        ]
        if not all(conditions):
            return None
        groups: dict[str, Any] = {}
        for match in conditions:
            if isinstance(match, re.Match):
                groups |= match.groupdict(default="")
        return {k: v.lower() if k == "low" else v for k, v in groups.items()}

    def _match_answer(self, pattern: str, heading: str, answer: str) -> re.Match[str] | None:
        if pattern in ("does", "imperative"):
            return self._patterns[pattern].match(answer)
        if "{heading_}" not in pattern:
            return re.match(pattern, answer)
        if heading not in answer:  # far cheaper than a pattern of its own for every heading
            return None
        return re.match(pattern.replace("{heading_}", re.escape(heading)), answer)


@lru_cache
def known_languages() -> frozenset[str]:
    """Languages (`eng_Latn`) that have frames."""
    names = (entry.name for entry in _FOLDER.iterdir())
    return frozenset(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


@lru_cache
def frames_of(lang: str) -> Frames:
    """Raises SynthAssetsError for a language without frames, or a file that cannot be used."""
    if lang not in known_languages():
        raise SynthAssetsError(
            f"no frame words for {lang}; there are some for {', '.join(sorted(known_languages()))}"
        )
    try:
        return Frames.model_validate(load_yaml(_read(lang)))
    except (yaml.YAMLError, ValidationError) as error:
        text = " ".join(str(error).split())
        raise SynthAssetsError(f"frames/{lang}.yaml cannot be used: {text}") from None


@lru_cache
def frames_version() -> str:
    """Digest of all frames: part of every operation's version."""
    return digest(*(part for lang in sorted(known_languages()) for part in (lang, _read(lang))))


def _read(lang: str) -> str:
    return (_FOLDER / f"{lang}.yaml").read_text(encoding="utf-8")
