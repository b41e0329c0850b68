"""How long a text usually is in one language for its length in another.

From the Universal Declaration of Human Rights, whose articles say the same in all of them: see
`deploy/make_language_lengths.py`.
"""

from functools import cache
from importlib.resources import files

import orjson

from synth_assets.generation.gates.copying import UNSPACED

LENGTHS = "language/lengths.json"


def usual_share(source: str, text: str, source_lang: str, target_lang: str) -> float | None:
    """How long a translation is for what is usual of its languages: 1 as usual, 0.5 half of it.
    None where one of them is not known."""
    if not {source_lang, target_lang} <= usual_lengths().keys():
        return None
    return round(in_english(text, target_lang) / max(1.0, in_english(source, source_lang)), 4)


def in_english(text: str, lang: str) -> float:
    """Characters that the text would have in English; of a language that is in `usual_lengths`.
    Characters of scripts without spaces are weighed apart: names and numbers beside them are as
    long as anywhere."""
    length = usual_lengths()[lang]
    if not lang.endswith(_DENSE):
        return len(text) / length
    dense = len(UNSPACED.findall(text))
    return dense / length + len(text) - dense


_DENSE = ("_Hans", "_Hant", "_Jpan")


@cache
def usual_lengths() -> dict[str, float]:
    """Characters by language for each one in English."""
    found: dict[str, float] = orjson.loads((files("synth_assets.bundled") / LENGTHS).read_bytes())
    return found
