"""Lists that a profile names: plain text, one entry a line, gzip or not, local or by fsspec URL."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from synth_assets.errors import InputError, ProfileError
from synth_assets.hashing import digest_stream


def entries(path: str) -> Iterator[tuple[int, str]]:
    """Line numbers and entries; empty lines and those that begin with # are left out.

    Raises InputError where a line is no UTF-8 or a gzip stream is torn.
    """
    import fsspec

    number = 0
    try:
        with fsspec.open(path, "rb", compression="infer") as stream:
            for number, line in enumerate(stream, start=1):
                entry = line.decode("utf-8").strip()
                if entry and not entry.startswith("#"):
                    yield number, entry
    except UnicodeDecodeError:
        raise InputError(f"{path}, line {number}: not UTF-8; a list is plain text") from None
    except (OSError, EOFError) as error:
        raise InputError(f"{path}, after line {number}: cannot be read ({error})") from None


def digest_file(
    key: str, path: str, wanted: str = "a text file with one entry a line, gzip or not"
) -> str:
    """Digest of a file's bytes, for code versions; a local file is read again only when its size or
    time changes. Raises ProfileError, naming the profile's key, where there is none."""
    try:
        stat = Path(path).stat() if "://" not in path else None
        return _digest(path, *((stat.st_size, stat.st_mtime_ns) if stat else ()))
    except OSError as error:
        raise ProfileError(
            f"{key} = {path} cannot be read ({error.strerror or error}); allowed is {wanted}"
        ) from None


@lru_cache(maxsize=1024)
def _digest(path: str, *_: int) -> str:
    import fsspec

    with fsspec.open(path, "rb") as stream:
        return digest_stream(stream)
