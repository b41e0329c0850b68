"""Releases that hold what was taken down."""

import orjson
import polars as pl

from synth_assets.corpus.files import Files

FOLDER = "releases"
LISTING = "documents.parquet"
WITHDRAWN = "withdrawn.json"
"""Beside the manifest of a release that must not be used any more: how many documents it holds
that were taken down. What was published under a version is not changed; a new version of the
release is made without them."""


def withdraw(files: Files, ids: pl.Series) -> dict[str, int]:
    """Mark the releases that hold one of the documents, by their listing; how many each holds."""
    held: dict[str, int] = {}
    for folder in _released(files):
        with files.open(f"{folder}/{LISTING}") as stream:
            listed = pl.read_parquet(stream.read(), columns=["doc_id"])["doc_id"]
        if count := int(listed.is_in(ids.implode()).sum()):
            held[folder] = count
            files.write(f"{folder}/{WITHDRAWN}", orjson.dumps({"documents_taken_down": count}))
    return held


def documents_taken_down(files: Files, folder: str) -> int:
    """How many documents of the release in a folder were taken down since; 0 where it is in
    force."""
    if not files.exists(f"{folder}/{WITHDRAWN}"):
        return 0
    count: int = orjson.loads(files.read(f"{folder}/{WITHDRAWN}"))["documents_taken_down"]
    return count


def _released(files: Files) -> list[str]:
    if not files.exists(FOLDER):
        return []
    base = str(files.filesystem._strip_protocol(files.path(""))).rstrip("/")
    found = (str(path)[len(base) + 1 :] for path in files.filesystem.find(files.path(FOLDER)))
    return sorted(
        name.removesuffix(f"/{LISTING}") for name in found if name.endswith(f"/{LISTING}")
    )
