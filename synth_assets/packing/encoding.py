"""Documents to framed tokens, taking over what an earlier run of the batch computed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from synth_assets.corpus.stage import StageRun
from synth_assets.hashing import digest
from synth_assets.packing.documents import (
    ENCODING,
    TABLE,
    TOKENS,
    Documents,
    documents_of,
)
from synth_assets.packing.fast_bpe import Int32s
from synth_assets.packing.framing import Framing
from synth_assets.packing.strata import stratum_columns

Framed = tuple[Int32s, int]


@dataclass(frozen=True)
class Encoded:
    """Of one frame: the rows of the documents that have tokens, those tokens, how many of them are
    framing, and the documents that have none, as they came."""

    rows: pl.DataFrame
    tokens: list[Int32s]
    n_framing: list[int]
    empty: pl.DataFrame


def earlier_tokens(run: StageRun, framing: Framing) -> Documents | None:
    """The documents of the batch as packed before, where tokenizer and framing are the same."""
    if not run.store.has("packed", run.batch):
        return None
    packed = run.store.open("packed", run.batch, lawful=False)
    footer = packed.footer
    if footer.inputs.get(ENCODING) != framing.digest or not {TABLE, TOKENS} <= set(footer.sidecars):
        return None
    return documents_of(packed)


class Encoding:
    """Encodes frames of documents; `reused` counts those whose tokens were there."""

    def __init__(
        self,
        framing: Framing,
        sources: Mapping[str, Sequence[str]],
        earlier: Documents | None = None,
    ) -> None:
        self.reused = 0
        self._framing = framing
        self._sources = sources
        self._earlier = earlier

    def encode(self, documents: pl.DataFrame) -> Encoded:
        """Needs the columns of a document; a text that tokenizes to nothing stays without tokens,
        framing included."""
        keys = [digest(text) for text in documents["text"]]
        framed = self._framed(documents["doc_id"], documents["text"], keys)
        rows = stratum_columns(documents, self._sources).with_columns(
            documents["doc_id"],
            pl.Series("text_key", keys, dtype=pl.String),
            documents["license"],
        )
        some = pl.Series([len(tokens) > 0 for tokens, _ in framed], dtype=pl.Boolean)
        kept = [item for item in framed if len(item[0])]
        return Encoded(
            rows.filter(some),
            [tokens for tokens, _ in kept],
            [count for _, count in kept],
            documents.filter(~some),
        )

    def _framed(self, doc_ids: pl.Series, texts: pl.Series, keys: list[str]) -> list[Framed]:
        found = self._found(doc_ids, keys)
        missing = [row for row in range(len(keys)) if row not in found]
        self.reused += len(found)
        new = self._framing.encode(
            doc_ids.gather(missing).to_list(), texts.gather(missing).to_list()
        )
        found.update(zip(missing, new, strict=True))
        return [found[row] for row in range(len(keys))]

    def _found(self, doc_ids: pl.Series, keys: list[str]) -> dict[int, Framed]:
        """Rows whose id and text were encoded before, with their tokens."""
        if self._earlier is None:
            return {}
        asked = pl.DataFrame({"doc_id": doc_ids, "text_key": keys}).with_row_index("_row")
        table = self._earlier.table.select("doc_id", "text_key", "offset", "n_tokens", "n_framing")
        hits = asked.join(table, on=["doc_id", "text_key"]).drop("doc_id", "text_key")
        return {
            row: (self._earlier.tokens[offset : offset + count].astype(np.int32), framing)
            for row, offset, count, framing in hits.iter_rows()
        }
