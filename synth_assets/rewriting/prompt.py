"""Prompt files: a system and a user part in Markdown, with {language}, {title} and {text}."""

import re
from dataclasses import dataclass
from importlib.resources import files

from synth_assets.errors import ProfileError
from synth_assets.generation.protocol import Message

PLACEHOLDERS = ("language", "title", "text")

_PART = re.compile(r"^# (system|user)\s*$", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\{(\w+)\}")

_LANGUAGES = {
    "ara_Arab": "Arabic",
    "bul_Cyrl": "Bulgarian",
    "cat_Latn": "Catalan",
    "ces_Latn": "Czech",
    "dan_Latn": "Danish",
    "deu_Latn": "German",
    "ell_Grek": "Greek",
    "eng_Latn": "English",
    "eus_Latn": "Basque",
    "fin_Latn": "Finnish",
    "fra_Latn": "French",
    "glg_Latn": "Galician",
    "hau_Latn": "Hausa",
    "heb_Hebr": "Hebrew",
    "hin_Deva": "Hindi",
    "hun_Latn": "Hungarian",
    "ibo_Latn": "Igbo",
    "ind_Latn": "Indonesian",
    "ita_Latn": "Italian",
    "jpn_Jpan": "Japanese",
    "kor_Hang": "Korean",
    "nld_Latn": "Dutch",
    "nob_Latn": "Norwegian Bokmål",
    "pes_Arab": "Persian",
    "pol_Latn": "Polish",
    "por_Latn": "Portuguese",
    "ron_Latn": "Romanian",
    "rus_Cyrl": "Russian",
    "spa_Latn": "Spanish",
    "swe_Latn": "Swedish",
    "swh_Latn": "Swahili",
    "tur_Latn": "Turkish",
    "ukr_Cyrl": "Ukrainian",
    "vie_Latn": "Vietnamese",
    "yor_Latn": "Yoruba",
    "zho_Hans": "Simplified Chinese",
    "zho_Hant": "Traditional Chinese",
    "zul_Latn": "Zulu",
}


@dataclass(frozen=True, slots=True)
class Prompt:
    """The two parts, placeholders not yet filled in."""

    system: str
    user: str

    def messages(self, *, lang: str, title: str | None, text: str) -> list[Message]:
        """Chat messages for one passage. Braces in the passage itself are left alone."""
        values = {
            "language": _LANGUAGES.get(lang, "the language of the document"),
            "title": title or "(none)",
            "text": text,
        }
        system, user = (
            _PLACEHOLDER.sub(lambda found: values[found[1]], part)
            for part in (self.system, self.user)
        )
        return [Message(role="system", content=system), Message(role="user", content=user)]


def load_prompt(name: str) -> Prompt:
    """The packaged prompt `prompts/<name>.md`."""
    text = (files(__package__) / "prompts" / f"{name}.md").read_text(encoding="utf-8")
    return parse_prompt(text, f"prompts/{name}.md")


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
