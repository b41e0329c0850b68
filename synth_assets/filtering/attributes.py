"""The attributes that a document gets, in the order in which they are measured and judged."""

from typing import TYPE_CHECKING

import polars as pl

from synth_assets.corpus.schema import Schema
from synth_assets.filtering import (
    bad_words,
    block_lists,
    boilerplate,
    language_attribute,
    perplexity,
    quality,
    traits,
)
from synth_assets.filtering.decontamination import attribute as decontamination
from synth_assets.profile.filtering import FilteringProfile

if TYPE_CHECKING:
    from synth_assets.filtering.attribute import Attribute

SOURCES = (
    block_lists,
    language_attribute,
    quality,
    bad_words,
    boilerplate,
    perplexity,
    decontamination,
    traits,
)
"""Modules with `COLUMNS` and `attribute(profile)`; the first rule that fails decides, so the order
is that of the reasons in the funnel."""

COLUMNS: dict[str, pl.DataType] = {
    name: kind for source in SOURCES for name, kind in source.COLUMNS.items() if name != "lang"
}
"""What `filtered` has beside a document's columns; `lang` is one of those."""


def build(profile: FilteringProfile) -> list["Attribute"]:
    """The attributes under a profile. Reads no text and compiles nothing."""
    return [source.attribute(profile) for source in SOURCES]


def schema() -> Schema:
    """Columns of the sidecar `attributes`: every document of raw_web, in its order."""
    return {"doc_id": pl.String(), "lang": pl.String(), **COLUMNS}


def select(scored: pl.DataFrame) -> pl.DataFrame:
    """The columns of `schema` that are there; those of attributes that are off are not."""
    return scored.select(name for name in schema() if name in scored.columns)
