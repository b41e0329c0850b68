"""Documents out of Parquet files and of Arrow files as Hugging Face datasets saves them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from synth_assets.ingest.columns import check_text_column, row_item, wanted
from synth_assets.ingest.source import Item, SourceFile, WrongFileError
from synth_assets.profile.ingest import Columns

MAX_ROWS = 256
BATCH_BYTES = 32 << 20

ARROW_FILE = b"ARROW1"


def read_parquet(source: SourceFile, columns: Columns) -> Iterator[Item]:
    """One item per row; `source.offset` is the row's number from 0. Rows of a damaged row group
    that cannot be read are dropped one by one; the next row group is read again.

    Raises WrongFileError for a file that is not Parquet or has no text column of strings.
    """
    with source.open() as stream, _parquet(stream, source) as table:
        check_text_column(table.schema_arrow, table.metadata.num_rows, source, columns)
        first = 0
        for group in range(table.num_row_groups):
            yield from _row_group(table, group, first, source, columns)
            first += table.metadata.row_group(group).num_rows


def count_parquet(source: SourceFile, columns: Columns) -> Iterator[int]:
    """Rows of the file by its metadata. Raises WrongFileError where `read_parquet` does."""
    with source.open() as stream, _parquet(stream, source) as table:
        check_text_column(table.schema_arrow, table.metadata.num_rows, source, columns)
        yield int(table.metadata.num_rows)


def read_arrow(source: SourceFile, columns: Columns) -> Iterator[Item]:
    """One item per row of an Arrow stream (or Arrow file), as `save_to_disk` of Hugging Face
    datasets writes it; `source.offset` is the row's number from 0.

    Raises WrongFileError for a file that is neither or has no text column, and where it is
    damaged, after all rows before the damage.
    """
    number = 0
    for batch in _batches(source, columns):
        for start in range(0, batch.num_rows, MAX_ROWS):
            for row in batch.slice(start, MAX_ROWS).to_pylist():
                yield row_item(source, number, row, columns)
                number += 1


def count_arrow(source: SourceFile, columns: Columns) -> Iterator[int]:
    """Rows, batch by batch. Raises WrongFileError where `read_arrow` does."""
    yield from (batch.num_rows for batch in _batches(source, columns))


def _row_group(
    table: pq.ParquetFile, group: int, first: int, source: SourceFile, columns: Columns
) -> Iterator[Item]:
    about = table.metadata.row_group(group)
    number, end = first, first + about.num_rows
    at_once = BATCH_BYTES * about.num_rows // max(about.total_byte_size, 1)
    names = wanted(table.schema_arrow, columns)
    try:
        for batch in table.iter_batches(
            max(1, min(MAX_ROWS, at_once)), row_groups=[group], columns=names
        ):
            for row in batch.to_pylist():
                yield row_item(source, number, row, columns)
                number += 1
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        for lost in range(number, end):
            yield source.blank(lost).drop("damaged_record", f"row {lost}: {_cause(error)}")


@contextmanager
def _parquet(stream: BinaryIO, source: SourceFile) -> Iterator[pq.ParquetFile]:
    try:
        table = pq.ParquetFile(stream)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(source, 0, error, "a whole Parquet file") from None
    with table:
        yield table


def _batches(source: SourceFile, columns: Columns) -> Iterator[pa.RecordBatch]:
    number = 0
    with source.open() as stream:
        try:
            reader = _arrow_reader(stream)
            check_text_column(reader.schema, None, source, columns)
            names = wanted(reader.schema, columns)
            for batch in _record_batches(reader):
                yield batch.select(names)
                number += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise _damaged(source, number, error, "a whole Arrow file or stream") from None


def _arrow_reader(stream: BinaryIO) -> Any:
    start = stream.read(len(ARROW_FILE))
    stream.seek(0)
    return pa.ipc.open_file(stream) if start == ARROW_FILE else pa.ipc.open_stream(stream)


def _record_batches(reader: Any) -> Iterator[pa.RecordBatch]:
    if isinstance(reader, pa.ipc.RecordBatchFileReader):
        yield from (reader.get_batch(number) for number in range(reader.num_record_batches))
    else:
        yield from reader


def _damaged(source: SourceFile, row: int, error: Exception, expected: str) -> WrongFileError:
    return source.wrong(row, f"it cannot be read ({_cause(error)})", expected, unit="row")


def _cause(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
