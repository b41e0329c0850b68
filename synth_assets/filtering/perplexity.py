"""The attribute `perplexity`: how unusual a text is under a reference model of its language.

As CCNet (Wenzek et al. 2020) has it, texts are sorted into head, middle and tail of their language;
here the limits are percentiles of texts that the model was not trained on, so that a document's
tier does not hang on its neighbours.
"""

from functools import partial

import polars as pl

from synth_assets.errors import InputError
from synth_assets.filtering.attribute import Attribute
from synth_assets.filtering.list_files import digest_file
from synth_assets.filtering.rules import Rule
from synth_assets.hashing import digest_json
from synth_assets.profile.filtering import FilteringProfile
from synth_assets.profile.modeling import Perplexity, PerplexityModel

VERSION = "1"
"""Raise by hand when the same text and model give another perplexity or tier."""

WANTED = "a model that reference_lm/<lang> has written, or an ARPA file"

COLUMNS: dict[str, pl.DataType] = {"perplexity": pl.Float64(), "perplexity_tier": pl.String()}
"""Null for a document whose language has no model, or that has no word."""


def attribute(profile: FilteringProfile) -> Attribute:
    """Raises ProfileError for a model that is not there."""
    settings = profile.perplexity
    digests = {
        lang: digest_file(f"filtering.perplexity.models.{lang}.path", model.path, WANTED)
        for lang, model in settings.models.items()
    }
    limits = settings.model_dump(
        mode="json", exclude={"drop": True, "models": {"__all__": {"path"}}}
    )
    allowed = [tier for tier in ("head", "middle", "tail") if tier not in settings.drop]
    rule = Rule(
        "perplexity",
        pl.col("perplexity"),
        f"in the {' or '.join(allowed)} of its language" if allowed else "no model of its language",
        pl.col("perplexity_tier").is_in(settings.drop),
    )
    return Attribute(
        "perplexity",
        digest_json([VERSION, digests, limits]),
        COLUMNS,
        partial(measure, settings=settings, digests=digests),
        [rule],
        needs=("language",),
    )


def measure(documents: pl.DataFrame, settings: Perplexity, digests: dict[str, str]) -> pl.DataFrame:
    """COLUMNS of every document. Raises InputError for a file that is no model, or a model that has
    no percentiles where the profile gives no limits."""
    rows = documents.select("text", "lang").with_row_index("row")
    parts = [pl.DataFrame(schema={"row": pl.UInt32, **COLUMNS})]
    for lang, model in settings.models.items():
        some = rows.filter(pl.col("lang") == lang)
        if some.height:
            parts.append(_measured(some, lang, model, settings, digests[lang]))
    return rows.join(pl.concat(parts), on="row", how="left", maintain_order="left").select(
        COLUMNS.keys()
    )


def _measured(
    rows: pl.DataFrame, lang: str, model: PerplexityModel, settings: Perplexity, version: str
) -> pl.DataFrame:
    import numpy as np

    from synth_assets.modeling.loading import open_model
    from synth_assets.modeling.scoring import perplexities

    opened = open_model(model.path, version)
    usual = opened.notes.get("perplexities", [])
    head = model.head if model.head is not None else _at(usual, settings.head_percent)
    middle = model.middle if model.middle is not None else _at(usual, settings.middle_percent)
    if head is None or middle is None:
        raise InputError(
            f"filtering.perplexity.models.{lang} = {model.path} has no percentiles of unseen text; "
            f"give the perplexities at which its head and middle end (head, middle)"
        )
    found = np.round(perplexities(opened, rows["text"]), 4)
    value = pl.col("perplexity")
    return rows.select("row", perplexity=pl.Series(found).fill_nan(None)).with_columns(
        perplexity_tier=pl.when(value <= head)
        .then(pl.lit("head"))
        .when(value <= middle)
        .then(pl.lit("middle"))
        .when(value.is_not_null())
        .then(pl.lit("tail"))
    )


def _at(percentiles: list[float], percent: int) -> float | None:
    """Percentiles stand from 1 to 99."""
    return percentiles[percent - 1] if percentiles else None
