"""The attribute `language`: which one a document is in, how surely, and which are wanted."""

import polars as pl

from synth_assets.filtering.attribute import Attribute
from synth_assets.filtering.language_codes import UNKNOWN
from synth_assets.filtering.rules import Rule
from synth_assets.profile.filtering import FilteringProfile

VERSION = "3"
"""Raise by hand when the same text gets another language or confidence."""

COLUMNS: dict[str, pl.DataType] = {
    "lang": pl.String(),
    "lang_confidence": pl.Float64(),
    "lang_share": pl.Float64(),
}
"""`lang_share` is the share of letters in paragraphs of that language or of one that is taken for
it, null where none could be judged."""

PARAGRAPHS = 4
"""Of a longer document, so many paragraphs spread evenly are looked at."""


def attribute(profile: FilteringProfile) -> Attribute:
    return Attribute("language", VERSION, COLUMNS, measure, rules(profile))


def measure(documents: pl.DataFrame) -> pl.DataFrame:
    """COLUMNS of every document. `lang_hint`, where there is one, is the language that the input
    declared."""
    from synth_assets.filtering.language import identify

    hints = documents["lang_hint"] if "lang_hint" in documents.columns else None
    texts = documents["text"].fill_null("")
    declared = [None] * len(texts) if hints is None else hints
    identified = [identify(text, hint) for text, hint in zip(texts, declared, strict=True)]
    shares = [_share(text, lang) for text, (lang, _) in zip(texts, identified, strict=True)]
    rows = [(*found, share) for found, share in zip(identified, shares, strict=True)]
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def _share(text: str, lang: str) -> float | None:
    from synth_assets.filtering.language_share import language_share

    judged, share, _ = language_share(text.splitlines(), lang, most_pieces=PARAGRAPHS)
    return round(share, 4) if judged else None


def rules(profile: FilteringProfile) -> list[Rule]:
    """Where the profile lists no languages, `und` passes: unknown is not the same as unwanted."""
    confidence = Rule.at_least(
        "language_confidence", "lang_confidence", profile.min_language_confidence
    )
    known = pl.col("lang") != UNKNOWN
    found = [Rule(confidence.name, confidence.value, confidence.limit, known & confidence.fails)]
    if profile.languages is not None:
        wanted = profile.languages
        limit = f"one of {', '.join(wanted)}"
        found.insert(0, Rule("language", pl.col("lang"), limit, ~pl.col("lang").is_in(wanted)))
    found.append(Rule.at_least("language_share", "lang_share", profile.min_language_share))
    return found
