"""Sharing a number of tokens out among languages of unlike size."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Sampling = Literal["size", "temperature", "unimax"]


def preferences(sizes: Floats, sampling: Sampling, temperature: float) -> Floats:
    """How much of each language is wanted, up to a factor; `sizes` are tokens.

    `temperature` takes sizes to the power 1/temperature (Arivazhagan et al. 2019, "Massively
    Multilingual NMT in the Wild"; mT5's exponent of 0.3 is 3.33). `unimax` wants the same of each
    and leaves to `fill` what the small ones cannot give (Chung et al. 2023, "UniMax: Fairer and
    More Effective Language Sampling").
    """
    if sampling == "size":
        return sizes.astype(np.float64)
    if sampling == "temperature":
        return np.where(sizes > 0, np.maximum(sizes, 1) ** (1 / temperature), 0.0)
    return (sizes > 0).astype(np.float64)


def fill(budget: float, preference: Floats, capacity: Floats) -> Floats:
    """The budget shared out in proportion to the preferences, none above its capacity.

    What one cannot take goes to the others, again in proportion. The sum falls short of the budget
    only where all that are wanted are full.
    """
    shares = np.zeros(len(preference))
    wanted = np.flatnonzero((preference > 0) & (capacity > 0))
    order = wanted[np.argsort(capacity[wanted] / preference[wanted], kind="stable")]
    weight = np.cumsum(preference[order][::-1])[::-1]
    left = budget
    for place, index in enumerate(order):
        shares[index] = min(capacity[index], left * preference[index] / weight[place])
        left -= shares[index]
    return shares
