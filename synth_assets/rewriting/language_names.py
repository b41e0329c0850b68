"""What languages are called in English, for prompts: CLDR's and IANA's names."""

import re
from functools import lru_cache

from synth_assets.filtering.language_codes import UNKNOWN, to_flores

_TONGUE = re.compile(r"[a-z]{2,3}")
_NOTES = (" (individual language)", " languages")


@lru_cache(1024)
def language_name(code: str) -> str | None:
    """The name of a FLORES code such as cat_Latn, with its script where the language is usually
    written in another one; None for a code that stands for no language."""
    from langcodes import Language  # its tables take 0.2 s to load

    tongue, _, script = code.partition("_")
    if tongue == UNKNOWN or not _TONGUE.fullmatch(tongue) or not Language.get(tongue).is_valid():
        return None
    name = Language.get(tongue).language_name("en")
    if name.startswith("Unknown language"):
        return None
    for note in _NOTES:
        name = name.removesuffix(note)
    several = tongue == "zho"
    if script and (several or to_flores(tongue) not in (code, UNKNOWN)):
        return f"{name} ({Language.make(script=script).script_name('en')} script)"
    return name
