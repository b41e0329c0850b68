"""What was admitted before a batch, by the batches' manifests."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Corpus, Store
from synth_assets.dedup.abandoned import is_abandoned
from synth_assets.dedup.embedding import EMBEDDINGS, Int8s
from synth_assets.dedup.index import Index, local_copy, mapped
from synth_assets.dedup.pages import corpus_rows
from synth_assets.dedup.repeats import ParagraphIndex
from synth_assets.dedup.version import parameters
from synth_assets.errors import CorpusError
from synth_assets.hashing import digest
from synth_assets.ingest.plan import all_manifests, load_manifest


@dataclass(frozen=True)
class Admitted:
    """A batch's place in the order of admission, and its signatures."""

    admission: int
    signatures: Corpus

    @property
    def key(self) -> str:
        return self.signatures.batch

    @cached_property
    def index(self) -> Index:
        return Index.of(self.signatures)

    @cached_property
    def paragraphs(self) -> ParagraphIndex:
        """Where the profile asks for them."""
        return ParagraphIndex.of(self.signatures)

    @cached_property
    def embeddings(self) -> Int8s:
        return mapped(local_copy(self.signatures, EMBEDDINGS))

    def rows(self, numbers: Sequence[int]) -> pl.DataFrame:
        """Some rows by their number, in precedence, without reading the pages of the others."""
        return corpus_rows(self.signatures, "row", pl.Series(numbers, dtype=pl.UInt32)).sort("row")

    @property
    def version(self) -> str:
        """Digest of the footer, which determines the rows; cheaper than a digest of the file,
        which is read again every night for ever."""
        return digest(self.signatures.footer.to_bytes())


def admitted_now(run: StageRun) -> Admitted:
    """The batch that is judged. Raises CorpusError for signatures of other parameters."""
    admission = load_manifest(run.store, run.batch).admission
    return _checked(run, Admitted(admission, run.open("signatures")))


def admitted_before(run: StageRun, admission: int) -> list[Admitted]:
    """Everything admitted before, in order, without the abandoned batches.

    Raises CorpusError where one has no signatures yet, or signatures of other parameters.
    """
    for key in missing_signatures(run.store, admission):
        raise CorpusError(
            f"batch {run.batch} cannot be deduplicated yet: batch {key} was admitted before "
            f"it and has no signatures; materialize signatures for {key}, or give it up with "
            f"`synth-assets batch abandon {key}`"
        )
    return [
        _checked(run, Admitted(number, run.store.open("signatures", key, lawful=not run.force)))
        for number, key in _earlier(run.store, admission)
    ]


def missing_signatures(store: Store, admission: int) -> list[str]:
    """Keys of the batches admitted before that still lack signatures and were not abandoned."""
    return [key for _, key in _earlier(store, admission) if not store.has("signatures", key)]


def _earlier(store: Store, admission: int) -> list[tuple[int, str]]:
    return sorted(
        (manifest.admission, manifest.key)
        for manifest in all_manifests(store)
        if manifest.admission < admission and not is_abandoned(store, manifest.key)
    )


def _checked(run: StageRun, admitted: Admitted) -> Admitted:
    wanted = parameters(run.profile.dedup)
    found = admitted.signatures.footer.counts.other
    for name, value in wanted.items():
        if found.get(name) != value:
            raise CorpusError(
                f"signatures of batch {admitted.key} were made with {name} = {found.get(name)}, "
                f"the profile says {value}; set it back, or judge that batch and all later ones "
                f"again with `synth-assets batch republish {admitted.key}`"
            )
    return admitted
