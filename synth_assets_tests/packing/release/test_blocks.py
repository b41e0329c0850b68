"""Which documents a release takes, over inventories without a store: pure arithmetic."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.errors import ReleaseError
from synth_assets.packing.mixture.budget import Cell, plan_budget
from synth_assets.packing.mixture.inventory import Inventory
from synth_assets.packing.release.blocks import TOLERANCE, Block, draw_blocks, realised
from synth_assets.packing.release.sequences import sequences_of
from synth_assets.profile.release import ReleaseProfile

LANGS = ("cat_Latn", "eng_Latn")
CAPACITY = 64


def inventory_of(cells: np.ndarray, lengths: np.ndarray, keys: np.ndarray) -> Inventory:
    """Documents in the order of their keys; cells are component, language and kind in one."""
    order = np.argsort(keys)
    cell, length = cells[order].astype(np.int32), lengths[order].astype(np.int32)
    found = []
    for number in range(8):
        name, lang, made = "ab"[number // 4], LANGS[number // 2 % 2], bool(number % 2)
        own = cell == number
        found.append(Cell(name, lang, made, int(own.sum()), int(length[own].sum())))
    kept = [number for number, item in enumerate(found) if item.tokens]
    place = np.full(8, -1, dtype=np.int32)
    place[kept] = np.arange(len(kept))
    return Inventory(
        batches=(),
        cells=tuple(found[number] for number in kept),
        key=keys[order].astype(np.uint64),
        batch=np.zeros(len(cell), dtype=np.int32),
        row=np.arange(len(cell), dtype=np.uint32),
        length=length,
        cell=place[cell],
        score=None,
    )


@st.composite
def releases(draw: st.DrawFn) -> tuple[ReleaseProfile, Inventory]:
    """A release over a few hundred documents of two components, two languages and both kinds."""
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    count = draw(st.integers(200, 600))
    cells = random.integers(0, 8, count)
    cells[:2] = 0, 4  # both components have documents
    lengths = np.minimum(random.lognormal(3, 1, count).astype(int) + 2, 400)
    weight = draw(st.integers(3, 7)) / 10
    phases = {
        "p": {"share": 0.6, "weights": {"a": 0.5, "b": 0.5}},
        "q": {"share": 0.4, "sequence_length": 32},
    }
    declared = {
        "components": {
            "a": {"weight": weight, "max_epochs": draw(st.sampled_from([1.0, 3.0]))},
            "b": {"weight": 1 - weight, "max_epochs": 2.5, "sampling": "unimax"},
        },
        "tokens": draw(st.none() | st.integers(2_000, int(lengths.sum()))),
        "prefixes": draw(st.sampled_from([[], [0.1, 0.3], [0.5]])),
        "phases": phases if draw(st.booleans()) else {},
        "max_synthetic": {"default": draw(st.sampled_from([1.0, 0.8]))},
    }
    keys = random.permutation(10**6)[:count]
    return ReleaseProfile.model_validate(declared), inventory_of(cells, lengths, keys)


def drawn(declared: ReleaseProfile, inventory: Inventory) -> list[Block] | None:
    try:
        budget = plan_budget("r", declared, inventory.cells)
        return draw_blocks("r", declared, inventory, budget, CAPACITY)
    except ReleaseError:
        return None


@settings(deadline=None, max_examples=50)
@given(releases())
def test_shares_caps_and_epochs_hold(release: tuple[ReleaseProfile, Inventory]) -> None:
    declared, inventory = release
    blocks = drawn(declared, inventory)
    if blocks is None:
        return
    budget = plan_budget("r", declared, inventory.cells)
    tokens = realised(inventory, len(inventory.cells), blocks)
    for number, phase in enumerate(budget.phases):
        own = [n for n, block in enumerate(blocks) if block.phase == phase]
        for name in declared.components:
            chosen = [n for n, cell in enumerate(budget.cells) if cell.component == name]
            made, wanted = tokens[np.ix_(own, chosen)].sum(), budget.of_component(name)[number]
            assert abs(made - wanted) <= TOLERANCE * wanted
    taken = np.zeros((len(inventory), 4), dtype=int)
    for block in blocks:
        for item in block.drawn:
            np.add.at(taken, (item.unit, item.epoch), 1)
    assert taken.max() <= 1, "once an epoch"
    times = taken.sum(axis=1)
    for number, cell in enumerate(inventory.cells):
        own = inventory.cell == number
        assert times[own].max() - times[own].min() <= 1
        limit = declared.components[cell.component].max_epochs
        assert (times * inventory.length)[own].sum() <= limit * cell.tokens + 1


@settings(deadline=None, max_examples=30)
@given(releases())
def test_every_token_drawn_lies_in_one_sequence_of_its_block(
    release: tuple[ReleaseProfile, Inventory],
) -> None:
    declared, inventory = release
    for block in drawn(declared, inventory) or []:
        components = ["ab".index(cell.component) for cell in inventory.cells]
        wanted = np.zeros(len(inventory), dtype=np.int64)
        for item in block.drawn:
            np.add.at(wanted, item.unit, inventory.length[item.unit])
        for rank in (None, lambda units: units[::-1].argsort()):
            made = sequences_of(block, components, inventory, rank, seed=5)
            found = np.zeros(len(inventory), dtype=np.int64)
            np.add.at(found, made.plan.pieces.document, made.plan.pieces.length)
            assert found.tolist() == wanted.tolist()
            sizes = (
                np.add.reduceat(made.plan.pieces.length, made.plan.ends[:-1])
                if len(made.plan)
                else np.zeros(0)
            )
            assert (sizes <= block.capacity).all()
            assert len(made.component) == len(made.epoch) == len(made.plan)


@settings(deadline=None, max_examples=30)
@given(releases())
def test_a_prefix_is_what_a_release_without_the_rest_begins_with(
    release: tuple[ReleaseProfile, Inventory],
) -> None:
    """The blocks of the smallest prefix are the same whatever larger prefixes are asked for."""
    declared, inventory = release
    both = [
        drawn(declared.model_copy(update={"prefixes": prefixes}), inventory)
        for prefixes in ([0.2], [0.2, 0.6])
    ]
    if None in both:
        return
    for one, other in zip(*both, strict=False):
        if one.prefix == 0.2:
            assert one.folder == other.folder
            for left, right in zip(one.drawn, other.drawn, strict=True):
                assert left.unit.tolist() == right.unit.tolist()
