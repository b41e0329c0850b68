"""The attribute `decontamination`: which evaluation item a document holds."""

import polars as pl

from synth_assets.filtering.attribute import Attribute
from synth_assets.filtering.decontamination.items import digest_of
from synth_assets.filtering.rules import Rule
from synth_assets.hashing import digest_json
from synth_assets.profile.decontamination import Decontamination
from synth_assets.profile.filtering import FilteringProfile

VERSION = "1"
"""Raise by hand when the same text and items give another finding."""

COLUMNS: dict[str, pl.DataType] = {"evaluation_item": pl.String(), "evaluation_words": pl.String()}
"""`<set>/<item>`, and the n-gram by which it was found; null where there is none."""


def attribute(profile: FilteringProfile) -> Attribute:
    """Raises ProfileError for a file that is not there."""
    settings = profile.decontamination
    rule = Rule(
        "evaluation_item",
        pl.col("evaluation_item"),
        f"no {settings.ngram} words in a row of an evaluation item, {settings.short_ngram} of a "
        f"short one",
        pl.col("evaluation_item").is_not_null(),
    )
    return Attribute(
        "decontamination",
        version(settings),
        COLUMNS,
        lambda documents: measure(documents, settings),
        [rule],
    )


def version(settings: Decontamination) -> str:
    """Digest of the settings and of the contents of all files, wherever they lie."""
    sets = {
        name: [digest_of(name, one), one.model_dump(mode="json", exclude={"path"})]
        for name, one in settings.sets.items()
    }
    return digest_json([VERSION, settings.ngram, settings.short_ngram, sets])


def measure(documents: pl.DataFrame, settings: Decontamination) -> pl.DataFrame:
    """COLUMNS of every document."""
    if not settings.sets:
        return pl.DataFrame({name: [None] * documents.height for name in COLUMNS}, schema=COLUMNS)
    from synth_assets.filtering.decontamination.index import load_index

    found = load_index(settings, version(settings)).find(documents["text"])
    rows = [(str(one.item), one.words) if one else (None, None) for one in found]
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")
