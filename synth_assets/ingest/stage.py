"""raw_web: every record of a batch's input files as a document or a dropped row."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from synth_assets.corpus.document import CountTokens, measure
from synth_assets.corpus.footer import Footer, Law
from synth_assets.corpus.schema import DOCUMENT, DROPPED
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.writer import CorpusWriter
from synth_assets.errors import CancelledError, InputError
from synth_assets.hashing import digest_json, digest_stream
from synth_assets.ingest.extraction.versions import extractor_version
from synth_assets.ingest.plan import BatchManifest, InputFile, load_manifest
from synth_assets.ingest.source import Item, SourceFile
from synth_assets.ingest.tables import count_jsonl, count_parquet, read_jsonl, read_parquet
from synth_assets.ingest.warc import count_warc, read_warc
from synth_assets.packing.tokenizer import token_counter, tokenizer_version
from synth_assets.profile.ingest import LicenseRule
from synth_assets.profile.model import Profile

__all__ = ["COLUMNS", "VERSION", "code_version", "run"]

VERSION = "2"
ITEMS_AT_ONCE = 1000
CHARACTERS_AT_ONCE = 16 << 20

COLUMNS: dict[str, pl.DataType] = DOCUMENT | {
    "lang_hint": pl.String(),
    "content_type": pl.String(),
    "charset": pl.String(),
    "published_at": pl.Datetime("us", "UTC"),
}


@dataclass
class _Counted:
    """What the files hold, found without extracting a page."""

    pages: int = 0
    lines: int = 0
    rows: int = 0
    planned_bytes: int = 0
    framed_bytes: int = 0


def code_version(profile: Profile) -> str:
    """Digest of what shapes the rows; the batch limits do not, since manifests fix the batches."""
    return digest_json(
        [
            "raw_web",
            VERSION,
            profile.ingest.columns.version,
            extractor_version(profile.ingest.extractor),
            [rule.version for rule in profile.ingest.licenses],
            tokenizer_version(profile.packing.tokenizer),
        ]
    )


def run(run: StageRun) -> Footer:
    """Read one planned batch.

    Raises InputError for a batch never planned, a file that changed or vanished since, or a file
    that is not what its name claims.
    """
    manifest = load_manifest(run.store, run.batch)
    count_tokens = token_counter(run.profile.packing.tokenizer)
    counted = _Counted()
    with run.store.write(
        "raw_web",
        run.batch,
        schema=COLUMNS,
        code_version=run.code_version,
        inputs={"manifest": _manifest_version(manifest)},
    ) as writer:
        for file in manifest.files:
            source = SourceFile(file.path, file.name, file.digest)
            _check_unchanged(source)
            _count(file, source, counted)
            for items in _groups(_read(file, source, run.profile)):
                if run.cancelled():
                    raise CancelledError(f"raw_web, batch {run.batch}: stopped in {file.name}")
                _write(writer, items, count_tokens, run.profile.ingest.licenses)
            run.log(f"{file.name}: read")
        return writer.commit(*_laws(counted, writer))


def _manifest_version(manifest: BatchManifest) -> str:
    """Of names and contents alone: where the files lie shapes no row."""
    return digest_json([[file.name, file.digest, file.format] for file in manifest.files])


def _check_unchanged(source: SourceFile) -> None:
    with source.open() as stream:
        found = digest_stream(stream)
    if found != source.digest:
        raise InputError(
            f"{source.path} has changed since it was planned (digest {found[:12]}, planned "
            f"{source.digest[:12]}); put the planned file back, and new data under a new name"
        )


def _read(file: InputFile, source: SourceFile, profile: Profile) -> Iterator[Item]:
    if file.format == "warc":
        return read_warc(source, profile.ingest.extractor)
    if file.format == "jsonl":
        return read_jsonl(source, profile.ingest.columns)
    return read_parquet(source, profile.ingest.columns)


def _count(file: InputFile, source: SourceFile, counted: _Counted) -> None:
    if file.format == "warc":
        pages, size = count_warc(source)
        counted.pages += pages
        counted.framed_bytes += size
        counted.planned_bytes += file.bytes
    elif file.format == "jsonl":
        counted.lines += count_jsonl(source)
    else:
        counted.rows += count_parquet(source)


def _groups(items: Iterable[Item]) -> Iterator[list[Item]]:
    group: list[Item] = []
    size = 0
    for item in items:
        group.append(item)
        size += len(item.document.text)
        if len(group) == ITEMS_AT_ONCE or size >= CHARACTERS_AT_ONCE:
            yield group
            group, size = [], 0
    if group:
        yield group


def _write(
    writer: CorpusWriter,
    items: list[Item],
    count_tokens: CountTokens,
    rules: list[LicenseRule],
) -> None:
    for item in items:
        document = item.document
        document.license = document.license or license_of(document.url, rules)
    measure([item.document for item in items], count_tokens)
    frame = pl.DataFrame([_row(item) for item in items], schema=COLUMNS | DROPPED)
    is_kept = pl.col("drop_reason").is_null()
    writer.read(frame)
    writer.keep(frame.filter(is_kept).drop(list(DROPPED)))
    writer.drop(frame.filter(~is_kept))


def license_of(url: str | None, rules: list[LicenseRule]) -> str | None:
    """The licence of the first rule whose start the URL has."""
    return next((rule.license for rule in rules if url and url.startswith(rule.url)), None)


def _row(item: Item) -> dict[str, object]:
    return item.document.to_row() | {
        "lang_hint": item.lang_hint,
        "content_type": item.content_type,
        "charset": item.charset,
        "published_at": item.published_at,
        "drop_reason": item.drop_reason,
        "drop_value": item.drop_value,
        "drop_limit": item.drop_limit,
    }


def _laws(counted: _Counted, writer: CorpusWriter) -> list[Law]:
    counts = writer.counts
    return [
        Law(
            "records",
            {"web records": counted.pages, "lines": counted.lines, "rows": counted.rows},
            {"kept": counts.kept.documents, "dropped": counts.dropped_total.documents},
        ),
        Law(
            "bytes of WARC files",
            {"planned": counted.planned_bytes},
            {"in records or damage": counted.framed_bytes},
        ),
    ]
