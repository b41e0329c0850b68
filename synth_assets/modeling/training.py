"""An n-gram model of a stream of texts.

Every HELD_OUT-th text is not learned from: the model's notes hold the percentiles of these texts'
perplexities and of their tokens' probabilities, which say what is usual of unseen text.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from synth_assets.compiled import Whole, compiled
from synth_assets.errors import InputError
from synth_assets.modeling.counting import count_ngrams
from synth_assets.modeling.kneser_ney import estimate
from synth_assets.modeling.ngram import NgramModel, make_trie, order_of
from synth_assets.modeling.scoring import Floats, perplexities, score_tokens
from synth_assets.modeling.splitting import BREAK
from synth_assets.modeling.vocabulary import (
    BEGIN,
    END,
    Split,
    Vocabulary,
    count_words,
    find_word,
)
from synth_assets.text.columns import UInt32s, UInt64s

HELD_OUT = 50
MAX_HELD_OUT = 2_000
HELD_OUT_CHARS = 20_000
"""So much of a held-out text is looked at, from its beginning."""

PERCENTS = tuple(range(1, 100))

Source = Callable[[], Iterator[pl.Series]]
"""Gives the texts anew at each call, some at a time, in the same order."""


@dataclass(frozen=True)
class Training:
    """How a model is trained.

    `min_counts` are the fewest occurrences of an n-gram of each order that is kept: the first is a
    word's, and from the second on they do not fall. Texts are taken in their order until
    `max_tokens`: memory is some 150 bytes for each of them.
    """

    order: int = 4
    min_counts: tuple[int, ...] = (2, 2, 2, 2)
    max_words: int = 500_000
    max_tokens: int = 20_000_000


@dataclass
class _Taken:
    """What of the source is learned from, and what is held out."""

    training: Training
    texts: int = 0
    tokens: int = 0
    left_out: int = 0
    held_out: list[str] = field(default_factory=list)

    def splits(self, source: Source) -> Iterator[Split]:
        self.texts, self.tokens, self.left_out, self.held_out = 0, 0, 0, []
        for frame in source():
            if self.tokens >= self.training.max_tokens:
                self.left_out += len(frame)
                continue
            place = np.arange(self.texts, self.texts + len(frame))
            self.texts += len(frame)
            aside = pl.Series(place % HELD_OUT == HELD_OUT - 1)
            room = MAX_HELD_OUT - len(self.held_out)
            self.held_out += frame.filter(aside).head(room).str.slice(0, HELD_OUT_CHARS).to_list()
            split = Split.of(frame.filter(~aside))
            self.tokens += len(split.hashes)
            yield split


def train(source: Source, training: Training) -> NgramModel:
    """Reads the source twice. Raises InputError where it holds no words."""
    taken = _Taken(training)
    vocabulary = count_words(
        taken.splits(source), max_words=training.max_words, min_count=training.min_counts[0]
    )
    if not taken.tokens:
        raise InputError("a language model needs texts with words, and there are none")
    tokens = np.concatenate([_numbers(split, vocabulary) for split in taken.splits(source)])
    levels = list(count_ngrams(tokens, len(vocabulary), training.order))
    del tokens
    estimates = estimate(levels, list(training.min_counts))
    trie, sizes = make_trie([order_of(one) for one in estimates])
    model = NgramModel(trie, sizes, vocabulary)
    model.notes.update(_notes(model, taken))
    return model


def _numbers(split: Split, vocabulary: Vocabulary) -> UInt32s:
    """BEGIN, words and END of every line."""
    keys, numbers = vocabulary.slots
    breaks = int(np.count_nonzero(split.hashes == BREAK))
    out = np.empty(len(split.hashes) + breaks, dtype=np.uint32)
    _write(split.hashes, keys, numbers, out)
    return out


@compiled
def _write(hashes: UInt64s, keys: UInt64s, numbers: UInt32s, out: UInt32s) -> Whole:
    count, is_new = 0, True
    for state in hashes:
        if is_new:
            out[count] = BEGIN
            count += 1
        is_new = state == BREAK
        out[count] = END if is_new else find_word(state, keys, numbers)
        count += 1
    return count


def _notes(model: NgramModel, taken: _Taken) -> dict[str, object]:
    notes: dict[str, object] = {
        "texts": taken.texts - len(taken.held_out),
        "texts_left_out": taken.left_out,
        "tokens": taken.tokens,
        "held_out": len(taken.held_out),
    }
    if not taken.held_out:
        return notes
    texts = pl.Series(taken.held_out, dtype=pl.String)
    values = perplexities(model, texts)
    scores = np.concatenate([score_tokens(model, text).scores for text in taken.held_out])
    return notes | {
        "perplexities": _percentiles(values[~np.isnan(values)]),
        "scores": _percentiles(scores),
    }


def _percentiles(values: Floats) -> list[float]:
    """At 1 to 99 percent; empty for no values."""
    return [round(float(one), 4) for one in np.percentile(values, PERCENTS)] if len(values) else []
