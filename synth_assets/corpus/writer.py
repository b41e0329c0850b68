"""The only way a corpus comes into being: rows in, counted, staged, then published at once."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

from synth_assets.corpus.files import Files
from synth_assets.corpus.footer import KEY, Counts, Footer, Law, Tally
from synth_assets.corpus.names import corpus_file, sidecar_file
from synth_assets.corpus.schema import DROPPED, Schema, conform
from synth_assets.errors import CorpusError, TakenDownError
from synth_assets.hashing import digest_file
from synth_assets.takedown.register import MATCHED, Register
from synth_assets.takedown.unsettled import mark

ROW_GROUP_BYTES = 64 << 20


class TableFile:
    """A staged Parquet file that is written a row group of about 64 MB at a time."""

    def __init__(self, path: Path, schema: Schema, label: str) -> None:
        import pyarrow.parquet as pq

        self.path = path
        self.rows = 0
        self._schema = schema
        self._label = label
        self._waiting: list[pl.DataFrame] = []
        self._waiting_bytes = 0
        arrow = pl.DataFrame(schema=dict(schema)).to_arrow(compat_level=_COMPATIBLE).schema
        self._writer = pq.ParquetWriter(path, arrow, compression="zstd")

    def add(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add rows; returns them as they will be stored."""
        rows = conform(frame, self._schema, self._label)
        self.rows += rows.height
        self._waiting.append(rows)
        self._waiting_bytes += int(rows.estimated_size())
        if self._waiting_bytes >= ROW_GROUP_BYTES:
            self._flush()
        return rows

    def finish(self, metadata: dict[bytes, bytes] | None = None) -> None:
        self._flush()
        self._writer.add_key_value_metadata(metadata or {})
        self._writer.close()

    def abandon(self) -> None:
        if self._writer.is_open:
            self._writer.close()

    def _flush(self) -> None:
        if self._waiting and sum(frame.height for frame in self._waiting):
            rows = pl.concat(self._waiting)
            self._writer.write_table(
                rows.to_arrow(compat_level=_COMPATIBLE), row_group_size=rows.height
            )
        self._waiting.clear()
        self._waiting_bytes = 0


_COMPATIBLE = pl.CompatLevel.oldest()


