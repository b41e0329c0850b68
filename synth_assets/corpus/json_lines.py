"""JSON Lines that polars cannot read: files without a line, and the line at fault."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import polars as pl

from synth_assets.errors import InputError

_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
SHOWN = 60
"""Characters of a faulty line that a message repeats."""


@contextmanager
def reading(path: Path, *, lines: bool) -> Iterator[None]:
    """Turns what the readers raise into one InputError; of a file of `lines` it names the first one
    that is no JSON object."""
    import pyarrow as pa

    try:
        yield
    except FileNotFoundError:
        raise InputError(f"{path} cannot be read as documents: it does not exist") from None
    except (OSError, pa.ArrowException, pl.exceptions.PolarsError) as error:
        if lines and (fault := _first_fault(path)):
            raise InputError(f"{path}, {fault}") from error
        raise InputError(f"{path} cannot be read as documents: {error}") from error


def has_lines(path: Path) -> bool:
    """Whether anything but white space stands in a file, compressed or not; polars refuses the
    others, which are valid JSON Lines of no document."""
    with _open(path) as stream:
        return any(line.strip() for line in stream)


def _first_fault(path: Path) -> str | None:
    import pyarrow as pa

    try:
        with _open(path) as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip() and not _is_object(line):
                    shown = line[:SHOWN].decode(errors="replace").strip()
                    return f"line {number}: a JSON object was expected, not {shown!r}"
    except (OSError, pa.ArrowException):
        return None
    return None


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


@contextmanager
def _open(path: Path) -> Iterator[io.BufferedReader]:
    import pyarrow as pa

    with path.open("rb") as plain:
        head = plain.read(4)
    kind = next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)
    with pa.input_stream(str(path), compression=kind) as stream, io.BufferedReader(stream) as lines:
        yield lines
