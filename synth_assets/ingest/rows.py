"""Items as the rows of raw_web: counted, licensed, in groups of bounded size."""

from collections.abc import Iterable, Iterator

import polars as pl

from synth_assets.corpus.document import CountTokens, measure
from synth_assets.corpus.schema import DOCUMENT, DROPPED
from synth_assets.ingest.domains import registered_domain
from synth_assets.ingest.source import Item
from synth_assets.profile.ingest import LicenseRule

ITEMS_AT_ONCE = 1000
CHARACTERS_AT_ONCE = 16 << 20

COLUMNS: dict[str, pl.DataType] = DOCUMENT | {
    "canonical_url": pl.String(),
    "domain": pl.String(),
    "lang_hint": pl.String(),
    "content_type": pl.String(),
    "charset": pl.String(),
    "published_at": pl.Datetime("us", "UTC"),
}
_OWN = tuple(name for name in (*COLUMNS, *DROPPED) if name not in DOCUMENT)


def item_groups(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Runs of items that fit in memory together."""
    group: list[Item] = []
    size = 0
    for item in items:
        group.append(item)
        size += len(item.document.text)
        if len(group) == ITEMS_AT_ONCE or size >= CHARACTERS_AT_ONCE:
            yield group
            group, size = [], 0
    if group:
        yield group


def rows_of(
    items: list[Item], count_tokens: CountTokens, rules: list[LicenseRule]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The kept rows, and the dropped ones with their reasons."""
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
