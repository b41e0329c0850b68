"""The walk from a document to the most alike that was not yet visited, as a compiled loop."""

import numpy as np
from numpy.typing import NDArray

from synth_assets.compiled import Whole, compiled

UInt32s = NDArray[np.uint32]
Int32s = NDArray[np.int32]

PER_VALUE = 64
"""Documents looked at of those that share one value with the current document."""
CLUSTER = 21
"""Documents after which the walk starts anew elsewhere, as in the code of Shi et al. 2024."""
STARTS = 64
"""Starts that are looked at for one that is no near duplicate of the document before."""
NOTHING = 0xFFFFFFFF
"""A permutation's value in the signature of a text without shingles."""


def walk(signatures: UInt32s, indexed: int, duplicate: float) -> Int32s:
    """A permutation of the documents, in which each is followed by one that it resembles.

    `signatures` are (documents, permutations) of MinHash values; the first `indexed` of them find
    candidates, of which the one with most values in common comes next, the earlier one where two
    are equal. No neighbours have a share of `duplicate` or more of all values in common, as far as
    another is left. Where nobody resembles, or after CLUSTER documents, the first unvisited
    document comes next: the order given should be random. Memory: 12 bytes per document and indexed
    permutation.
    """
    count = len(signatures)
    columns = np.ascontiguousarray(signatures[:, :indexed].T)
    members = np.empty((indexed, count), dtype=np.int32)
    starts = np.empty((indexed, count), dtype=np.int32)
    for column in range(indexed):
        members[column] = np.argsort(columns[column], kind="stable")
        _run_starts(columns[column], members[column], starts[column])
    limit = int(np.ceil(duplicate * signatures.shape[1]))
    return _walk(signatures, columns, members, starts, limit)


@compiled
def _run_starts(values: UInt32s, members: Int32s, starts: Int32s) -> None:
    """For each document where, among the members sorted by value, those of its value begin."""
    start = 0
    for place in range(len(members)):
        if place > 0 and values[members[place]] != values[members[place - 1]]:
            start = place
        starts[members[place]] = start


@compiled
def _walk(
    signatures: UInt32s, columns: UInt32s, members: Int32s, starts: Int32s, limit: Whole
) -> Int32s:
    count = len(signatures)
    order = np.empty(count, dtype=np.int32)
    visited = np.zeros(count, dtype=np.bool_)
    shared = np.zeros(count, dtype=np.int32)
    heads = np.zeros_like(starts)
    candidates = np.empty(columns.shape[0] * PER_VALUE, dtype=np.int32)
    first, length, current = 0, 0, -1
    for step in range(count):
        chosen = -1
        if current >= 0 and length < CLUSTER:
            found = _candidates(
                columns, members, starts, heads, visited, shared, candidates, current
            )
            chosen = _best(signatures, shared, candidates[:found], current, limit)
        if chosen < 0:
            while visited[first]:
                first += 1
            chosen = _start(signatures, visited, first, current, limit)
            length = 0
        order[step] = chosen
        visited[chosen] = True
        current = chosen
        length += 1
    return order


@compiled
def _candidates(
    columns: UInt32s,
    members: Int32s,
    starts: Int32s,
    heads: Int32s,
    visited: NDArray[np.bool_],
    shared: Int32s,
    candidates: Int32s,
    current: Whole,
) -> int:
    """Unvisited documents with a value in common, and in `shared` how many; their number."""
    found = 0
    count = members.shape[1]
    for column in range(members.shape[0]):
        value = columns[column, current]
        if value == NOTHING:
            continue
        start = starts[column, current]
        head = start + heads[column, start]
        while head < count and visited[members[column, head]]:
            if columns[column, members[column, head]] != value:
                break
            head += 1
        heads[column, start] = head - start
        for place in range(head, min(head + PER_VALUE, count)):
            other = members[column, place]
            if columns[column, other] != value:
                break
            if not visited[other]:
                if shared[other] == 0:
                    candidates[found] = other
                    found += 1
                shared[other] += 1
    return found


@compiled
def _best(
    signatures: UInt32s, shared: Int32s, candidates: Int32s, current: Whole, limit: Whole
) -> int:
    """The candidate with most in common that is no near duplicate, or -1; clears `shared`."""
    best, most = -1, 0
    for other in candidates:
        alike = shared[other]
        better = alike > most or (alike == most and other < best)
        if better and _common(signatures, current, other) < limit:
            best, most = other, alike
    for other in candidates:
        shared[other] = 0
    return best


@compiled
def _start(
    signatures: UInt32s, visited: NDArray[np.bool_], first: Whole, current: Whole, limit: Whole
) -> int:
    """The first unvisited document that is no near duplicate of the current one."""
    looked = 0
    for other in range(first, len(visited)):
        if looked == STARTS:
            break
        if not visited[other]:
            looked += 1
            if current < 0 or _common(signatures, current, other) < limit:
                return other
    return int(first)


@compiled
def _common(signatures: UInt32s, one: Whole, other: Whole) -> int:
    alike = 0
    for column in range(signatures.shape[1]):
        if signatures[one, column] == signatures[other, column]:
            alike += 1
    return alike
