"""The attribute `traits`: toxicity, quality tier, type of speech, domain and year of a document.

After Parmar et al. 2024 ("Data, Data Everywhere"), who sample a corpus by such attributes, and
Longpre et al. 2023 (age, toxicity and quality trade off, so nothing is dropped by them here).
Each is null where it is not known; the column `unknown` says why, one reason per such column.
"""

import polars as pl

from synth_assets.filtering.attribute import Attribute
from synth_assets.filtering.speech_type import speech_type
from synth_assets.profile.filtering import FilteringProfile

VERSION = "1"
"""Raise by hand when the same document and scores get other columns."""

COLUMNS: dict[str, pl.DataType] = {
    "toxicity": pl.String(),
    "quality_tier": pl.String(),
    "speech_type": pl.String(),
    "domain": pl.String(),
    "year": pl.Int32(),
    "year_of": pl.String(),
    "unknown": pl.List(pl.String()),
}
"""`toxicity` is none, some or high; `quality_tier` low, medium or high; `domain` the registered
domain of the address; `year_of` says whether the year is when the page was `published` or, where it
does not say, `fetched`; `unknown` are reasons such as `toxicity: no list of words for cat_Latn`."""

READS = ("domain", "published_at")
"""Columns of raw_web that it is measured by, beside a document's own."""

TOXIC = 0.002
"""Share of a text's characters in listed words from which toxicity is high, not some: about one
word in five hundred."""

SIGNS = 8
HIGH, MEDIUM = 7, 5
"""Of the eight signs of quality, so many make a tier; one that cannot be measured is not missed."""

_REASONS = {
    "toxicity": pl.format("toxicity: no list of words for {}", pl.col("lang").fill_null("und")),
    "quality_tier": pl.lit("quality_tier: no words"),
    "speech_type": pl.lit("speech_type: lines of no one shape"),
    "domain": pl.lit("domain: no address with a registered domain"),
    "year": pl.lit("year: neither published nor fetched on a known date"),
}


def attribute(_profile: FilteringProfile) -> Attribute:
    needs = ("language", "quality", "bad_words")
    return Attribute("traits", VERSION, COLUMNS, measure, needs=needs)


def measure(documents: pl.DataFrame) -> pl.DataFrame:
    """COLUMNS of documents with the scores of `needs`. Of a file without them, `domain` is that of
    `url`, and a date is missing."""
    found = _with_reads(documents).select(
        "lang",
        _toxicity().alias("toxicity"),
        _tier().alias("quality_tier"),
        speech_type(pl.col("text").fill_null("")).alias("speech_type"),
        "domain",
        pl.coalesce("published_at", "fetched_at").dt.year().alias("year"),
        _year_of().alias("year_of"),
    )
    reasons = [pl.when(pl.col(name).is_null()).then(why) for name, why in _REASONS.items()]
    return found.with_columns(unknown=pl.concat_list(reasons).list.drop_nulls()).select(
        pl.col(name).cast(kind) for name, kind in COLUMNS.items()
    )


def _with_reads(documents: pl.DataFrame) -> pl.DataFrame:
    from synth_assets.ingest.domains import registered_domain

    columns: dict[str, pl.Series] = {}
    if "domain" not in documents.columns:
        domains = [registered_domain(url) if url else None for url in documents["url"]]
        columns["domain"] = pl.Series(domains, dtype=pl.String)
    for name in ("published_at", "fetched_at"):
        if name not in documents.columns:
            columns[name] = pl.repeat(
                None, documents.height, dtype=pl.Datetime("us", "UTC"), eager=True
            )
    return documents.with_columns(**columns)


def _toxicity() -> pl.Expr:
    share = pl.col("bad_word_share")
    high = pl.when(share >= TOXIC).then(pl.lit("high"))
    return (
        pl.when(share.is_null())
        .then(None)
        .when(share > 0)
        .then(high.otherwise(pl.lit("some")))
        .otherwise(pl.lit("none"))
    )


def share_of_signs(scored: pl.DataFrame) -> pl.Series:
    """Which part of the signs of quality a text has, from the scores of `quality`; 0 without
    words."""
    met = pl.when(pl.col("gopher_words") > 0).then(_signs_met()).otherwise(0)
    return scored.select(met / SIGNS).to_series()


def _tier() -> pl.Expr:
    """Null without words."""
    met = _signs_met()
    tier = pl.when(met >= HIGH).then(pl.lit("high")).when(met >= MEDIUM).then(pl.lit("medium"))
    return pl.when(pl.col("gopher_words") > 0).then(tier.otherwise(pl.lit("low")))


def _signs_met() -> pl.Expr:
    """Signs of Gopher, C4 and FineWeb, at limits of ours near the published ones and not at the
    profile's: a tier is a trait of the text."""
    col = pl.col
    signs = [
        col("gopher_words") >= 100,
        col("gopher_mean_word_length").is_between(3, 10),
        col("gopher_words_with_letters") >= 0.8,
        col("gopher_stop_words") >= 2,
        col("gopher_duplicate_line_chars") <= 0.2,
        col("gopher_top_3grams") <= 0.18,
        col("fineweb_punctuated_lines") >= 0.5,
        col("c4_curly_brackets") == 0,
    ]
    return pl.sum_horizontal(sign.fill_null(value=True).cast(pl.Int32) for sign in signs)


def _year_of() -> pl.Expr:
    published = pl.when(pl.col("published_at").is_not_null()).then(pl.lit("published"))
    return published.when(pl.col("fetched_at").is_not_null()).then(pl.lit("fetched"))
