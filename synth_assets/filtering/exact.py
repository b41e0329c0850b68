"""Exact duplicates within one batch: the first document of every content hash stays."""

from collections.abc import Callable

import polars as pl

from synth_assets.errors import CorpusError

REASON = "exact_duplicate"


class FirstSeen:
    """Which content was seen, and in which document: 16 bytes each, whatever the texts' size, where
    ids are the corpus's own; `pack` and `unpack` are for others."""

    def __init__(
        self,
        pack: Callable[[str], bytes] = bytes.fromhex,
        unpack: Callable[[bytes], str] = bytes.hex,
    ) -> None:
        self._document_of: dict[bytes, bytes] = {}
        self._pack, self._unpack = pack, unpack

    def judge(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Give later documents of one content the reason, and `duplicate_of` the first one's id.

        Only rows without a `drop_reason` are judged: what a rule removed is no reason to remove
        its copy, which failed the same rule anyway.
        Raises CorpusError for a document whose content hash is missing.
        """
        columns = frame.select("doc_id", "content_hash", "drop_reason").iter_rows()
        firsts = [
            None if reason is not None else self._first(doc_id, content)
            for doc_id, content, reason in columns
        ]
        found = pl.col("duplicate_of").is_not_null()
        limit = pl.lit("one document per content hash")
        return frame.with_columns(pl.Series("duplicate_of", firsts, dtype=pl.String)).with_columns(
            pl.when(found).then(pl.lit(REASON)).otherwise("drop_reason").alias("drop_reason"),
            pl.when(found).then("content_hash").otherwise("drop_value").alias("drop_value"),
            pl.when(found).then(limit).otherwise("drop_limit").alias("drop_limit"),
        )

    def _first(self, doc_id: str, content: str | None) -> str | None:
        if not content:
            raise CorpusError(
                f"document {doc_id} of raw_web has no content_hash; every stage that writes text "
                f"must measure it (corpus.document.measure)"
            )
        this = self._pack(doc_id)
        first = self._document_of.setdefault(bytes.fromhex(content), this)
        return None if first == this else self._unpack(first)
