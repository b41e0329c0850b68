"""What a release would hold, before a token is written: lengths and strata are all it reads."""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from synth_assets.corpus.store import Store
from synth_assets.hashing import digest_json
from synth_assets.packing.framing import Framing
from synth_assets.packing.mixture.budget import Budget, plan_budget
from synth_assets.packing.mixture.controls import control_budget
from synth_assets.packing.mixture.inventory import Inventory, batches_of, take_inventory
from synth_assets.packing.release.blocks import Block, draw_blocks
from synth_assets.packing.release.composition import Composition
from synth_assets.packing.release.version import code_version, find_release
from synth_assets.packing.tokenizer import load_tokenizer
from synth_assets.profile.model import Profile
from synth_assets.profile.release import ReleaseProfile

WHOLE = "release"
"""The release itself among what is built; the others are its controls."""


@dataclass(frozen=True)
class Contents:
    """The documents of a release, or of one of its controls, block by block."""

    inventory: Inventory
    budget: Budget
    blocks: list[Block]

    @cached_property
    def composition(self) -> Composition:
        return Composition(self.inventory, self.budget, self.blocks)


@dataclass(frozen=True)
class ReleasePlan:
    """A release that can be made as declared; `contents` by WHOLE or control."""

    name: str
    declared: ReleaseProfile
    seed: int
    version: str
    encoding: str
    """Digest of tokenizer and framing."""
    inventory: Inventory
    contents: dict[str, Contents]

    @property
    def whole(self) -> Contents:
        return self.contents[WHOLE]

    @property
    def components(self) -> pl.DataFrame:
        return self.whole.composition.components()


def plan_release(store: Store, profile: Profile, name: str) -> ReleasePlan:
    """Choose the documents of a release and of its controls.

    Raises ReleaseError where it cannot be made as declared, CorpusError for a batch that may not be
    read, ProfileError for an unknown name.
    """
    declared = find_release(profile, name)
    seed = profile.seed if declared.seed is None else declared.seed
    encoding = Framing.of(load_tokenizer(profile.packing.tokenizer), profile.packing).digest
    batches = batches_of(store, name, encoding)
    inventory = take_inventory(store, name, declared, batches, seed)
    budget = plan_budget(name, declared, inventory.cells)
    budgets = {WHOLE: budget}
    budgets |= {kind: control_budget(name, kind, budget) for kind in declared.controls}
    capacity = max(profile.packing.sequence_lengths)
    contents = {
        kind: Contents(inventory, item, draw_blocks(name, declared, inventory, item, capacity))
        for kind, item in budgets.items()
    }
    version = digest_json(
        [
            code_version(profile, name),
            encoding,
            sorted((batch.key, batch.version) for batch in batches),
        ]
    )
    return ReleasePlan(name, declared, seed, version[:12], encoding, inventory, contents)
