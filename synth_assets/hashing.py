"""Stable digests: the same on every machine and in every run."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import orjson

CHUNK_BYTES = 1 << 20


def digest(*parts: str | bytes) -> str:
    """blake2b-128 of the parts as 32 hex digits; each part is length-prefixed, so that
    ("ab", "c") and ("a", "bc") differ."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        state.update(len(data).to_bytes(8, "little"))
        state.update(data)
    return state.hexdigest()


def digest_json(value: object) -> str:
    """Digest of a JSON-like value; keys are sorted, so the order of a mapping does not count."""
    return digest(orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS))


def digest_stream(stream: BinaryIO) -> str:
    """Digest of everything that is left in a binary stream, read in chunks of 1 MB."""
    state = hashlib.blake2b(digest_size=16)
    while chunk := stream.read(CHUNK_BYTES):
        state.update(chunk)
    return state.hexdigest()


def digest_file(path: Path) -> str:
    """Digest of a local file's bytes."""
    with path.open("rb") as stream:
        return digest_stream(stream)


def digest_files(paths: Iterable[Path]) -> str:
    """Digest of several files, by name and content, independent of the order given."""
    return digest(*(f"{path.name}:{digest_file(path)}" for path in sorted(paths)))
