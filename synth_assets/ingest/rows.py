"""Items as the rows of raw_web: counted, licensed, in groups of bounded size."""

from collections.abc import Iterable, Iterator
from functools import partial

import polars as pl

from synth_assets.corpus.document import CountTokens, measure
from synth_assets.corpus.schema import DOCUMENT, DROPPED
from synth_assets.ingest.domains import registered_domain
from synth_assets.ingest.inputs import InputFile
from synth_assets.ingest.payload import Payload
from synth_assets.ingest.read import Unread, item_of, open_file
from synth_assets.ingest.source import Item
from synth_assets.ingest.version import COLUMNS
from synth_assets.ingest.workers import Workers
from synth_assets.packing.tokenizer import token_counter
from synth_assets.profile.ingest import LicenseRule
from synth_assets.profile.model import Profile

ITEMS_AT_ONCE = 1000
SIZE_AT_ONCE = 16 << 20

_OWN = tuple(name for name in (*COLUMNS, *DROPPED) if name not in DOCUMENT)


Tables = tuple[pl.DataFrame, pl.DataFrame]
"""Kept rows, and dropped ones with their reasons."""


def read_tables(files: Iterable[InputFile], profile: Profile, workers: Workers) -> Iterator[Tables]:
    """The rows of all files in their order, a group at a time.

    Raises InputError for a file that is gone, or an extractor that is not installed, and
    ProfileError for a tokenizer that is not there.
    """
    records = (record for file in files for record in open_file(file, profile.ingest))
    yield from workers.in_order(partial(_tables_of, profile=profile), _groups(records))


def _tables_of(records: list[Unread], profile: Profile) -> Tables:
    items = [item_of(record, profile.ingest.extractor) for record in records]
    return rows_of(items, token_counter(profile.packing.tokenizer), profile.ingest.licenses)


def _groups(records: Iterable[Unread]) -> Iterator[list[Unread]]:
    """Runs of records that fit in memory together."""
    group: list[Unread] = []
    size = 0
    for record in records:
        group.append(record)
        size += len(record.body if isinstance(record, Payload) else record.document.text)
        if len(group) == ITEMS_AT_ONCE or size >= SIZE_AT_ONCE:
            yield group
            group, size = [], 0
    if group:
        yield group


def rows_of(items: list[Item], count_tokens: CountTokens, rules: list[LicenseRule]) -> Tables:
    """The rows of items."""
    for item in items:
        document = item.document
        document.license = license_of(document.url, rules) or document.license
        item.domain = registered_domain(document.url) if document.url else None
    measure([item.document for item in items], count_tokens)
    frame = pl.DataFrame([_row(item) for item in items], schema=COLUMNS | DROPPED)
    is_kept = pl.col("drop_reason").is_null()
    return frame.filter(is_kept).drop(list(DROPPED)), frame.filter(~is_kept)


def license_of(url: str | None, rules: list[LicenseRule]) -> str | None:
    """The licence of the first rule whose start the URL has."""
    return next((rule.license for rule in rules if url and url.startswith(rule.url)), None)


def _row(item: Item) -> dict[str, object]:
    return item.document.to_row() | {name: getattr(item, name, None) for name in _OWN}
