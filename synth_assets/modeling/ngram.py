"""An n-gram model in memory: the n-grams as a trie of arrays, and the score of a word after words.

Each n-gram has the logarithm of its last word's probability after the others (base 10), and what
its own continuations are multiplied by where they have none of their own, as in the ARPA format.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_assets.compiled import Whole, compiled
from synth_assets.modeling.counting import NONE, find_child
from synth_assets.modeling.kneser_ney import Estimate
from synth_assets.modeling.vocabulary import BEGIN, Vocabulary
from synth_assets.text.columns import Int64s, UInt32s

Float32s = NDArray[np.float32]

NEVER = -99.0
"""The logarithm of a probability of 0, as ARPA files have it."""


class Trie(NamedTuple):
    """All n-grams, the shorter orders first, each order sorted by prefix and last word.

    `words` are the last words; `scores` log10 of the probabilities; `starts` and `backoffs` are of
    all but the longest n-grams: those that n-gram i is the prefix of stand from starts[i] to
    starts[i + 1], and log10 of what is left of it for shorter ones is backoffs[i].
    """

    words: UInt32s
    scores: Float32s
    starts: Int64s
    backoffs: Float32s


@dataclass(frozen=True)
class NgramModel:
    """`sizes` are the n-grams of each order, the words first; `notes` what is known of the model
    beside (see `training`), as JSON values."""

    trie: Trie
    sizes: tuple[int, ...]
    vocabulary: Vocabulary
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def order(self) -> int:
        return len(self.sizes)

    def start(self) -> Int64s:
        """(order,) The context at a sentence's begin: the place of the last word, of the last two,
        and so on at 1, 2, ...; NONE where there are fewer or they are not known together."""
        context = np.full(self.order, NONE, dtype=np.int64)
        begin(context)
        return context

    def context_of(self, words: list[int]) -> Int64s:
        """The context behind a sentence's first words."""
        context = self.start()
        for word in words:
            score_word(self.trie, context, word)
        return context

    def scores_after(self, context: Int64s) -> NDArray[np.float64]:
        """(words,) log10 of every word's probability."""
        found = np.empty(self.sizes[0])
        for word in range(len(found)):
            found[word] = score_word(self.trie, context.copy(), word)
        return found


class Order(NamedTuple):
    """The n-grams of one order, sorted by the places of their prefixes in the order below and by
    their last words; `scores` and `backoffs` as in Trie."""

    parents: Int64s
    words: UInt32s
    scores: Float32s
    backoffs: Float32s


def make_trie(orders: Sequence[Order]) -> tuple[Trie, tuple[int, ...]]:
    """The trie of all orders from the first on, and their sizes."""
    sizes = tuple(len(one.words) for one in orders)
    offsets = np.cumsum([0, *sizes])
    starts = [
        offsets[depth] + np.searchsorted(orders[depth].parents, np.arange(sizes[depth - 1]))
        for depth in range(1, len(orders))
    ]
    trie = Trie(
        np.concatenate([one.words for one in orders]),
        np.concatenate([one.scores for one in orders]),
        np.concatenate([*starts, [offsets[-1]]]).astype(np.int64),
        np.concatenate([one.backoffs for one in orders[:-1]]),
    )
    return trie, sizes


def order_of(one: Estimate) -> Order:
    """Estimates as they stand in a trie."""
    level = one.level
    return Order(level.parents, level.words, _log(one.probabilities), _log(one.backoffs))


def _log(values: NDArray[np.float64]) -> Float32s:
    found = np.full(len(values), NEVER)
    np.log10(values, out=found, where=values > 0)
    return found.astype(np.float32)


@compiled
def begin(context: Int64s) -> None:
    """Set the context of a sentence's begin."""
    context[:] = NONE
    context[1] = BEGIN


@compiled
def score_word(trie: Trie, context: Int64s, word: Whole) -> Whole:
    """log10 of the word's probability after the context, which then ends with the word."""
    score = trie.scores[word]
    place = np.int64(word)
    for length in range(1, len(context)):
        before, context[length] = context[length], place
        place = np.int64(NONE)
        if before == NONE:
            continue
        place = np.int64(find_child(trie.starts[before], trie.starts[before + 1], word, trie.words))
        score = trie.scores[place] if place != NONE else score + trie.backoffs[before]
    return score
