"""Attributes that an earlier run of the same batch has measured already."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from synth_assets.corpus.store import Corpus, Store
from synth_assets.errors import CorpusError
from synth_assets.filtering.attribute import Attribute, score

SIDECAR = "attributes"


@dataclass
class Known:
    """Rows of the sidecar `attributes` of the published `filtered`, in raw_web's order, and the
    names of the attributes that still count. Without any, everything is measured."""

    names: frozenset[str] = frozenset()
    rows: Iterator[pl.DataFrame] = field(default_factory=lambda: iter(()))
    _ahead: pl.DataFrame = field(default_factory=pl.DataFrame)

    @classmethod
    def find(cls, store: Store, raw: Corpus, versions: Mapping[str, str]) -> "Known":
        """What is there of this very raw_web, under these versions."""
        if not store.has("filtered", raw.batch):
            return cls()
        published = store.open("filtered", raw.batch, lawful=False)
        footer = published.footer
        if SIDECAR not in footer.sidecars or footer.inputs.get(raw.name) != raw.data_version:
            return cls()
        same = {name for name, known in footer.versions.items() if versions.get(name) == known}
        return cls(frozenset(same), published.sidecar_frames(SIDECAR)) if same else cls()

    def score(self, documents: pl.DataFrame, attributes: list[Attribute]) -> pl.DataFrame:
        """The next documents of raw_web with the columns of all attributes: known ones are taken
        over, the others measured."""
        if not self.names:
            return score(documents, attributes)
        known = self._take(documents["doc_id"])
        return score(documents, [self._over(attribute, known) for attribute in attributes])

    def _over(self, attribute: Attribute, known: pl.DataFrame) -> Attribute:
        if attribute.name not in self.names:
            return attribute
        return Attribute(
            attribute.name, attribute.version, attribute.columns, lambda _: known, attribute.rules
        )

    def _take(self, doc_ids: pl.Series) -> pl.DataFrame:
        """The next rows. Raises CorpusError where they are not of these documents."""
        while self._ahead.height < doc_ids.len() and (frame := next(self.rows, None)) is not None:
            self._ahead = pl.concat([self._ahead, frame]) if self._ahead.height else frame
        taken = self._ahead.head(doc_ids.len())
        self._ahead = self._ahead.slice(doc_ids.len())
        if not taken.height == doc_ids.len() or not (taken["doc_id"] == doc_ids).all():
            raise CorpusError(
                "the attributes of filtered are not those of raw_web's documents in their order; "
                "remove the published batch of filtered and materialize it again"
            )
        return taken
