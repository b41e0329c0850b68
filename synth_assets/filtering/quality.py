"""The attribute `quality`: the statistics of Gopher, C4 and FineWeb, and the rules over them."""

from functools import partial

import polars as pl

from synth_assets.filtering import c4, fineweb, gopher, repetition
from synth_assets.filtering.attribute import Attribute
from synth_assets.filtering.stop_words import STOP_WORDS
from synth_assets.profile.filtering import FilteringProfile

VERSION = "1"
"""Raise by hand when the same text and language get other columns."""

COLUMNS: dict[str, pl.DataType] = {
    **gopher.COLUMNS,
    **repetition.COLUMNS,
    **c4.COLUMNS,
    **fineweb.COLUMNS,
}
"""In the order of `kernel.STATISTICS`."""


def attribute(profile: FilteringProfile) -> Attribute:
    rules = [
        *gopher.rules(profile.gopher_quality),
        *repetition.rules(profile.gopher_repetition),
        *c4.rules(profile.c4),
        *fineweb.rules(profile.fineweb),
    ]
    version = f"{VERSION}, clean lines: {profile.clean_lines}"
    measured = partial(measure, clean_lines=profile.clean_lines)
    return Attribute("quality", version, COLUMNS, measured, rules, needs=("language",))


def measure(documents: pl.DataFrame, *, clean_lines: bool = True) -> pl.DataFrame:
    """COLUMNS of documents with `text` and `lang`, on every core this process may use."""
    from synth_assets.filtering.kernel import measure_column

    language = documents["lang"].str.slice(0, 3)
    out = measure_column(documents["text"], language, clean_lines=clean_lines)
    measured = pl.DataFrame(out, schema=list(COLUMNS))
    frame = measured.with_columns(
        pl.all().fill_nan(None), language=language, script=documents["lang"].str.slice(-4)
    )
    return frame.with_columns(
        _unless(pl.col("language").is_in(gopher.OWN_WORD_LENGTH), "gopher_mean_word_length"),
        _unless(~pl.col("language").is_in(list(STOP_WORDS)), "gopher_stop_words"),
        _unless(pl.col("script").is_in(c4.WITHOUT_FULL_STOP), "c4_sentences"),
    ).select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())


def _unless(condition: pl.Expr, column: str) -> pl.Expr:
    """Null where the condition holds."""
    return pl.when(~condition).then(column)
