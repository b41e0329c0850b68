"""Plain files of documents outside the store: Parquet and JSON Lines, read and written a group of
rows at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import polars as pl

from synth_assets.corpus.json_lines import has_lines, reading
from synth_assets.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

ROW_GROUP_BYTES = 64 << 20
LINES_AT_ONCE = 10_000
PARQUET, JSONL = ".parquet", ".jsonl"


@dataclass(frozen=True)
class Columns:
    """Names of the columns that are looked at. Documents without an `id` column go by their
    number, and are not found again when they were seen in an earlier call."""

    id: str = "doc_id"
    text: str = "text"


def check_names(inputs: Sequence[Path], outputs: Sequence[Path]) -> None:
    """Before any work: raises InputError for a file that would be written twice, or while it is
    read, and for one that could not be written at the end."""
    taken = {path.resolve() for path in inputs}
    for path in outputs:
        _check_writable(path)
        if path.resolve() in taken:
            raise InputError(f"{path} is named twice; every file to read or write needs its own")
        taken.add(path.resolve())


def _check_writable(path: Path) -> None:
    if path.suffix not in (PARQUET, JSONL):
        raise InputError(f"{path} cannot be written; give a name in .parquet or .jsonl")
    if path.is_dir():
        raise InputError(f"{path} cannot be written: it is a folder; give the name of a file")
    above = next(folder for folder in path.absolute().parents if folder.exists())
    if not above.is_dir():
        raise InputError(f"{path} cannot be written: {above} is no folder")


class Staged:
    """A temporary name for a file that appears under its own when the block ends without error."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._staged = path.with_name(f".{path.name}.part")

    def __enter__(self) -> Path:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return self._staged

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._staged.replace(self._path)
        else:
            self._staged.unlink(missing_ok=True)


class FrameWriter:
    """Writes frames of one schema to the file `staged` in the format that the name `path` asks for;
    Parquet in row groups of about 64 MB.

    Raises InputError for a name that is not allowed (see `check_names`), and for a frame of another
    schema than the first.
    """

    def __init__(self, staged: Path, path: Path) -> None:
        _check_writable(path)
        self._path = path
        self._staged = staged
        self._schema: pl.Schema | None = None
        self._parquet: pq.ParquetWriter | None = None
        self._lines = staged.open("wb") if path.suffix == JSONL else None
        self._waiting: list[pl.DataFrame] = []

    def add(self, frame: pl.DataFrame) -> None:
        if self._schema is None:
            self._schema = frame.schema
        if frame.schema != self._schema:
            raise InputError(
                f"{self._path} would mix columns {_named(self._schema)} and "
                f"{_named(frame.schema)}; give files of one schema"
            )
        if self._lines is not None:
            frame.write_ndjson(self._lines)
            return
        self._waiting.append(frame)
        if sum(part.estimated_size() for part in self._waiting) >= ROW_GROUP_BYTES:
            self._flush()

    def close(self) -> None:
        """Write what is left; without a frame the file is empty of rows and columns."""
        if self._lines is not None:
            self._lines.close()
            return
        if self._waiting or self._parquet is None:
            self._flush()
        if self._parquet is not None:
            self._parquet.close()

    def _flush(self) -> None:
        import pyarrow.parquet as pq

        rows = pl.concat(self._waiting) if self._waiting else pl.DataFrame()
        table = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
        if self._parquet is None:
            self._parquet = pq.ParquetWriter(self._staged, table.schema, compression="zstd")
        self._parquet.write_table(table, row_group_size=max(rows.height, 1))
        self._waiting.clear()


def is_parquet(path: Path) -> bool:
    """Whether a file is read as Parquet; all others are JSON Lines."""
    return path.suffix.lower() == PARQUET


def check_texts(path: Path, schema: pl.Schema, columns: Columns) -> None:
    """Raises InputError where a file has no column of texts, or one of another type."""
    kind = schema.get(columns.text)
    if kind is None:
        known = ", ".join(schema) or "none"
        raise InputError(f"{path} has no column {columns.text!r}; it has: {known}")
    if kind not in (pl.String, pl.Null):
        raise InputError(
            f"{path}: column {columns.text!r} holds {kind}, and documents are text (String)"
        )


def check_filled(path: Path, n_null: int) -> None:
    """Raises InputError where a document has no text."""
    if n_null:
        raise InputError(f"{path}: a document has no text; fill it or leave it out")


def read_frames(paths: Sequence[Path], columns: Columns) -> Iterator[pl.DataFrame]:
    """The rows of several files in their order, a row group or some thousand lines at a time; at
    least one frame, which may have no rows.

    Raises InputError for a file that cannot be read (of JSON Lines, with the line at fault), lacks
    the column of texts, or holds a document without text.
    """
    found = False
    for path in paths:
        with reading(path, lines=not is_parquet(path)):
            for frame in _frames(path):
                check_texts(path, frame.schema, columns)
                check_filled(path, frame[columns.text].null_count())
                found = True
                yield frame.cast({columns.text: pl.String})
    if not found:
        yield pl.DataFrame(schema={columns.id: pl.String, columns.text: pl.String})


def _frames(path: Path) -> Iterator[pl.DataFrame]:
    """First one without rows, so that the columns of an empty file are known too; none of JSON
    Lines without a line."""
    if not is_parquet(path):
        if has_lines(path):
            rows = pl.scan_ndjson(path, infer_schema_length=None)
            yield rows.collect_schema().to_frame()
            yield from rows.collect_batches(chunk_size=LINES_AT_ONCE)
        return
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as parquet:
        yield _as_frame(parquet.schema_arrow.empty_table())
        for group in range(parquet.num_row_groups):
            yield _as_frame(parquet.read_row_group(group))


def _as_frame(table: "pa.Table") -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _named(schema: pl.Schema) -> str:
    return ", ".join(f"{name} ({kind})" for name, kind in schema.items())
