"""What became of the evaluation items in one batch: which were met, which cannot be looked for."""

from collections import Counter
from dataclasses import dataclass, field

import polars as pl

from synth_assets.corpus.schema import Schema
from synth_assets.filtering.decontamination.attribute import version
from synth_assets.filtering.decontamination.index import EvaluationIndex, load_index
from synth_assets.profile.decontamination import Decontamination

SIDECAR = "evaluation_items"

SCHEMA: Schema = {
    "set": pl.String(),
    "item": pl.String(),
    # found, or too_short: nothing in it tells it from any other text
    "status": pl.String(),
    "documents": pl.Int64(),
    "text": pl.String(),
}


@dataclass
class Report:
    """Counts the documents in which items were met."""

    settings: Decontamination
    _documents: Counter[str] = field(default_factory=Counter)

    def add(self, documents: pl.DataFrame) -> None:
        self._documents.update(documents["evaluation_item"].drop_nulls())

    @property
    def _index(self) -> EvaluationIndex:
        return load_index(self.settings, version(self.settings))

    def counts(self) -> dict[str, int]:
        """How many items there are, and how many cannot be looked for."""
        return {
            "evaluation_items": len(self._index.items),
            "evaluation_items_too_short": len(self._index.too_short),
        }

    def rows(self) -> pl.DataFrame:
        """Of SCHEMA: the items found, then those that are too short, in the order of their sets."""
        index = self._index
        listed = [(item, "found") for item in index.items if str(item) in self._documents]
        listed += [(item, "too_short") for item in index.too_short]
        rows = [
            (item.set, item.name, status, self._documents[str(item)], "\n".join(item.texts))
            for item, status in listed
        ]
        return pl.DataFrame(rows, schema=SCHEMA, orient="row")
