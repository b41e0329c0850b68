"""Building a release: sequences written block by block, laws counted, one folder published."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from synth_assets.corpus.footer import Law
from synth_assets.corpus.store import Store
from synth_assets.errors import CancelledError
from synth_assets.hashing import digest_json
from synth_assets.packing.export import Target, export_rows
from synth_assets.packing.export.card import Card, write_card
from synth_assets.packing.order.ranking import ranks
from synth_assets.packing.release.blocks import Block
from synth_assets.packing.release.folder import (
    MANIFEST,
    checksums,
    damaged,
    publish_folder,
    staged_folder,
)
from synth_assets.packing.release.listing import groups, write_listing
from synth_assets.packing.release.manifest import as_bytes, manifest
from synth_assets.packing.release.planning import WHOLE, Contents, ReleasePlan
from synth_assets.packing.release.rows import Rows
from synth_assets.packing.release.sequences import Sequences, sequences_of
from synth_assets.packing.tokenizer import Tokenizer, load_tokenizer
from synth_assets.profile.model import Profile

FOLDER = "releases"


@dataclass(frozen=True)
class Built:
    """A published release."""

    plan: ReleasePlan
    path: str
    manifest: dict[str, Any]

    @property
    def folder(self) -> str:
        """Where it lies under the root."""
        return folder_of(self.plan)

    @property
    def manifest_path(self) -> str:
        return f"{self.path}/{MANIFEST}"

    @property
    def laws(self) -> list[Law]:
        return [Law(**law) for law in self.manifest["laws"]]

    @property
    def sequences(self) -> int:
        return int(self.manifest["sequences"])

    @property
    def digest(self) -> str:
        """Of the manifest, which holds those of all files."""
        return digest_json(self.manifest)


def build_release(
    store: Store,
    profile: Profile,
    plan: ReleasePlan,
    *,
    log: Callable[[str], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Built:
    """Write a planned release and its controls, and publish them at once.

    One that is there and whole is not written again. Raises CancelledError when it is stopped, and
    then nothing is published.
    """
    folder = folder_of(plan)
    with store.files.lock(f"release/{plan.name}"):
        if _is_whole(store, folder):
            log(f"release {plan.name} {plan.version} is there already")
        else:
            tokenizer = load_tokenizer(profile.packing.tokenizer)
            rows = Rows(plan.inventory, list(plan.declared.components), plan.encoding)
            with staged_folder(store.files, folder) as staged:
                _write(_Job(store, plan, tokenizer, rows, log, cancelled), staged)
                publish_folder(store.files, staged, folder)
        newest = {"version": plan.version, "manifest": f"{plan.version}/{MANIFEST}"}
        store.files.write(f"{FOLDER}/{plan.name}/newest.json", as_bytes(newest))
        published = orjson.loads(store.files.read(f"{folder}/{MANIFEST}"))
    return Built(plan, store.files.path(folder), published)


def folder_of(plan: ReleasePlan) -> str:
    return f"{FOLDER}/{plan.name}/{plan.version}"


def _is_whole(store: Store, folder: str) -> bool:
    """Whether a release lies there with every byte that its manifest names."""
    if not store.files.exists(f"{folder}/{MANIFEST}"):
        return False
    known = orjson.loads(store.files.read(f"{folder}/{MANIFEST}"))
    return not damaged(store.files, folder, known["files"])


@dataclass(frozen=True)
class _Job:
    """What all parts of a build are given."""

    store: Store
    plan: ReleasePlan
    tokenizer: Tokenizer
    rows: Rows
    log: Callable[[str], None]
    cancelled: Callable[[], bool]


def _write(job: _Job, staged: Path) -> None:
    """The release's controls and, around them, the release itself in a staged folder."""
    plan = job.plan
    laws: list[Law] = []
    for kind in sorted(plan.contents, key=lambda kind: kind == WHOLE):
        folder = staged if kind == WHOLE else staged / "controls" / kind
        folder.mkdir(parents=True, exist_ok=True)
        writing = _Writing(job, plan.contents[kind])
        counts = [writing.block(block, folder) for block in plan.contents[kind].blocks]
        write_listing(plan.contents[kind], folder)
        own = writing.laws("" if kind == WHOLE else f"{kind}: ")
        write_card(folder, _card(job, kind, own))
        laws += own
        made = manifest(
            plan,
            kind,
            tokenizer={"name": job.tokenizer.name, "encoding": plan.encoding},
            sequences=counts,
            files=checksums(folder),
            laws=laws if kind == WHOLE else own,
        )
        (folder / MANIFEST).write_bytes(as_bytes(made))
        job.log(f"{kind} {plan.name}: {sum(counts):,} sequences, {made['tokens']:,} tokens")


