"""Input files grouped into bounded batches, each fixed for good by a manifest."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import fsspec
import orjson

from synth_assets.corpus.store import Store
from synth_assets.errors import InputError
from synth_assets.hashing import digest_stream
from synth_assets.profile.model import Profile

FOLDER = "batches"
FORMATS = {
    ".warc": "warc",
    ".warc.gz": "warc",
    ".warc.wet.gz": "warc",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".parquet": "parquet",
}
PAPERS = ("NOTICE", "README", "LICENSE", "COPYING")
"""Files about the data, passed over without a word, as hidden files are."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file of a batch: its address, its name within the source folder, its size and digest."""

    path: str
    name: str
    bytes: int
    digest: str
    format: str


@dataclass(frozen=True, slots=True)
class BatchManifest:
    """What a batch holds, never changed once written.

    `key` is for people (2026-11-22, 2026-11-22.001, ...); `admission` counts 1, 2, ... over all
    batches and decides precedence in dedup.
    """

    key: str
    admission: int
    files: list[InputFile]

    def to_json(self) -> bytes:
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2) + b"\n"

    @classmethod
    def from_json(cls, data: bytes) -> "BatchManifest":
        value = orjson.loads(data)
        files = [InputFile(**entry) for entry in value["files"]]
        return cls(value["key"], value["admission"], files)


@dataclass(slots=True)
class PlanReport:
    """What planning did: new batches, files of no known kind, files planned before (or twice)."""

    batches: list[BatchManifest] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    already_planned: list[str] = field(default_factory=list)


def plan_batches(
    store: Store,
    sources: Iterable[Path | str],
    profile: Profile,
    today: date,
    *,
    empty_ok: bool = False,
) -> PlanReport:
    """Write manifests for the files that no manifest holds yet, known by their content's digest.

    A source is a folder or a file, local or an fsspec URL. Raises InputError for a source that
    does not exist, or, unless `empty_ok`, a folder without files.
    """
    report = PlanReport()
    with store.files.lock(FOLDER):
        manifests = all_manifests(store)
        seen = {file.digest for manifest in manifests for file in manifest.files}
        new: list[InputFile] = []
        for source in sources:
            for file in _find_files(str(source), report, empty_ok=empty_ok):
                if file.digest in seen:
                    report.already_planned.append(file.path)
                else:
                    new.append(file)
                seen.add(file.digest)
        for files in _group(sorted(new, key=lambda file: (file.name, file.path)), profile):
            key = _next_key(today, [manifest.key for manifest in manifests])
            admission = max((manifest.admission for manifest in manifests), default=0) + 1
            manifest = BatchManifest(key, admission, files)
            store.files.write(_manifest_file(key), manifest.to_json())
            manifests.append(manifest)
            report.batches.append(manifest)
    return report


def load_manifest(store: Store, key: str) -> BatchManifest:
    """Raises InputError where no such batch was planned."""
    name = _manifest_file(key)
    if not store.files.exists(name):
        raise InputError(
            f"batch {key} was never planned: {store.files.path(name)} does not exist; "
            f"plan its input files first"
        )
    return BatchManifest.from_json(store.files.read(name))


def all_manifests(store: Store) -> list[BatchManifest]:
    """All planned batches in the order of their admission."""
    names = store.files.list(FOLDER, ".json")
    found = [BatchManifest.from_json(store.files.read(name)) for name in names]
    return sorted(found, key=lambda manifest: manifest.admission)


def format_of(name: str) -> str | None:
    """The input format that a file's name claims: warc, jsonl, parquet, or None."""
    endings = (kind for ending, kind in FORMATS.items() if name.lower().endswith(ending))
    return next(endings, None)


def _find_files(source: str, report: PlanReport, *, empty_ok: bool) -> Iterator[InputFile]:
    filesystem, root = fsspec.core.url_to_fs(source)
    if not filesystem.exists(root):
        raise InputError(f"{source} does not exist; give a folder or a file ending in {_endings()}")
    paths = sorted(filesystem.find(root))
    if not paths and not empty_ok:
        raise InputError(f"{source} holds no files; allowed are files ending in {_endings()}")
    for path in paths:
        name = path[len(root) :].lstrip("/") or Path(path).name
        if _is_passed_over(name):
            continue
        address = str(filesystem.unstrip_protocol(path)) if "://" in source else path
        kind = format_of(name)
        if kind is None:
            report.unknown.append(address)
            continue
        yield _input_file(filesystem, path, address, name, kind)


def _is_passed_over(name: str) -> bool:
    parts = Path(name).parts
    return any(part.startswith(".") for part in parts) or parts[-1].upper().startswith(PAPERS)


def _input_file(filesystem: Any, path: str, address: str, name: str, kind: str) -> InputFile:
    with filesystem.open(path, "rb") as stream:
        digest = digest_stream(stream)
    return InputFile(address, name, int(filesystem.size(path)), digest, kind)


def _group(files: list[InputFile], profile: Profile) -> Iterator[list[InputFile]]:
    """Runs of files within both limits; a file larger than a batch may be has one of its own."""
    limits = profile.ingest
    batch: list[InputFile] = []
    size = 0
    for file in files:
        is_full = len(batch) == limits.max_batch_files or size + file.bytes > limits.max_batch_bytes
        if batch and is_full:
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.bytes
    if batch:
        yield batch


def _next_key(today: date, keys: list[str]) -> str:
    day = today.isoformat()
    of_today = [key for key in keys if key.split(".")[0] == day]
    if not of_today:
        return day
    last = max(int(key.partition(".")[2] or 0) for key in of_today)
    return f"{day}.{last + 1:03}"


def _manifest_file(key: str) -> str:
    return f"{FOLDER}/{key}.json"


def _endings() -> str:
    return ", ".join(FORMATS)
