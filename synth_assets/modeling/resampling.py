"""Words of a text drawn again under an n-gram model: token editing after ToEdit (Zhu et al. 2024,
arXiv 2412.14689) for a model that sees a few words and no meaning.

Drawn again are the more probable words of the text, from a quantile of its own on, that have
stand-ins (see `stand_ins`): other words that mean the same. A stand-in must have been seen behind
the word before and ahead of the next one, and each weighs as much as the model gives it there,
together with what it gives the next word. The model was often trained on this very text, whose
longer n-grams it knows by heart: it looks at one word on each side. Within reach of a changed word
none is changed: every draw is by the text as it was. Only words of small letters between blanks or
punctuation are touched, in prose; names, numbers, code and addresses stay.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Self

import numpy as np
import polars as pl

from synth_assets.compiled import Whole, compiled
from synth_assets.modeling.counting import NONE, find_child
from synth_assets.modeling.ngram import NgramModel, Trie, score_word
from synth_assets.modeling.scoring import Floats, Scored, score_tokens
from synth_assets.modeling.stand_ins import StandIns
from synth_assets.modeling.vocabulary import UNKNOWN, Split, find_word
from synth_assets.text.columns import Int64s

_WORD = re.compile(r"(?<![^\s(\"“‘])[^\W\d_]{2,}(?=[\s.,;:!?)\"”’]*(?:\s|$))")
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n.*?(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.M | re.S)
_NO_PROSE = re.compile(r"^(?: {4}|\t|[ \t]*[|#]).*$", re.M)
"""Indented code, tables, headings."""

SEEN_BEFORE = 1
"""Words before a place that its stand-ins are weighed by."""


@dataclass(frozen=True)
class Editor:
    """A model, and by word its stand-ins that the model knows, with their numbers; the word itself
    comes first."""

    model: NgramModel
    choices: Mapping[str, tuple[list[str], Int64s]]

    @classmethod
    def of(cls, model: NgramModel, stand_ins: StandIns) -> Self:
        every = {*stand_ins, *(one for some in stand_ins.values() for one in some)}
        numbers = {word: _number(model, word) for word in every}
        choices = {}
        for word, others in stand_ins.items():
            known = [one for one in (word, *others) if numbers[one] != UNKNOWN]
            if known[:1] == [word] and len(known) > 1:
                choices[word] = known, np.array([numbers[one] for one in known], dtype=np.int64)
        return cls(model, choices)


def resample(
    editor: Editor, text: str, *, quantile: float, sharpness: float, seed: int
) -> dict[str, Any]:
    """`edits` as [start, end, before, after] in code points, `tokens` of the model, the `eligible`
    words that were drawn again and the `threshold` of their probability; see
    `generation.engines.local.tasks`. Weights are probabilities to the power of `sharpness`."""
    scored = score_tokens(editor.model, text)
    words = list(_words(text, scored))
    if not words:
        return {"edits": [], "tokens": len(scored.words), "eligible": 0, "threshold": 1.0}
    scores = scored.scores[[word.token for word in words]]
    threshold = float(np.quantile(scores, quantile))
    drawing = _Drawing(editor, scored, sharpness, Random(seed))
    edits = []
    eligible = free = 0
    for word, score in zip(words, scores, strict=True):
        if score < threshold or word.token < free:
            continue
        after = drawing.draw(word)
        eligible += after is not None
        if after is not None and after != word.text:
            edits.append([word.start, word.end, word.text, after])
            free = word.token + editor.model.order
    return {
        "edits": edits,
        "tokens": len(scored.words),
        "eligible": eligible,
        "threshold": round(10**threshold, 6),
    }


@dataclass(frozen=True, slots=True)
class _Word:
    token: int
    start: int
    end: int
    text: str


def _words(text: str, scored: Scored) -> Iterator[_Word]:
    """The words that may be drawn again, in order."""
    shut = [found.span() for rule in (_FENCE, _NO_PROSE) for found in rule.finditer(text)]
    closed = bytearray(len(text) + 1)
    for start, end in shut:
        closed[start:end] = b"\1" * (end - start)
    token_at = {int(start): token for token, start in enumerate(scored.starts)}
    byte, at = 0, 0
    for found in _WORD.finditer(text):
        byte += len(text[at : found.start()].encode())
        at = found.start()
        token = token_at.get(byte)
        word = found[0]
        if token is None or closed[at] or not (word.isalpha() and word.islower()):
            continue
        whole = scored.stops[token] - scored.starts[token] == len(word.encode())
        if whole and scored.words[token] != UNKNOWN:
            yield _Word(token, at, found.end(), word)


@dataclass(frozen=True, slots=True)
class _Drawing:
    editor: Editor
    scored: Scored
    sharpness: float
    chance: Random

    def draw(self, word: _Word) -> str | None:
        """A word for this place, the one that stands there among the choice; None where no other
        fits."""
        if word.text not in self.editor.choices:
            return None
        choice, numbers = self.editor.choices[word.text]
        weights = self._weights(word.token, numbers)
        if not np.isfinite(weights[1:]).any():
            return None
        powers = 10 ** (self.sharpness * (weights - weights.max()))
        (drawn,) = self.chance.choices(choice, powers.tolist())
        return drawn

    def _weights(self, token: int, numbers: Int64s) -> Floats:
        """(numbers,) log10; of the first, which stands there, finite in any case."""
        context = self.scored.contexts[token].copy()
        context[SEEN_BEFORE + 1 :] = NONE
        weights = np.empty(len(numbers))
        following = self.scored.words[token + 1]  # a line ends with a token of its own
        _weigh(self.editor.model.trie, context, numbers, following, weights)
        return weights


def _number(model: NgramModel, word: str) -> int:
    """UNKNOWN also of what the model takes for several words."""
    hashes = Split.of(pl.Series([word])).hashes
    keys, numbers = model.vocabulary.slots
    return int(find_word(hashes[0], keys, numbers)) if len(hashes) == 2 else UNKNOWN


@compiled
def _weigh(trie: Trie, context: Int64s, words: Int64s, following: Whole, weights: Floats) -> None:
    """log10 of the probability of each word behind the context and of the one behind it; minus
    infinity for all but the first where either was never seen there."""
    before = context[1]
    for place in range(len(words)):
        word = words[place]
        if place > 0:
            is_known = before != NONE and (
                find_child(trie.starts[before], trie.starts[before + 1], word, trie.words) != NONE
                and find_child(trie.starts[word], trie.starts[word + 1], following, trie.words)
                != NONE
            )
            if not is_known:
                weights[place] = -np.inf
                continue
        sight = context.copy()
        total: Whole = score_word(trie, sight, word)
        total += score_word(trie, sight, following)
        weights[place] = total