def _card(job: _Job, kind: str, laws: list[Law]) -> Card:
    plan = job.plan
    has_parquet = "parquet" in plan.declared.export
    return Card(
        name=plan.name if kind == WHOLE else f"{plan.name}, control {kind}",
        documents=groups(plan.contents[kind]),
        tokenizer=job.tokenizer.name,
        configs={"default": "parquet/**/*.parquet"} if has_parquet else {},
        laws=laws,
        provenance={"release": plan.version, "tokenizer and framing": plan.encoding}
        | {f"batch {batch.key}": batch.version for batch in plan.inventory.batches},
    )


class _Writing:
    """Writes the blocks of a release or a control, and counts what was written."""

    def __init__(self, job: _Job, contents: Contents) -> None:
        self._job, self._plan, self._contents = job, job.plan, contents
        names = list(job.plan.declared.components)
        self._components = [names.index(cell.component) for cell in contents.budget.cells]
        self._pieces: NDArray[np.int64] = np.zeros(len(contents.inventory), dtype=np.int64)
        self._tokens: dict[str, dict[str, int]] = {}

    def block(self, block: Block, folder: Path) -> int:
        """Write a block in every form; returns how many sequences it has."""
        order = self._plan.declared.order
        rank = partial(ranks, self._job.store, self._contents.inventory, order)
        sequences = sequences_of(
            block,
            self._components,
            self._contents.inventory,
            None if order.by == "random" else rank,
            self._plan.seed,
        )
        pieces = sequences.plan.pieces
        np.add.at(self._pieces, pieces.document, pieces.length)
        target = Target(
            block.capacity,
            self._job.tokenizer.eos_id,
            self._job.tokenizer.vocab_size,
            self._plan.declared.shard_tokens,
        )
        for form in self._plan.declared.export:
            frames = self._frames(sequences, block.phase, form)
            export_rows(form, frames, folder / form / block.folder, target)
        return len(sequences.plan)

    def _frames(self, sequences: Sequences, phase: str, form: str) -> Iterator[pl.DataFrame]:
        written = self._tokens.setdefault(form, {})
        for frame in self._job.rows.frames(sequences, phase):
            if self._job.cancelled():
                raise CancelledError(
                    f"release {self._plan.name} was stopped; nothing was published"
                )
            lengths = int(frame["input_ids"].list.len().sum())
            written[phase] = written.get(phase, 0) + lengths
            yield frame

    def laws(self, prefix: str) -> list[Law]:
        """Tokens drawn by phase against tokens written in each form, and documents drawn against
        those that are whole in the sequences, as often as they were drawn."""
        inventory, composition = self._contents.inventory, self._contents.composition
        whole = self._pieces == composition.times * inventory.length.astype(np.int64)
        chosen = composition.times > 0
        drawn = composition.by_phase()
        tokens = [
            Law(f"{prefix}tokens in {form}", drawn, self._tokens.get(form, {}))
            for form in self._plan.declared.export
        ]
        counted = {
            "whole and as often as drawn": int((whole & chosen).sum()),
            "not drawn": int((~whole & ~chosen).sum()),
        }
        return [*tokens, Law(f"{prefix}documents", {"drawn": composition.documents}, counted)]
