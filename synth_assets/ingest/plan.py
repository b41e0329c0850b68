"""Input files grouped into bounded batches, each fixed for good by a manifest."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

import orjson

from synth_assets.corpus.store import Store
from synth_assets.errors import InputError
from synth_assets.ingest.inputs import InputFile, UnknownFile, find_inputs
from synth_assets.profile.model import Profile

FOLDER = "batches"


@dataclass(frozen=True, slots=True)
class BatchManifest:
    """What a batch holds, never changed once written.

    `key` is for people (2026-11-22, 2026-11-22.001, ...); `admission` counts 1, 2, ... over all
    batches and decides precedence in dedup. `late_of` is the batch whose late rows a batch without
    files of its own takes up; see `dedup.late`.
    """

    key: str
    admission: int
    files: list[InputFile]
    late_of: str | None = None

    def to_json(self) -> bytes:
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2) + b"\n"

    @classmethod
    def from_json(cls, data: bytes) -> "BatchManifest":
        value = orjson.loads(data)
        files = [InputFile(**entry) for entry in value["files"]]
        return cls(value["key"], value["admission"], files, value.get("late_of"))


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
            for file in find_inputs(str(source), empty_ok=empty_ok):
                if isinstance(file, UnknownFile):
                    report.unknown.append(file.path)
                    continue
                if file.digest in seen:
                    report.already_planned.append(file.path)
                else:
                    new.append(file)
                seen.add(file.digest)
        for files in _group(sorted(new, key=lambda file: (file.name, file.path)), profile):
            key = _next_key(today, [item.key for item in manifests if item.late_of is None])
            manifest = BatchManifest(key, _next_admission(manifests), files)
            store.files.write(_manifest_file(key), manifest.to_json())
            manifests.append(manifest)
            report.batches.append(manifest)
    return report


def plan_late(store: Store, origin: str, admit: Callable[[str], None]) -> BatchManifest:
    """Write the manifest of a further batch for rows of `origin` that came late, admitted after
    all that is planned. `admit` is given its key, and writes what it holds before the manifest is
    there."""
    with store.files.lock(FOLDER):
        manifests = all_manifests(store)
        before = sum(manifest.late_of == origin for manifest in manifests)
        key = f"{origin}.late{before + 1}"
        manifest = BatchManifest(key, _next_admission(manifests), [], late_of=origin)
        admit(key)
        store.files.write(_manifest_file(key), manifest.to_json())
        return manifest


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


def _next_admission(manifests: Sequence[BatchManifest]) -> int:
    return max((manifest.admission for manifest in manifests), default=0) + 1


def _manifest_file(key: str) -> str:
    return f"{FOLDER}/{key}.json"
