"""The releases to compare with: what a mixture is worth shows beside one without its synthetic
part."""

from dataclasses import replace
from typing import Literal

import numpy as np

from synth_assets.errors import ReleaseError
from synth_assets.packing.mixture.budget import Budget

Control = Literal["natural_only", "equal_tokens"]


def control_budget(name: str, control: Control, budget: Budget) -> Budget:
    """A release's budget without synthetic documents.

    `natural_only` holds the natural documents of the release, as often as there, and so fewer
    tokens. `equal_tokens` repeats them until there are as many tokens, in every phase, as in the
    release; no cap on epochs holds, and the manifest says how many they are.
    Raises ReleaseError for a release, or a phase of it, without natural documents.
    """
    natural = np.array([not cell.synthetic for cell in budget.cells])
    targets = np.where(natural, budget.targets, 0)
    given = targets.sum(axis=1)
    if not given.all():
        phase = budget.phases[int(given.argmin())]
        raise ReleaseError(
            f"release {name}: control {control} needs natural documents and phase {phase} has none"
        )
    if control == "natural_only":
        return replace(budget, targets=targets)
    factor = budget.targets.sum(axis=1) / given
    scaled = np.rint(targets * factor[:, None]).astype(np.int64)
    return replace(budget, targets=scaled, capacity=np.where(natural, np.inf, 0.0))
