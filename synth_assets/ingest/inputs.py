"""Which files are inputs: their formats by name, and all of a folder or URL."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synth_assets.errors import InputError
from synth_assets.hashing import digest_stream

FORMATS = {
    ".warc": "warc",
    ".warc.gz": "warc",
    ".warc.wet": "warc",
    ".warc.wet.gz": "warc",
    ".warc.wat": "warc",
    ".warc.wat.gz": "warc",
    ".arc": "arc",
    ".arc.gz": "arc",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".ndjson": "jsonl",
    ".ndjson.gz": "jsonl",
    ".json.gz": "jsonl",
    ".parquet": "parquet",
    ".arrow": "arrow",
}
"""Formats by a file name's end. Web corpora give the name `.json.gz` to JSON lines."""

PAPERS = ("NOTICE", "README", "LICENSE", "COPYING")
DATASET_PAPERS = frozenset(
    {"dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json"}
)
CACHE = "cache-"
"""Papers about the data, and what Hugging Face datasets keeps beside it, are passed over without a
word, as hidden files are."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file of a batch: its address, its name within the source folder, its size and digest."""

    path: str
    name: str
    bytes: int
    digest: str
    format: str


@dataclass(frozen=True, slots=True)
class UnknownFile:
    """A file of no known format."""

    path: str


def find_inputs(source: str, *, empty_ok: bool = False) -> Iterator[InputFile | UnknownFile]:
    """All files of a folder, however deep, or the one file, local or by an fsspec URL.

    Raises InputError for a source that does not exist, or, unless `empty_ok`, holds no files.
    """
    import fsspec

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
        yield _input_file(filesystem, path, address, name, kind) if kind else UnknownFile(address)


def format_of(name: str) -> str | None:
    """The input format that a file's name claims: warc, arc, html, jsonl, parquet, arrow, or
    None."""
    endings = (kind for ending, kind in FORMATS.items() if name.lower().endswith(ending))
    return next(endings, None)


def _is_passed_over(name: str) -> bool:
    parts = Path(name).parts
    last = parts[-1]
    return (
        any(part.startswith(".") for part in parts)
        or (last.upper().startswith(PAPERS) and format_of(last) is None)
        or last in DATASET_PAPERS
        or (last.startswith(CACHE) and last.endswith(".arrow"))
    )


def _input_file(filesystem: Any, path: str, address: str, name: str, kind: str) -> InputFile:
    with filesystem.open(path, "rb") as stream:
        digest = digest_stream(stream)
    return InputFile(address, name, int(filesystem.size(path)), digest, kind)


def _endings() -> str:
    return ", ".join(FORMATS)
