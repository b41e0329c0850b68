"""What a model says of texts: the perplexity of each, or the score of every token, compiled."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synth_assets.compiled import Whole, compiled
from synth_assets.filtering.alphabet import kinds
from synth_assets.modeling.ngram import NgramModel, Trie, begin, score_word
from synth_assets.modeling.splitting import BREAK, next_token
from synth_assets.modeling.vocabulary import END, Split, find_word
from synth_assets.text.columns import Bytes, Int64s, Texts, UInt32s, UInt64s, in_parallel

Floats = NDArray[np.float64]


def perplexities(model: NgramModel, texts: pl.Series) -> Floats:
    """(texts,) 10 to the mean of -log10 of the probabilities of a text's tokens and line ends
    (empty lines left out); NaN for a text without tokens. On every core this process may use."""
    found = Texts.of(texts.fill_null("").to_arrow(compat_level=pl.CompatLevel.oldest()))
    out = np.empty((len(found), 2))
    slots = model.vocabulary.slots
    table = kinds()

    def score(first: int, last: int) -> None:
        _score_texts(
            found.data, found.ends, first, last, table, model.trie, slots, model.order, out
        )

    in_parallel(score, len(found))
    tokens = np.where(out[:, 1] > 0, out[:, 1], np.nan)
    values: Floats = 10 ** (-out[:, 0] / tokens)
    return values


@dataclass(frozen=True)
class Scored:
    """The tokens of one text in order, line ends that count as such with an empty span: byte
    positions, numbers of the words, and log10 of the probabilities; and the (tokens, order)
    contexts that each was asked for in."""

    data: bytes
    starts: Int64s
    stops: Int64s
    words: UInt32s
    scores: Floats
    contexts: NDArray[np.int64]


def score_tokens(model: NgramModel, text: str) -> Scored:
    """What the model says of every token of a text."""
    split = Split.of(pl.Series([text], dtype=pl.String))
    count = len(split.hashes)
    words = np.empty(count, dtype=np.uint32)
    scores = np.empty(count)
    contexts = np.empty((count, model.order), dtype=np.int64)
    _score_split(split.hashes, model.trie, model.vocabulary.slots, words, scores, contexts)
    stops = np.where(split.hashes == BREAK, split.starts, split.stops)
    return Scored(bytes(split.data), split.starts, stops, words, scores, contexts)


@compiled
def _score_texts(
    data: Bytes,
    ends: Int64s,
    first: Whole,
    last: Whole,
    kinds: Bytes,
    trie: Trie,
    slots: tuple[UInt64s, UInt32s],
    order: Whole,
    out: Floats,
) -> None:
    """Set the rows `first` to `last` of `out`, (texts, 2): sum of log10 and number of tokens."""
    context = np.empty(order, dtype=np.int64)
    for text in range(first, last):
        at, end, is_open, total, count = ends[text], ends[text + 1], False, 0.0, 0
        begin(context)
        while True:
            start, at, state = next_token(data, at, end, kinds)
            if state != BREAK:
                total += score_word(trie, context, find_word(state, slots[0], slots[1]))
                count += 1
            elif is_open:
                total += score_word(trie, context, END)
                count += 1
                begin(context)
            is_open = state != BREAK
            if start >= end:
                break
        out[text, 0], out[text, 1] = total, count


@compiled
def _score_split(
    hashes: UInt64s,
    trie: Trie,
    slots: tuple[UInt64s, UInt32s],
    words: UInt32s,
    scores: Floats,
    contexts: NDArray[np.int64],
) -> None:
    context = np.empty(contexts.shape[1], dtype=np.int64)
    begin(context)
    for token in range(len(hashes)):
        state = hashes[token]
        word = find_word(state, slots[0], slots[1]) if state != BREAK else np.int64(END)
        contexts[token] = context
        words[token], scores[token] = word, score_word(trie, context, word)
        if state == BREAK:
            begin(context)
