"""raw_web: every record of a batch's input files as a document or a dropped row."""

from collections import Counter
from collections.abc import Iterator

import polars as pl

from synth_assets.corpus.footer import Footer, Law
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.writer import CorpusWriter
from synth_assets.errors import CancelledError, InputError
from synth_assets.hashing import digest_json, digest_stream
from synth_assets.ingest.inputs import InputFile
from synth_assets.ingest.plan import BatchManifest, load_manifest
from synth_assets.ingest.read import (
    DIALECTS,
    FRAMED,
    LINES,
    PAGES,
    ROWS,
    WRONG,
    count_file,
)
from synth_assets.ingest.rows import read_tables
from synth_assets.ingest.source import SourceFile
from synth_assets.ingest.version import COLUMNS, VERSION, code_version
from synth_assets.ingest.workers import Workers

__all__ = ["COLUMNS", "VERSION", "code_version", "run"]


def run(run: StageRun) -> Footer:
    """Read one planned batch.

    A file that is not what its name claims costs itself alone, as a dropped row. Raises InputError
    for a batch never planned, and for a file that changed or vanished since.
    """
    manifest = load_manifest(run.store, run.batch)
    counted: Counter[str] = Counter()
    with (
        Workers(run.profile.ingest.processes) as workers,
        run.store.write(
            "raw_web",
            run.batch,
            schema=COLUMNS,
            code_version=run.code_version,
            inputs={"manifest": _manifest_version(manifest)},
        ) as writer,
    ):
        files = _counted(manifest, run, counted)
        for kept, dropped in read_tables(files, run.profile, workers):
            if run.cancelled():
                raise CancelledError(f"raw_web, batch {run.batch}: stopped on request")
            _write(writer, kept, dropped)
            _report(run, dropped)
        planned = sum(file.bytes for file in manifest.files if file.format in DIALECTS)
        return writer.commit(*_laws(counted, planned, writer))


def _manifest_version(manifest: BatchManifest) -> str:
    """Of names and contents alone: where the files lie shapes no row."""
    return digest_json([[file.name, file.digest, file.format] for file in manifest.files])


def _check_unchanged(file: InputFile) -> None:
    with SourceFile(file.path, file.name, file.digest).open() as stream:
        found = digest_stream(stream)
    if found != file.digest:
        raise InputError(
            f"{file.path} has changed since it was planned (digest {found[:12]}, planned "
            f"{file.digest[:12]}); put the planned file back, and new data under a new name"
        )


def _counted(manifest: BatchManifest, run: StageRun, counted: Counter[str]) -> Iterator[InputFile]:
    """The batch's files, each looked at before it is read."""
    for file in manifest.files:
        _check_unchanged(file)
        counted += count_file(file, run.profile.ingest)
        yield file
        run.log(f"{file.name}: read")


def _write(writer: CorpusWriter, kept: pl.DataFrame, dropped: pl.DataFrame) -> None:
    for frame in (kept, dropped):
        writer.read(frame)
    writer.keep(kept)
    writer.drop(dropped)


def _report(run: StageRun, dropped: pl.DataFrame) -> None:
    wrong = dropped.filter(pl.col("drop_reason") == "unreadable_file")
    for source, cause in wrong.select("source", "drop_value").iter_rows():
        run.log(f"{source['file']} cannot be read: {cause}")


def _laws(counted: Counter[str], planned_bytes: int, writer: CorpusWriter) -> list[Law]:
    counts = writer.counts
    return [
        Law(
            "records",
            {what: counted[what] for what in (PAGES, LINES, ROWS, WRONG)},
            {"kept": counts.kept.documents, "dropped": counts.dropped_total.documents},
        ),
        Law(
            "bytes of web archives",
            {"planned": planned_bytes},
            {"in records or damage": counted[FRAMED]},
        ),
    ]
