"""Interpolated modified Kneser-Ney smoothing (Chen and Goodman 1998, section 3; Heafield et al.
2013 on estimation).

The highest order counts occurrences; a lower one counts in how many ways an n-gram goes on to the
left, but for those that begin a sentence, which have one way only and count by occurrences.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from synth_assets.modeling.counting import Level
from synth_assets.modeling.vocabulary import BEGIN
from synth_assets.text.columns import Int64s

Floats = NDArray[np.float64]

FALLBACK = (0.5, 1.0, 1.5)
"""Discounts of n-grams that count once, twice, and more, where a corpus is too small for them to be
estimated; as KenLM's `--discount_fallback`."""


@dataclass(frozen=True)
class Estimate:
    """Of one order's n-grams: probabilities of the last words after the prefixes, and what is left
    of each n-gram, as a prefix, for the order below."""

    level: Level
    probabilities: Floats
    backoffs: Floats


def estimate(levels: list[Level], min_counts: list[int]) -> list[Estimate]:
    """Of every order, those n-grams that occur `min_counts` times or more; `min_counts` must not
    fall from one order to the next. Whatever is left out, the probabilities after any words sum to
    1.
    """
    found = [_first(levels, _adjusted(levels, 0))]
    for depth in range(1, len(levels)):
        kept = levels[depth].counts >= min_counts[depth]
        found[-1], next_one = _interpolated(
            found[-1], levels[depth], _adjusted(levels, depth), kept
        )
        found.append(next_one)
    return _without(
        found, [one.counts >= least for one, least in zip(levels, min_counts, strict=True)]
    )


def discounts(counts: Int64s) -> tuple[float, float, float]:
    """Chen and Goodman's estimate from how many n-grams count once to four times."""
    n1, n2, n3, n4 = (int(np.count_nonzero(counts == times)) for times in range(1, 5))
    if not (n1 and n2 and n3 and n4):
        return FALLBACK
    share = n1 / (n1 + 2 * n2)
    found = (1 - 2 * share * n2 / n1, 2 - 3 * share * n3 / n2, 3 - 4 * share * n4 / n3)
    is_sound = all(0 < one < times for times, one in enumerate(found, start=1))
    return found if is_sound else FALLBACK


def _adjusted(levels: list[Level], depth: int) -> Int64s:
    level = levels[depth]
    if depth == len(levels) - 1:
        return level.counts
    to_the_left = np.bincount(levels[depth + 1].suffixes, minlength=len(level))
    return np.where(level.begins, level.counts, to_the_left)


def _discounted(counts: Int64s, total: Floats | float) -> Floats:
    """Shares of a total after the discount; 0 for what does not count."""
    taken = np.array([0.0, *discounts(counts)])[np.minimum(counts, 3)]
    shares: Floats = np.maximum(counts - taken, 0) / total
    return shares


def _first(levels: list[Level], counts: Int64s) -> Estimate:
    """What the discount leaves is shared out evenly among all words; BEGIN is never asked for."""
    level = levels[0]
    counts = counts.copy()
    counts[BEGIN] = 0
    shares = _discounted(counts, max(1, int(counts.sum())))
    shares += (1 - shares.sum()) / (len(level) - 1)
    shares[BEGIN] = 0
    return Estimate(level, shares, np.ones(len(level)))


def _interpolated(
    below: Estimate, level: Level, counts: Int64s, kept: NDArray[np.bool_]
) -> tuple[Estimate, Estimate]:
    """The order below with what is left of its n-grams as prefixes, and this one."""
    n_below = len(below.level)
    totals = np.bincount(level.parents, weights=counts, minlength=n_below).astype(np.float64)
    shares = _discounted(counts, totals[level.parents]) * kept
    given = np.bincount(level.parents, weights=shares, minlength=n_below)
    left: Floats = np.clip(1 - given, 0, 1).astype(np.float64)
    probabilities = shares + left[level.parents] * below.probabilities[level.suffixes]
    one = Estimate(level, probabilities, np.ones(len(level)))
    return replace(below, backoffs=left), one


def _without(found: list[Estimate], kept: list[NDArray[np.bool_]]) -> list[Estimate]:
    """The n-grams that are kept; every word is. A prefix and a suffix occur at least as often as
    what they are part of, so none is missing."""
    places = np.arange(len(found[0].level))
    out = [found[0]]
    for one, keep in zip(found[1:], kept[1:], strict=True):
        level = one.level
        thinned = replace(
            level,
            parents=places[level.parents[keep]],
            words=level.words[keep],
            counts=level.counts[keep],
            suffixes=np.empty(0, dtype=np.int64),
            begins=level.begins[keep],
        )
        out.append(Estimate(thinned, one.probabilities[keep], one.backoffs[keep]))
        places = np.cumsum(keep) - 1
    return out
