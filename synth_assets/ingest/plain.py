"""Extraction on plain files: inputs of any kind to one table, without batches or a store."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from synth_assets.corpus.plain import FrameWriter, Staged, check_names
from synth_assets.corpus.schema import DROPPED, conform
from synth_assets.errors import CorpusError, InputError
from synth_assets.ingest.inputs import InputFile, find_inputs
from synth_assets.ingest.read import FRAMED, count_file
from synth_assets.ingest.rows import read_tables
from synth_assets.ingest.version import COLUMNS
from synth_assets.ingest.workers import Workers
from synth_assets.profile.model import Profile


@dataclass(slots=True)
class Extracted:
    """What was done, in documents; `unknown` are files of no known kind."""

    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    unknown: list[str] = field(default_factory=list)


def extract_files(
    sources: Sequence[str],
    out: Path,
    dropped: Path,
    profile: Profile,
    log: Callable[[str], None] = lambda _: None,
) -> Extracted:
    """Write the rows that raw_web would have of these files, folders or URLs, and the dropped ones
    beside them; both files appear together at the end, or not at all.

    Raises InputError for a source that does not exist or holds no input, and for names that cannot
    be written or are read too, and CorpusError where records = kept + dropped does not hold.
    """
    done, files = Extracted(), list[InputFile]()
    for source in sources:
        for file in find_inputs(source):
            if isinstance(file, InputFile):
                files.append(file)
            else:
                done.unknown.append(file.path)
    if not files:
        raise InputError(f"no file to read in {', '.join(sources)}: none is of a known kind")
    check_names([Path(file.path) for file in files], [out, dropped])
    counts: Counter[str] = Counter()
    with (
        Workers(profile.ingest.processes) as workers,
        _writer(out) as kept_table,
        _writer(dropped) as drops,
    ):
        kept_table.add(pl.DataFrame(schema=COLUMNS))
        drops.add(pl.DataFrame(schema=COLUMNS | DROPPED))
        for kept, lost in read_tables(_counted(files, profile, counts, log), profile, workers):
            kept_table.add(conform(kept, COLUMNS, str(out)))
            drops.add(conform(lost, COLUMNS | DROPPED, str(dropped)))
            done.kept += kept.height
            done.dropped.update(lost["drop_reason"])
        counted = counts.total() - counts[FRAMED]
        if counted != done.kept + done.dropped.total():
            raise CorpusError(
                f"{counted} records were counted, {done.kept} kept and {done.dropped.total()} "
                f"dropped; nothing was written"
            )
    return done


def _counted(
    files: Sequence[InputFile], profile: Profile, counts: Counter[str], log: Callable[[str], None]
) -> Iterator[InputFile]:
    for file in files:
        yield file
        counts += count_file(file, profile.ingest)
        log(f"{file.path}: read")


@contextmanager
def _writer(path: Path) -> Iterator[FrameWriter]:
    """Of a file that appears when the block ends without error."""
    with Staged(path) as staged:
        writer = FrameWriter(staged, path)
        try:
            yield writer
        finally:
            writer.close()
