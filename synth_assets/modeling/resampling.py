"""Words of a text drawn again under an n-gram model: token editing after ToEdit (Zhu et al. 2024,
arXiv 2412.14689) for a model that sees a few words.

Drawn again are the most probable words of the text, from a quantile of its own on. The candidates
are the likeliest words that the model has seen behind the two before and ahead of the next; each
weighs as much as the model gives it there, together with what it gives the words behind it, so that
a new word fits on both sides. Within reach of a changed word none is changed: every draw is by the
text as it was. Only words of small letters between blanks or punctuation are touched, in prose;
names, numbers, code and addresses stay.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth_assets.compiled import Whole, compiled
from synth_assets.modeling.counting import NONE, find_child
from synth_assets.modeling.ngram import NgramModel, Trie, score_word
from synth_assets.modeling.scoring import Floats, Scored, score_tokens
from synth_assets.modeling.vocabulary import UNKNOWN
from synth_assets.text.columns import Int64s

_WORD = re.compile(r"(?<![^\s(\"“‘])[^\W\d_]{2,}(?=[\s.,;:!?)\"”’]*(?:\s|$))")
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n.*?(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.M | re.S)
_NO_PROSE = re.compile(r"^(?: {4}|\t|[ \t]*[|#]).*$", re.M)
"""Indented code, tables, headings."""

SEEN_BEHIND = 2
"""A candidate was seen behind so many words in a row, or more."""


def resample(
    model: NgramModel,
    text: str,
    *,
    quantile: float,
    sharpness: float,
    candidates: int,
    seed: int,
) -> dict[str, Any]:
    """`edits` as [start, end, before, after] in code points, `tokens` of the model, the `eligible`
    words that were drawn again and the `threshold` of their probability; see
    `generation.engines.local.tasks`. Weights are probabilities to the power of `sharpness`."""
    scored = score_tokens(model, text)
    words = list(_words(text, scored))
    if not words:
        return {"edits": [], "tokens": len(scored.words), "eligible": 0, "threshold": 1.0}
    scores = scored.scores[[word.token for word in words]]
    threshold = float(np.quantile(scores, quantile))
    chosen = [word for word, score in zip(words, scores, strict=True) if score >= threshold]
    drawing = _Drawing(model, scored, sharpness, candidates, Random(seed))
    edits = []
    free = 0
    for word in chosen:
        if word.token >= free and (after := drawing.draw(word.token)) != word.text:
            edits.append([word.start, word.end, word.text, after])
            free = word.token + model.order
    return {
        "edits": edits,
        "tokens": len(scored.words),
        "eligible": len(chosen),
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
        if token is None or closed[at] or not _is_plain(found[0]):
            continue
        whole = scored.stops[token] - scored.starts[token] == len(found[0].encode())
        if whole and scored.words[token] != UNKNOWN:
            yield _Word(token, at, found.end(), found[0])


def _is_plain(word: str) -> bool:
    return word.isalpha() and word.islower() and len(word) > 1


@dataclass(frozen=True, slots=True)
class _Drawing:
    model: NgramModel
    scored: Scored
    sharpness: float
    candidates: int
    chance: Random

    def draw(self, token: int) -> str:
        """A word for this place; the one that stands there is among the candidates."""
        context = self.scored.contexts[token]
        following = self._following(token)
        likely = self._likely(context, int(following[0]))
        words = np.union1d(likely, self.scored.words[token]).astype(np.int64)
        weights = np.empty(len(words))
        _weigh(self.model.trie, context, words, following, weights)
        powers = 10 ** (self.sharpness * (weights - weights.max()))
        (drawn,) = self.chance.choices(words.tolist(), powers.tolist())
        return self.model.vocabulary.word(drawn)

    def _likely(self, context: Int64s, next_word: int) -> Int64s:
        """Plain words that the model has seen behind the last two words and before the next one,
        the likeliest behind the context, and equally likely ones by number."""
        trie, found = self.model.trie, set[int]()
        for place in context[SEEN_BEHIND:]:
            if place != NONE:
                found.update(trie.words[trie.starts[place] : trie.starts[place + 1]].tolist())
        words = np.array(sorted(found), dtype=np.int64)
        fits = np.empty(len(words), dtype=np.bool_)
        _precede(trie, words, next_word, fits)
        words = words[fits]
        scores = np.empty(len(words))
        _weigh(trie, context, words, words[:0], scores)
        ranked = words[np.lexsort([words, -scores])].tolist()
        plain = (word for word in ranked if _is_plain(self.model.vocabulary.word(word)))
        return np.fromiter(islice(plain, self.candidates), dtype=np.int64)

    def _following(self, token: int) -> Int64s:
        """The words that see this one, up to the line's end."""
        last = token + 1
        reach = min(token + self.model.order, len(self.scored.words))
        while last < reach:
            is_break = self.scored.starts[last] == self.scored.stops[last]
            last += 1
            if is_break:
                break
        return self.scored.words[token + 1 : last].astype(np.int64)


@compiled
def _precede(trie: Trie, words: Int64s, next_word: Whole, fits: NDArray[np.bool_]) -> None:
    """Which of the words the next one is known to follow."""
    for place in range(len(words)):
        first, last = trie.starts[words[place]], trie.starts[words[place] + 1]
        fits[place] = find_child(first, last, next_word, trie.words) != NONE


@compiled
def _weigh(trie: Trie, context: Int64s, words: Int64s, following: Int64s, weights: Floats) -> None:
    """log10 of the probability of each word behind the context and of what follows behind it."""
    for place in range(len(words)):
        sight = context.copy()
        total: Whole = score_word(trie, sight, words[place])
        for word in following:
            total += score_word(trie, sight, word)
        weights[place] = total
