"""Prompt files: a system and a user part in Markdown, with {language}, {title} and {text}.

`prompts/<recipe>/<step>.md` is in English, `prompts/<recipe>/<step>.<lang>.md` in another language.
A document in a language without a file of its own gets the English one, which asks for an answer in
that language. A step may name further placeholders, which its recipe fills.

A checkpoint that was trained on inputs of a form of its own gets a plain text instead of a chat:
all that stands below the line `# plain`, to the last byte.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

from synth_assets.errors import ProfileError
from synth_assets.generation import protocol
from synth_assets.generation.protocol import Message
from synth_assets.rewriting.language_names import language_name

ENGLISH = "eng_Latn"
PLACEHOLDERS = ("language", "title", "text")
NOTHING: Mapping[str, str] = MappingProxyType({})

_PART = re.compile(r"^# (system|user)\s*$", re.MULTILINE)
_PLAIN = "# plain\n"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Prompt:
    """The two parts, placeholders not yet filled in."""

    system: str
    user: str

    def messages(
        self, *, lang: str, title: str | None, text: str, fills: Mapping[str, str] = NOTHING
    ) -> list[Message]:
        """Chat messages for one question. Braces in what is filled in are left alone."""
        return self._filled(lang, {**fills, "title": title or "(none)", "text": text})

    def rendered(
        self, *, lang: str, title: str | None, text: str, fills: Mapping[str, str] = NOTHING
    ) -> protocol.Prompt:
        """What an engine is sent."""
        return self.messages(lang=lang, title=title, text=text, fills=fills)

    def instructions(self, lang: str, fills: Mapping[str, str] = NOTHING) -> str:
        """What the model is told, without the document."""
        turns = self._filled(lang, {**fills, "title": "", "text": ""})
        return "\n\n".join(turn["content"] for turn in turns)

    def _filled(self, lang: str, fills: Mapping[str, str]) -> list[Message]:
        values = {"language": language_name(lang) or "the language of the document", **fills}
        system, user = (
            _PLACEHOLDER.sub(lambda found: values[found[1]], part)
            for part in (self.system, self.user)
        )
        return [Message(role="system", content=system), Message(role="user", content=user)]


@dataclass(frozen=True, slots=True)
class PlainPrompt(Prompt):
    """A text that is no chat; it stands in `user`."""

    def rendered(
        self, *, lang: str, title: str | None, text: str, fills: Mapping[str, str] = NOTHING
    ) -> protocol.Prompt:
        return self.messages(lang=lang, title=title, text=text, fills=fills)[1]["content"]


@dataclass(frozen=True, slots=True)
class Prompts:
    """A recipe's prompts by language; English is always there."""

    by_lang: Mapping[str, Prompt]

    def has(self, lang: str) -> bool:
        return lang in self.by_lang

    def lang_for(self, lang: str) -> str:
        """The language of the prompt that a document in `lang` gets."""
        return lang if self.has(lang) else ENGLISH

    def for_lang(self, lang: str) -> Prompt:
        return self.by_lang[self.lang_for(lang)]


def load_prompts(
    recipe: str, step: str, *, fills: Sequence[str] = (), folder: Traversable | None = None
) -> Prompts:
    """All prompts of a step, from the packaged folder or another one; `fills` are the placeholders
    of its own.

    Raises ProfileError with one sentence for a file that is missing or broken.
    """
    folder = (folder or files(__package__) / "prompts") / recipe
    found: dict[str, Prompt] = {}
    there = folder.iterdir() if folder.is_dir() else ()
    for file in sorted(there, key=lambda file: file.name):
        match = re.fullmatch(
            rf"{re.escape(step)}(?:\.([a-z]{{3}}_[A-Z][a-z]{{3}}))?\.md", file.name
        )
        if match:
            text = file.read_text(encoding="utf-8")
            found[match[1] or ENGLISH] = parse_prompt(text, f"prompts/{recipe}/{file.name}", fills)
    if ENGLISH not in found:
        raise ProfileError(
            f"prompts/{recipe}/{step}.md does not exist: a step needs one in English"
        )
    return Prompts(MappingProxyType(found))


def parse_prompt(text: str, origin: str, fills: Sequence[str] = ()) -> Prompt:
    """Raises ProfileError with one sentence for a missing part or a wrong placeholder."""
    prompt = _parts(text, origin)
    for placeholder in _PLACEHOLDER.findall(text):
        if placeholder not in (*PLACEHOLDERS, *fills):
            allowed = ", ".join(f"{{{one}}}" for one in (*PLACEHOLDERS, *fills))
            raise ProfileError(
                f"{origin}: {{{placeholder}}} is not a placeholder; allowed are {allowed}"
            )
    for fill in fills:
        if f"{{{fill}}}" not in text:
            raise ProfileError(f"{origin}: {{{fill}}} is missing; the recipe fills it in")
    if "{text}" not in prompt.user:
        part = "plain" if isinstance(prompt, PlainPrompt) else "user"
        raise ProfileError(f"{origin}: the {part} part must hold the document as {{text}}")
    return prompt


def _parts(text: str, origin: str) -> Prompt:
    if text.startswith(_PLAIN):
        return PlainPrompt(system="", user=text.removeprefix(_PLAIN))
    _, *parts = _PART.split(text)
    found = dict(zip(parts[::2], (part.strip() for part in parts[1::2]), strict=True))
    if set(found) != {"system", "user"} or len(parts) != 4:
        raise ProfileError(
            f"{origin} must have the parts '# system' and '# user', each once, or begin with "
            f"'# plain'; it has {', '.join(parts[::2]) or 'none'}"
        )
    return Prompt(**found)
