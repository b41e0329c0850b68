"""Which journals there are under a root."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from synth_assets.corpus.files import Files
from synth_assets.generation.journal.lines import whole_lines


@dataclass(frozen=True, slots=True, order=True)
class BatchName:
    """Whose journal it is."""

    corpus: str
    batch: str

    @property
    def stem(self) -> str:
        """The journal's name without an ending."""
        return f"journal/{self.corpus}/{self.batch}"

    @property
    def parquet(self) -> str:
        return f"{self.stem}.parquet"


def names(files: Files) -> list[BatchName]:
    """All batches that have a journal, finished or live."""
    if not files.exists("journal"):
        return []
    root = files.path("journal")
    base = str(files.filesystem._strip_protocol(root)).rstrip("/")
    found = (_name(str(path)[len(base) + 1 :]) for path in files.filesystem.find(root))
    return sorted({name for name in found if name is not None})


def read_manifest(files: Files, name: BatchName) -> dict[str, int] | None:
    """What a finished journal says of itself; None where it has no manifest."""
    if not files.exists(f"{name.stem}.json"):
        return None
    value: dict[str, int] = orjson.loads(files.read(f"{name.stem}.json"))
    return value


def live_lines(files: Files, name: BatchName) -> Iterator[bytes]:
    """The lines of a live journal: the file itself, or under a URL the uploaded segments."""
    if files.is_local:
        yield from (line for _, line in whole_lines(Path(files.path(f"{name.stem}.jsonl"))))
        return
    for segment in files.list(f"{name.stem}.live", ".jsonl"):
        yield from files.read(segment).splitlines(keepends=True)


def _name(path: str) -> BatchName | None:
    """Whose file it is; None for indexes and manifests."""
    folder, _, file = path.rpartition("/")
    if folder.endswith(".live"):
        folder, _, file = folder.rpartition("/")
        return BatchName(folder, file.removesuffix(".live"))
    for ending in (".parquet", ".jsonl"):
        if file.endswith(ending):
            return BatchName(folder, file.removesuffix(ending))
    return None
