"""ARPA files: the text format of n-gram models, as KenLM, SRILM and others write it.

Words are looked up as this project splits texts (see `splitting`): a model of pieces of words knows
few of them.
"""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from synth_assets.errors import InputError
from synth_assets.filtering.words import word_hash
from synth_assets.modeling.ngram import NEVER, NgramModel, Order, make_trie
from synth_assets.modeling.vocabulary import MARKS, UNKNOWN, Vocabulary
from synth_assets.text.columns import Int64s

Entry = tuple[float, list[str], float]
"""A line: log10 of the probability, the words, log10 of the backoff."""


def read_arpa(path: Path) -> NgramModel:
    """All in memory, some hundred bytes for an n-gram. Raises InputError, with the file and the
    n-gram, for one that is torn or not sound."""
    try:
        with _opened(path) as stream:
            return _read(path, stream)
    except (OSError, EOFError, UnicodeDecodeError, ValueError) as error:
        raise InputError(f"{path} cannot be read as an ARPA file: {error}") from None


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def _read(path: Path, stream: TextIO) -> NgramModel:
    lines = (line.rstrip("\n") for line in stream)
    sizes = _sizes(lines)
    if len(sizes) < 2:
        raise InputError(f"{path} has {len(sizes)} orders of n-grams; a model has 2 or more")
    entries = list(_section(path, lines, sizes[0]))
    words = [words[0] for _, words, _ in entries if words[0] not in MARKS]
    vocabulary = Vocabulary.of(
        [word.encode() for word in words], np.array([word_hash(word) for word in words], np.uint64)
    )
    numbers = {word: n for n, word in enumerate([*MARKS, *words])}
    orders = [_first(entries, numbers)]
    for size in sizes[1:]:
        orders.append(_deeper(path, list(_section(path, lines, size)), numbers, orders))
    trie, found = make_trie(orders)
    return NgramModel(trie, found, vocabulary)


def _sizes(lines: Iterator[str]) -> list[int]:
    """Of the head; the iterator then stands behind the line `\\1-grams:`."""
    sizes = []
    for line in lines:
        if line.startswith("ngram "):
            sizes.append(int(line.partition("=")[2]))
        if line.strip() == "\\1-grams:":
            break
    return sizes


def _section(path: Path, lines: Iterator[str], size: int) -> Iterator[Entry]:
    """The n-grams of one order; the iterator then stands behind the next one's headline."""
    count = 0
    for line in lines:
        if line.startswith("\\"):
            break
        if fields := line.split("\t"):
            if len(fields) < 2:
                continue
            count += 1
            yield float(fields[0]), fields[1].split(" "), float(fields[2]) if fields[2:] else 0.0
    if count != size:
        raise InputError(f"{path} is torn: it has {count:,} n-grams where it says {size:,}")


def _first(entries: list[Entry], numbers: dict[str, int]) -> Order:
    """A mark that the file has not is never seen."""
    scores = np.full(len(numbers), NEVER, dtype=np.float32)
    backoffs = np.zeros(len(numbers), dtype=np.float32)
    for score, (word,), backoff in entries:
        scores[numbers[word]], backoffs[numbers[word]] = score, backoff
    words = np.arange(len(numbers), dtype=np.uint32)
    return Order(np.empty(0, dtype=np.int64), words, scores, backoffs)


def _deeper(path: Path, entries: list[Entry], numbers: dict[str, int], above: list[Order]) -> Order:
    grams = np.array(
        [[numbers.get(word, UNKNOWN) for word in words] for _, words, _ in entries], dtype=np.int64
    ).reshape(len(entries), len(above) + 1)
    parents = _places(path, grams[:, :-1], above, entries)
    rank = np.lexsort([grams[:, -1], parents])
    scores = np.array([score for score, _, _ in entries], dtype=np.float32)
    backoffs = np.array([backoff for _, _, backoff in entries], dtype=np.float32)
    words = grams[:, -1].astype(np.uint32)
    return Order(parents[rank], words[rank], scores[rank], backoffs[rank])


def _places(
    path: Path, prefixes: NDArray[np.int64], orders: list[Order], entries: list[Entry]
) -> Int64s:
    """Where each prefix stands in its order."""
    n_words = len(orders[0].words)
    found = prefixes[:, 0]
    for depth, order in enumerate(orders[1:], start=1):
        keys = order.parents * n_words + order.words
        wanted = found * n_words + prefixes[:, depth]
        found = np.minimum(np.searchsorted(keys, wanted), max(0, len(keys) - 1))
        missing = np.flatnonzero(keys[found] != wanted) if len(keys) else np.arange(len(wanted))
        if len(missing):
            words = entries[int(missing[0])][1]
            raise InputError(f"{path} has {' '.join(words)!r} and not {' '.join(words[:-1])!r}")
    return found
