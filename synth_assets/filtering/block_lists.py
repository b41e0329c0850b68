"""The attribute `block_lists`: whether a page's address is on a list that the profile names.

Lists are in the manner of UT1 (Université Toulouse Capitole): a line is a domain, which stands for
all its subdomains too, or an address without its scheme, which stands for all that begins with it.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import urlsplit

import polars as pl

from synth_assets.errors import InputError
from synth_assets.filtering.attribute import Attribute
from synth_assets.filtering.list_files import digest_file, entries
from synth_assets.filtering.rules import Rule
from synth_assets.hashing import digest_json
from synth_assets.ingest.domains import host_of
from synth_assets.profile.filtering import FilteringProfile

VERSION = "1"
"""Raise by hand when the same address and lists give another finding."""

COLUMNS: dict[str, pl.DataType] = {"blocked_by": pl.String()}
"""`<list>: <entry>`, of the list that the profile names first; null for a page on none."""

_ENTRIES = {
    "host": pl.String(),
    "path": pl.String(),
    "blocked_by": pl.String(),
    "rank": pl.UInt32(),
}
_PLAIN = re.compile(r"(?:[a-z0-9_-]+\.)+[a-z0-9-]*[a-z][a-z0-9-]*")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_ENDS_SEGMENT = ("/", "?", "#", "")


def attribute(profile: FilteringProfile) -> Attribute:
    """Raises ProfileError for a list that is not there."""
    lists = profile.block_lists
    rule = Rule(
        "block_list",
        pl.col("blocked_by"),
        "no address on a block list",
        pl.col("blocked_by").is_not_null(),
    )
    version = _version(lists)
    return Attribute(
        "block_lists",
        version,
        COLUMNS,
        lambda documents: measure(documents, lists, version),
        [rule],
    )


def _version(lists: Mapping[str, str]) -> str:
    digests = [[name, digest_file(_key(name), path)] for name, path in lists.items()]
    return digest_json([VERSION, digests])


def _key(name: str) -> str:
    return f"filtering.block_lists.{name}"


def measure(documents: pl.DataFrame, lists: Mapping[str, str], version: str) -> pl.DataFrame:
    """COLUMNS of every document. Raises InputError for a line that is neither domain nor address,
    with its file and number."""
    if not lists:
        return pl.DataFrame({"blocked_by": [None] * documents.height}, schema=COLUMNS)
    listed = _load(tuple(lists.items()), version)
    addresses = documents["url"].drop_nulls().unique()
    asked = pl.DataFrame(
        [row for url in addresses for row in _candidates(url)],
        schema={"url": pl.String(), "host": pl.String(), "rest": pl.String()},
        orient="row",
    )
    found = (
        asked.join(listed, on="host")
        .filter(_begins(pl.col("rest"), pl.col("path")))
        .sort("rank", maintain_order=True)
        .unique("url", keep="first")
    )
    return (
        documents.select("url")
        .join(found.select("url", "blocked_by"), on="url", how="left", maintain_order="left")
        .select(COLUMNS.keys())
    )


def _candidates(url: str) -> Iterator[tuple[str, str, str]]:
    """The page's host and every domain above it, each with what follows the host in the address."""
    host = host_of(url)
    if host is None:
        return
    rest = _rest(url)
    while host:
        yield url, host, rest
        host = host.partition(".")[2]


def _rest(url: str) -> str:
    """Path and query, from the first slash on."""
    parts = urlsplit(url if _SCHEME.match(url) else f"//{url}")
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _begins(rest: pl.Expr, path: pl.Expr) -> pl.Expr:
    """A path stands for itself and for what lies under it, not for a longer name."""
    follows = rest.str.slice(path.str.len_chars(), 1)
    ends = follows.is_in(list(_ENDS_SEGMENT)) | path.str.ends_with("/")
    return (path == "") | (rest.str.starts_with(path) & ends)


@lru_cache(maxsize=2)
def _load(lists: tuple[tuple[str, str], ...], _version: str) -> pl.DataFrame:
    frames = [_read(rank, name, path) for rank, (name, path) in enumerate(lists)]
    return pl.concat([pl.DataFrame(schema=_ENTRIES), *frames])


def _read(rank: int, name: str, path: str) -> pl.DataFrame:
    rows = ((*_parse(path, number, entry), entry) for number, entry in entries(path))
    read = pl.DataFrame(rows, schema=["host", "path", "entry"], orient="row", infer_schema_length=1)
    return read.select(
        pl.col("host").cast(pl.String),
        pl.col("path").cast(pl.String),
        pl.format("{}: {}", pl.lit(name), pl.col("entry").cast(pl.String)).alias("blocked_by"),
        pl.lit(rank, pl.UInt32).alias("rank"),
    )


def _parse(path: str, number: int, entry: str) -> tuple[str, str]:
    """Host and path of an entry; a domain's path is empty. `www.` stands for the domain itself."""
    if _PLAIN.fullmatch(entry):
        return entry.removeprefix("www."), ""
    bare = _SCHEME.sub("", entry).removeprefix("*.").removeprefix(".")
    host = None if re.search(r"\s", bare) else host_of(bare)
    if host is None or not ("." in host or ":" in host):
        raise InputError(
            f"{path}, line {number}: {entry[:80]!r} is neither a domain (example.org) nor an "
            f"address (example.org/path)"
        )
    rest = _rest(bare)
    return host.removeprefix("www."), "" if rest == "/" else rest
