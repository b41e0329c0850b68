"""Whether the journals under a root are whole."""

from collections.abc import Iterator

import numpy as np
import pyarrow.parquet as pq

from synth_assets.corpus.files import Files
from synth_assets.errors import CorpusError
from synth_assets.generation.journal.finished import (
    IndexBuilder,
    frame_of,
    index_file,
    index_files,
    index_mark,
    load_index,
    mark_of,
    open_parquet,
)
from synth_assets.generation.journal.key_table import SortedKeys, is_failure
from synth_assets.generation.journal.lines import decode
from synth_assets.generation.journal.names import BatchName, live_lines, names, read_manifest


def verify(files: Files) -> list[str]:
    """What is wrong, in a sentence each; every byte of every journal is read.

    Finished journals: page checksums, keys, index and manifest. Live ones: every line.
    """
    return [sentence for name in names(files) for sentence in _check(files, name)]


def _check(files: Files, name: BatchName) -> Iterator[str]:
    if files.exists(name.parquet):
        try:
            yield from _check_finished(files, name)
        except CorpusError as error:
            yield str(error)
    damaged = [at for at, line in enumerate(live_lines(files, name), 1) if decode(line) is None]
    if damaged:
        yield (
            f"journal {files.path(name.stem)}.jsonl: {len(damaged):,} lines are damaged, the first "
            f"is line {damaged[0]:,}; the next run passes over them and generates what they held"
        )


def _check_finished(files: Files, name: BatchName) -> Iterator[str]:
    path = files.path(name.parquet)
    with open_parquet(files, name.parquet, check_pages=True) as parquet:
        mark = index_mark(parquet)
        try:
            index, counted = _count(parquet)
        except ValueError as error:
            yield f"journal {path}: a key is no 128-bit number in hex: {error}"
            return
    if mark != mark_of(index):
        yield f"journal {path}: its keys are not those that its footer vouches for"
    yield from _check_index(files, name, mark, index)
    said = read_manifest(files, name)
    if said is None:
        yield f"journal {path} has no manifest; it is written when its batch runs again"
        return
    wrong = [key for key in counted if said.get(key) != counted[key]]
    for key in wrong:
        yield f"journal {path} holds {counted[key]:,} {key}, its manifest says {said.get(key)}"


def _count(parquet: pq.ParquetFile) -> tuple[SortedKeys, dict[str, int]]:
    index = IndexBuilder()
    tokens = {"prompt_tokens": 0, "completion_tokens": 0}
    for group in range(parquet.num_row_groups):
        frame = frame_of(parquet, group)
        index.add(frame)
        for name in tokens:
            tokens[name] += int(frame[name].sum())
    built = index.build()
    return built, {
        "lines": index.rows,
        "keys": len(built),
        "failed": int(is_failure(built.table[2]).sum()),
        "repeated": index.rows - len(built),
    } | tokens


def _check_index(files: Files, name: BatchName, mark: str, index: SortedKeys) -> Iterator[str]:
    current = index_file(name.parquet, mark)
    try:
        same = np.array_equal(load_index(files, current).table, index.table)
    except FileNotFoundError:
        yield (
            f"journal {files.path(name.parquet)} lacks its index {files.path(current)}; every run "
            f"builds it anew in memory"
        )
    except ValueError as error:
        yield f"index {files.path(current)} cannot be read: {error}; remove it"
    else:
        if not same:
            yield f"index {files.path(current)} is not that of its journal; remove it"
    for other in index_files(files, name.parquet):
        if other != current:
            yield f"index {files.path(other)} belongs to no journal; remove it"