class CorpusWriter:
    """Keeps and drops rows of one batch; see `Store.write`.

    `keep`, `drop` and `add` stream; `commit` publishes sidecars, then the corpus.
    """

    def __init__(
        self, files: Files, footer: Footer, schema: Schema, *, with_dropped: bool = True
    ) -> None:
        self.files = files
        self.footer = footer
        self._schema = schema
        self._stack = ExitStack()
        self._sidecars: dict[str, TableFile] = {}
        self._attachments: dict[str, Path] = {}
        self._main = self._stage("main", schema)
        self._register = Register.load(files)
        self._taken_down = self._register if with_dropped else None
        if with_dropped:
            self.sidecar("dropped", dict(schema) | DROPPED)

    @property
    def counts(self) -> Counts:
        return self.footer.counts

    def read(self, frame: pl.DataFrame) -> None:
        """Count rows that came in."""
        self.footer.counts.read.add(frame.height, _tokens(frame))

    def keep(self, frame: pl.DataFrame) -> None:
        """Rows that were taken down are dropped instead, without their text."""
        if self._taken_down is not None and frame.height:
            frame, gone = self._taken_down.without(conform(frame, self._schema, self.footer.corpus))
            self.drop(gone)
        rows = self._main.add(frame)
        self.footer.counts.kept.add(rows.height, _tokens(rows))

    def drop(self, frame: pl.DataFrame) -> None:
        """Add rows to the dropped sidecar; `drop_reason` must not be null."""
        if frame.is_empty():
            return
        if self._taken_down is not None and "root_ids" in frame.columns:
            stays, gone = self._taken_down.without(frame)
            frame = pl.concat([stays, gone], how="diagonal")
        rows = self._sidecars["dropped"].add(frame)
        if rows["drop_reason"].null_count():
            raise CorpusError(f"corpus {self.footer.corpus}: a row was dropped without a reason")
        for (reason,), part in rows.group_by("drop_reason", maintain_order=True):
            tally = self.footer.counts.dropped.setdefault(str(reason), Tally())
            tally.add(part.height, _tokens(part))

    def sidecar(self, name: str, schema: Schema) -> None:
        """Declare a further table that belongs to this corpus."""
        self._sidecars[name] = self._stage(name, schema)

    def add(self, sidecar: str, frame: pl.DataFrame) -> None:
        self._sidecars[sidecar].add(frame)

    def attachment(self, name: str) -> Path:
        """Where to write a sidecar of another form than Parquet, such as `bands.npy`."""
        label = f"{self.footer.corpus}/{self.footer.batch}.{name}"
        path = self._stack.enter_context(self.files.staging(label.replace("/", "__")))
        self._attachments[name] = path
        return path

    def commit(self, *laws: Law) -> Footer:
        """Publish. A law that does not hold is published with its figures, for the check to show
        and for every reader to refuse.

        Raises TakenDownError, and publishes nothing, where documents that were written here were
        taken down meanwhile.
        """
        footer = self.footer
        footer.laws = list(laws)
        footer.counts.dropped = dict(sorted(footer.counts.dropped.items()))
        for table in self._sidecars.values():
            table.finish()
        staged = {name: table.path for name, table in self._sidecars.items()} | self._attachments
        for name, path in sorted(staged.items()):
            footer.sidecars[name] = digest_file(path)
        self._main.finish({KEY: footer.to_bytes()})
        self._refuse_taken_down()
        before = self._published()
        for name, path in sorted(staged.items()):
            self.files.publish(path, self._sidecar_file(name))
        self.files.publish(self._main.path, corpus_file(footer.corpus, footer.batch))
        self._remove_old_sidecars(before)
        return footer

    def _refuse_taken_down(self) -> None:
        """As near to the publication as can be: a takedown saves its register before it looks
        which files there are."""
        register = Register.load(self.files)
        if register is None or not register.grew_since(self._register):
            return
        if any(map(register.names_any, self._staged_ids())):
            corpus, batch = self.footer.corpus, self.footer.batch
            mark(self.files, corpus, batch)
            raise TakenDownError(
                f"{corpus}, batch {batch}: documents were taken down while it was being made; "
                f"nothing was published, run it again"
            )

    def _staged_ids(self) -> Iterator[pl.DataFrame]:
        """What says of the staged rows which documents they are of."""
        import pyarrow.parquet as pq

        for table in (self._main, *self._sidecars.values()):
            with pq.ParquetFile(table.path) as parquet:
                there = set(parquet.schema_arrow.names)
                columns = [name for name in (*MATCHED, "drop_reason") if name in there]
                for group in range(parquet.num_row_groups if "doc_id" in there else 0):
                    rows = pl.from_arrow(parquet.read_row_group(group, columns=columns))
                    assert isinstance(rows, pl.DataFrame)
                    yield rows

    def _stage(self, name: str, schema: Schema) -> TableFile:
        label = f"{self.footer.corpus}/{self.footer.batch}.{name}"
        path = self._stack.enter_context(self.files.staging(label.replace("/", "__")))
        table = TableFile(path, schema, self.footer.corpus)
        self._stack.callback(table.abandon)
        return table

    def _sidecar_file(self, name: str) -> str:
        footer = self.footer
        return sidecar_file(name, footer.corpus, footer.batch, footer.sidecars[name])

    def _published(self) -> Footer | None:
        """Of the version that this one replaces; None where there is none that can be read."""
        import pyarrow as pa

        name = corpus_file(self.footer.corpus, self.footer.batch)
        if not self.files.exists(name):
            return None
        with self.files.open(name) as stream, suppress(pa.ArrowException):
            return Footer.of_file(stream)
        return None

    def _remove_old_sidecars(self, before: Footer | None) -> None:
        """Also those that are not made any more, which only the version before this one names."""
        corpus, batch = self.footer.corpus, self.footer.batch
        for name, version in (before.sidecars if before else {}).items():
            if name not in self.footer.sidecars:
                self.files.remove(sidecar_file(name, corpus, batch, version))
        for name in self.footer.sidecars:
            current = self._sidecar_file(name)
            folder, suffix = current.rsplit("/", 1)[0], current[current.rindex(".") :]
            prefix = current[: -len("000000000000" + suffix)]
            for old in self.files.list(folder, suffix):
                version = old.removeprefix(prefix).removesuffix(suffix)
                if old.startswith(prefix) and old != current and "." not in version:
                    self.files.remove(old)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()


def _tokens(frame: pl.DataFrame) -> int:
    return int(frame["n_tokens"].sum() or 0) if "n_tokens" in frame.columns else 0
