"""One corpus, one batch, one Parquet file, and its dropped rows beside it.

Sidecars carry their digest in their name and are published first; the corpus file comes last and
its footer names them. A reader therefore sees the old version or the new one, never a mixture.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from synth_assets.corpus.files import Files
from synth_assets.corpus.footer import Footer
from synth_assets.corpus.names import corpus_file, sidecar_file
from synth_assets.corpus.schema import Schema
from synth_assets.corpus.writer import CorpusWriter
from synth_assets.errors import CorpusError


@dataclass(frozen=True)
class Corpus:
    """One published batch of a corpus. Opened through `Store`."""

    files: Files
    name: str
    batch: str

    @property
    def file(self) -> str:
        return corpus_file(self.name, self.batch)

    @property
    def path(self) -> str:
        return self.files.path(self.file)

    @cached_property
    def footer(self) -> Footer:
        """Raises CorpusError where the file was not written by this project."""
        with self.files.open(self.file) as stream:
            footer = Footer.of_file(stream)
        if footer is None:
            raise CorpusError(f"{self.path} is Parquet, but not a corpus of this project")
        return footer

    @cached_property
    def data_version(self) -> str:
        """Digest of the corpus file; through its footer it covers the sidecars too."""
        return self.files.digest(self.file)

    @cached_property
    def columns(self) -> list[str]:
        import pyarrow.parquet as pq

        with self.files.open(self.file) as stream:
            return list(pq.read_schema(stream).names)

    @property
    def part(self) -> None:
        """It is read itself, and no sidecar of it; see `Footer.parts`."""

    def frames(self, columns: list[str] | None = None) -> Iterator[pl.DataFrame]:
        """The rows, one row group (about 64 MB of text) at a time."""
        return _frames(self.files, self.file, columns)

    def read(self, columns: list[str] | None = None) -> pl.DataFrame:
        """All rows at once; for tables that are known to be small."""
        return pl.concat(self.frames(columns))

    @property
    def n_documents(self) -> int:
        """Rows that the footer says were kept."""
        return self.footer.counts.kept.documents

    def sidecar_path(self, sidecar: str = "dropped") -> str:
        return self.files.path(self._sidecar_file(sidecar))

    def sidecar_frames(
        self, sidecar: str = "dropped", columns: list[str] | None = None
    ) -> Iterator[pl.DataFrame]:
        return _frames(self.files, self._sidecar_file(sidecar), columns)

    def dropped(self, columns: list[str] | None = None) -> pl.DataFrame:
        """All removed rows at once, each a full document with its reason."""
        return pl.concat(self.sidecar_frames("dropped", columns))

    def _sidecar_file(self, sidecar: str) -> str:
        try:
            version = self.footer.sidecars[sidecar]
        except KeyError:
            known = ", ".join(self.footer.sidecars) or "none"
            raise CorpusError(f"{self.path} has no sidecar {sidecar!r}; it has: {known}") from None
        return sidecar_file(sidecar, self.name, self.batch, version)


class Store:
    """All corpora under one root: `<root>/<corpus>/<batch>.parquet`."""

    def __init__(self, root: str | Path) -> None:
        self.files = Files(root)

    def has(self, corpus: str, batch: str) -> bool:
        return self.files.exists(corpus_file(corpus, batch))

    def open(self, corpus: str, batch: str, *, lawful: bool = True) -> Corpus:
        """A published batch.

        Raises CorpusError when it is missing, or, unless `lawful` is off, when it breaks its own
        conservation law: what was lost upstream must not go unnoticed downstream.
        """
        found = Corpus(self.files, corpus, batch)
        if not self.has(corpus, batch):
            raise CorpusError(
                f"corpus {corpus} has no batch {batch}: {found.path} does not exist; "
                f"materialize {corpus} for this batch first"
            )
        if lawful and found.footer.broken_laws:
            raise CorpusError(
                f"corpus {corpus}, batch {batch}, does not balance and is refused as an input: "
                f"{found.footer.broken_laws[0]}"
            )
        return found

    def batches(self, corpus: str) -> list[str]:
        """Keys of the published batches, sorted."""
        names = self.files.list(corpus, ".parquet")
        return [name.rsplit("/", 1)[-1].removesuffix(".parquet") for name in names]

    @contextmanager
    def write(
        self,
        corpus: str,
        batch: str,
        *,
        schema: Schema,
        code_version: str,
        inputs: dict[str, str],
        documents: bool = True,
    ) -> Iterator[CorpusWriter]:
        """Write one batch under its lock; nothing is visible until `commit`, and nothing is left
        of a writer that does not commit."""
        footer = Footer(corpus=corpus, batch=batch, code_version=code_version, inputs=inputs)
        with (
            self.files.lock(f"{corpus}/{batch}"),
            CorpusWriter(self.files, footer, schema, with_dropped=documents) as writer,
        ):
            yield writer


def _frames(files: Files, name: str, columns: list[str] | None) -> Iterator[pl.DataFrame]:
    import pyarrow.parquet as pq

    with files.open(name) as stream, pq.ParquetFile(stream) as parquet:
        if parquet.num_row_groups == 0:
            yield _as_frame(parquet.schema_arrow.empty_table(), columns)
        for group in range(parquet.num_row_groups):
            yield _as_frame(parquet.read_row_group(group, columns=columns), columns)


def _as_frame(table: object, columns: list[str] | None) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame.select(columns) if columns else frame
