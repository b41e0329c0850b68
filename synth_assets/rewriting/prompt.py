"""Prompt files: a system and a user part in Markdown, with {language}, {title} and {text}.

`prompts/<recipe>.md` is in English, `prompts/<recipe>.<lang>.md` in another language. A document
in a language without a file of its own gets the English one, which asks for an answer in that
language.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

from synth_assets.errors import ProfileError
from synth_assets.generation.protocol import Message
from synth_assets.rewriting.language_names import language_name

ENGLISH = "eng_Latn"
PLACEHOLDERS = ("language", "title", "text")

_PART = re.compile(r"^# (system|user)\s*$", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Prompt:
    """The two parts, placeholders not yet filled in."""

    system: str
    user: str

    def messages(self, *, lang: str, title: str | None, text: str) -> list[Message]:
        """Chat messages for one passage. Braces in the passage itself are left alone."""
        return self._filled(lang, title=title or "(none)", text=text)

    def instructions(self, lang: str) -> str:
        """What the model is told, without the document."""
        return "\n\n".join(turn["content"] for turn in self._filled(lang, title="", text=""))

    def _filled(self, lang: str, *, title: str, text: str) -> list[Message]:
        values = {
            "language": language_name(lang) or "the language of the document",
            "title": title,
            "text": text,
        }
        system, user = (
            _PLACEHOLDER.sub(lambda found: values[found[1]], part)
            for part in (self.system, self.user)
        )
        return [Message(role="system", content=system), Message(role="user", content=user)]


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


def load_prompts(name: str, folder: Traversable | None = None) -> Prompts:
    """All prompts of a recipe: the packaged ones, or those of another folder.

    Raises ProfileError with one sentence for a file that is missing or broken.
    """
    folder = folder or files(__package__) / "prompts"
    found: dict[str, Prompt] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        match = re.fullmatch(
            rf"{re.escape(name)}(?:\.([a-z]{{3}}_[A-Z][a-z]{{3}}))?\.md", file.name
        )
        if match:
            text = file.read_text(encoding="utf-8")
            found[match[1] or ENGLISH] = parse_prompt(text, f"prompts/{file.name}")
    if ENGLISH not in found:
        raise ProfileError(f"prompts/{name}.md does not exist: a recipe needs one in English")
    return Prompts(MappingProxyType(found))


def parse_prompt(text: str, origin: str) -> Prompt:
    """Raises ProfileError with one sentence for a missing part or a wrong placeholder."""
    _, *parts = _PART.split(text)
    found = dict(zip(parts[::2], (part.strip() for part in parts[1::2]), strict=True))
    if set(found) != {"system", "user"} or len(parts) != 4:
        raise ProfileError(
            f"{origin} must have the parts '# system' and '# user', each once; "
            f"it has {', '.join(parts[::2]) or 'none'}"
        )
    for placeholder in _PLACEHOLDER.findall(text):
        if placeholder not in PLACEHOLDERS:
            raise ProfileError(
                f"{origin}: {{{placeholder}}} is not a placeholder; "
                f"allowed are {', '.join(f'{{{one}}}' for one in PLACEHOLDERS)}"
            )
    if "{text}" not in found["user"]:
        raise ProfileError(f"{origin}: the user part must hold the document as {{text}}")
    return Prompt(**found)
