"""The takedown list: one document id, URL or domain a line."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from synth_assets.errors import InputError
from synth_assets.ingest.domains import host_of

DOCUMENT_ID = re.compile(r"[0-9a-f]{32}")
DOMAIN = re.compile(r"(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+")

Kind = Literal["document", "url", "domain"]


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """What is to go: a document, the pages of one address, or those of a domain and all below."""

    kind: Kind
    value: str

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


def read_list(path: Path) -> list[Entry]:
    """The entries of a file, sorted; empty lines and what follows `#` are passed over. A line is a
    document id (32 hex digits), a URL (with `://`), or a domain.

    Raises InputError for a file that is not there and for a line that is none of these.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"takedown list {path} cannot be read: {error}") from error
    return sorted(set(_entries(path, lines)))


def _entries(path: Path, lines: Iterable[str]) -> Iterable[Entry]:
    for number, line in enumerate(lines, 1):
        text = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()
        if text:
            yield _entry(text, f"{path}, line {number}")


def _entry(text: str, where: str) -> Entry:
    if DOCUMENT_ID.fullmatch(text):
        return Entry("document", text)
    if "://" in text and host_of(text):
        return Entry("url", page_of(text))
    host = host_of(text) if "/" not in text and ":" not in text else None
    if host is not None and DOMAIN.fullmatch(host):
        return Entry("domain", host)
    raise InputError(
        f"{where}: {text!r} is neither a document id (32 hex digits) nor a URL nor a domain; "
        f"nothing was taken down"
    )


def page_of(url: str) -> str:
    """A URL as it is compared: without scheme, fragment, `www.` and a slash at the end, its host
    in lower case."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    host = (host_of(url) or "").removeprefix("www.")
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{parts.path.rstrip('/')}{query}"
