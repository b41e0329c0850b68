"""raw_web: every record of a batch's input files as a document or a dropped row."""

from collections import Counter

from synth_assets.corpus.document import CountTokens
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
    read_file,
)
from synth_assets.ingest.rows import COLUMNS, item_groups, rows_of
from synth_assets.ingest.source import SourceFile
from synth_assets.ingest.version import VERSION, code_version
from synth_assets.packing.tokenizer import token_counter

__all__ = ["COLUMNS", "VERSION", "code_version", "run"]


def run(run: StageRun) -> Footer:
    """Read one planned batch.

    A file that is not what its name claims costs itself alone, as a dropped row. Raises InputError
    for a batch never planned, and for a file that changed or vanished since.
    """
    manifest = load_manifest(run.store, run.batch)
    count_tokens = token_counter(run.profile.packing.tokenizer)
    counted: Counter[str] = Counter()
    with run.store.write(
        "raw_web",
        run.batch,
        schema=COLUMNS,
        code_version=run.code_version,
        inputs={"manifest": _manifest_version(manifest)},
    ) as writer:
        for file in manifest.files:
            _check_unchanged(file)
            counted += count_file(file, run.profile.ingest)
            _write_file(writer, file, run, count_tokens)
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


def _write_file(
    writer: CorpusWriter, file: InputFile, run: StageRun, count_tokens: CountTokens
) -> None:
    for items in item_groups(read_file(file, run.profile.ingest)):
        if run.cancelled():
            raise CancelledError(f"raw_web, batch {run.batch}: stopped in {file.name}")
        kept, dropped = rows_of(items, count_tokens, run.profile.ingest.licenses)
        for frame in (kept, dropped):
            writer.read(frame)
        writer.keep(kept)
        writer.drop(dropped)
        for item in items:
            if item.drop_reason == "unreadable_file":
                run.log(f"{file.path} cannot be read: {item.drop_value}")
    run.log(f"{file.name}: read")


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
