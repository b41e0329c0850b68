"""What a text must keep of its source: the share of it, and how much may be lost at any rate."""

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.gate import Count, Gate, Share


@dataclass(frozen=True, slots=True)
class Keeping(Gate):
    """Less than `min_share` of the source's items are in the text, and more than `spare` of them
    are lost."""

    models_only: ClassVar[bool] = True
    min_share: Share = 0.8
    spare: Count = 2

    def judge(self, lost: Counter[str], n_items: int) -> Fault | None:
        n_lost = lost.total()
        if n_lost <= self.spare or 1 - n_lost / n_items >= self.min_share:
            return None
        some = ", ".join(item[:60] for item in list(lost)[:3])
        return self.fault(
            f"{1 - n_lost / n_items:.2f}, lost {some}",
            f"at least {self.min_share:g}, or {self.spare} lost",
        )
