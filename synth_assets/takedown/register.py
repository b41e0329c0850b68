"""What was taken down under a root; every corpus writer obeys it.

`takedowns/entries.json` holds the lists' entries, `takedowns/documents.parquet` the ids of the
documents that were found by them. A stage that runs again, from an input file that still holds a
page, drops it as it is written: its row stays without text, with the reason `takedown`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import orjson
import polars as pl

from synth_assets.corpus.files import Files
from synth_assets.corpus.schema import DOCUMENT, DROPPED, Schema
from synth_assets.ingest.domains import host_of
from synth_assets.takedown.entries import Entry, page_of

ENTRIES = "takedowns/entries.json"
DOCUMENTS = "takedowns/documents.parquet"
REASON = "takedown"

TRACES = ("text", "title", "url")
"""Columns of every document that are emptied in a row that was taken down."""

TELLING = ("relation", "tier", "cluster_root")
"""Words in a corpus's own columns that say nothing of the text."""

ONE, SEVERAL = ("doc_id", "parent_id", "other_id"), ("root_ids", "parent_ids")
MATCHED = (*ONE, *SEVERAL, "url")
"""Columns, of which a table has some, that say of which documents a row is."""


@dataclass(frozen=True)
class Register:
    """Entries, and the ids that they led to."""

    entries: Sequence[Entry]
    ids: pl.Series

    @classmethod
    def load(cls, files: Files) -> "Register | None":
        """None where nothing was ever taken down."""
        if not files.exists(ENTRIES):
            return None
        entries = [Entry(**item) for item in orjson.loads(files.read(ENTRIES))]
        return cls(entries, read_ids(files))

    def save(self, files: Files) -> None:
        """The documents first: an id too many does no harm."""
        with files.staging(DOCUMENTS) as staged:
            pl.DataFrame({"doc_id": self.ids}).write_parquet(staged)
            files.publish(staged, DOCUMENTS)
        rows = [{"kind": entry.kind, "value": entry.value} for entry in sorted(self.entries)]
        files.write(ENTRIES, orjson.dumps(rows, option=orjson.OPT_INDENT_2))

    def with_ids(self, ids: Iterable[str]) -> "Register":
        more = pl.Series("doc_id", [*self.ids, *ids], dtype=pl.String)
        return Register(self.entries, more.unique().sort())

    def mask(self, frame: pl.DataFrame) -> pl.Series:
        """Which rows are taken down: by their own id, that of a document they were made from, or
        their address, as far as the frame has these columns."""
        listed = self._listed.implode()
        ids = [pl.col(name).is_in(listed) for name in ONE if name in frame.columns]
        ids += [
            pl.col(name).list.eval(pl.element().is_in(listed)).list.any()
            for name in SEVERAL
            if name in frame.columns
        ]
        found = frame.select(pl.any_horizontal(each.fill_null(False) for each in ids)).to_series()
        return found | self._by_address(frame["url"]) if "url" in frame.columns else found

    def names_any(self, rows: pl.DataFrame) -> bool:
        """Whether a row that holds `doc_id`, and as many of MATCHED and `drop_reason` as its table
        has, is taken down and was not emptied yet."""
        if "drop_reason" in rows.columns:
            rows = rows.filter(pl.col("drop_reason").fill_null("") != REASON)
        return bool(self.mask(rows).any())

    def grew_since(self, earlier: "Register | None") -> bool:
        if earlier is None:
            return True
        same = set(self.entries) == set(earlier.entries)
        return not (same and self.ids.equals(earlier.ids))

    def without(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The rows that stay, and those that are taken down, emptied, with their reason."""
        gone = self.mask(frame)
        return frame.filter(~gone), emptied(frame.filter(gone))

    @cached_property
    def _listed(self) -> pl.Series:
        named = [entry.value for entry in self.entries if entry.kind == "document"]
        return pl.concat([self.ids, pl.Series("doc_id", named, dtype=pl.String)]).unique()

    def _by_address(self, urls: pl.Series) -> pl.Series:
        pages = {entry.value for entry in self.entries if entry.kind == "url"}
        domains = {entry.value for entry in self.entries if entry.kind == "domain"}
        known = urls.unique().drop_nulls().to_list() if pages or domains else []
        hit = [url for url in known if page_of(url) in pages or _is_below(url, domains)]
        return urls.is_in(pl.Series(hit, dtype=pl.String).implode()).fill_null(False)


def emptied(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows without their text and address, dropped with the reason `takedown`; what may quote the
    text in a corpus's own columns goes with it."""
    traces = [pl.lit("" if name == "text" else None, pl.String).alias(name) for name in TRACES]
    quotes = [pl.lit(None).cast(frame.schema[name]).alias(name) for name in quoting(frame.schema)]
    return frame.with_columns(
        *traces,
        *quotes,
        drop_reason=pl.lit(REASON),
        drop_value=pl.lit(None, pl.String),
        drop_limit=pl.lit("not on the takedown list"),
    )


def quoting(schema: Schema) -> list[str]:
    """Columns of a corpus's own that hold words: such as edits, questions, a page's host."""
    known = {*DOCUMENT, *DROPPED, *TELLING}
    return [
        name
        for name, kind in schema.items()
        if name not in known and (kind == pl.String or kind.is_nested())
    ]


def read_ids(files: Files) -> pl.Series:
    with files.open(DOCUMENTS) as stream:
        return pl.read_parquet(stream.read())["doc_id"]


def _is_below(url: str, domains: set[str]) -> bool:
    labels = (host_of(url) or "").split(".")
    return any(".".join(labels[at:]) in domains for at in range(len(labels)))
