"""Sentence pairs to learn from: read, cleaned, and split into training and held-out pairs."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from synth_assets.corpus.plain import Columns, read_frames
from synth_assets.errors import InputError
from synth_assets.hashing import digest
from synth_assets.profile.modeling import BitextColumns, TranslatorModel

TAG = "<BT>"
"""Begins a source that a model wrote, in back-translated rows (Caswell et al. 2019)."""

NOT_STATED = "not stated"
_SCHEMA = {"source": pl.String, "target": pl.String, "license": pl.String}
HELD_OUT_SHARE = 10
"""At most one pair in so many is held out."""

FEWEST = 2 * HELD_OUT_SHARE


@dataclass(frozen=True)
class Bitext:
    """Pairs as columns source, target, license; `left_out` counts the rows that are in neither
    part, by reason."""

    train: pl.DataFrame
    held_out: pl.DataFrame
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def digest(self) -> str:
        parts = (self.train, self.held_out)
        return digest(*(text for part in parts for name in part.columns for text in part[name]))

    def licenses(self) -> list[tuple[str, int]]:
        """Training pairs of each licence, the most frequent first."""
        counts = self.train["license"].value_counts().sort("count", "license", descending=True)
        return [(str(name), int(count)) for name, count in counts.iter_rows()]


def read_files(paths: Iterable[Path], columns: BitextColumns) -> Iterator[pl.DataFrame]:
    """The rows of Parquet, JSON Lines and TSV files (with a header, no quoting; .gz too), some at a
    time. Raises InputError for a file that cannot be read or lacks a column."""
    for path in paths:
        if not path.is_file():
            problem = "it is no file" if path.exists() else "there is no such file"
            raise InputError(f"bitext {path} cannot be read: {problem}")
        if ".tsv" in [suffix.lower() for suffix in path.suffixes]:
            frames: Iterable[pl.DataFrame] = [_read_tsv(path)]
        else:
            frames = read_frames([path], Columns(text=columns.source))
        for frame in frames:
            yield choose(frame, columns, str(path))


def _read_tsv(path: Path) -> pl.DataFrame:
    try:
        return pl.read_csv(path, separator="\t", quote_char=None, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        problem = _ragged(path) or " ".join(str(error).split())
        raise InputError(f"{path} cannot be read as a table with tabs: {problem}") from error


def _ragged(path: Path) -> str | None:
    """The first line that has more fields than the header, in words."""
    try:
        fields = 1 + pl.read_lines(path).to_series().str.count_matches("\t", literal=True)
    except (OSError, pl.exceptions.PolarsError):
        return None
    at = (fields > fields.head(1)).arg_max() if len(fields) else None
    if not at:
        return None
    return f"line {at + 1} has {fields[at]} fields, and the header has {fields[0]}"


def choose(frame: pl.DataFrame, columns: BitextColumns, name: str) -> pl.DataFrame:
    """The columns of a bitext under their own names."""
    for column in (columns.source, columns.target):
        if column not in frame.columns:
            known = ", ".join(frame.columns)
            raise InputError(f"{name} has no column {column!r} for a bitext; it has: {known}")
    license_ = pl.col(columns.license) if columns.license in frame.columns else pl.lit(None)
    return frame.select(
        pl.col(columns.source).cast(pl.String).alias("source"),
        pl.col(columns.target).cast(pl.String).alias("target"),
        license_.cast(pl.String).fill_null(NOT_STATED).alias("license"),
    )


def gather(frames: Iterable[pl.DataFrame], settings: TranslatorModel) -> Bitext:
    """Clean the pairs and hold some out.

    The held-out ones are those with the smallest digests, so they do not depend on the order of
    rows; no training pair has a source or target of theirs. A tagged source is never held out.
    Raises InputError where fewer than FEWEST are left.
    """
    left_out: Counter[str] = Counter()
    kept, room = [pl.DataFrame(schema=_SCHEMA)], settings.max_pairs
    for frame in frames:
        some = _clean(frame, settings, left_out)
        left_out["over max_pairs"] += max(len(some) - room, 0)
        kept.append(some.head(room))
        room -= len(kept[-1])
    pairs = pl.concat(kept).unique(["source", "target"], keep="first", maintain_order=True)
    left_out["seen before"] += sum(map(len, kept)) - len(pairs)
    natural = pairs.filter(~pl.col("source").str.starts_with(TAG)).unique(
        "source", keep="first", maintain_order=True
    )
    if len(natural) < FEWEST:
        raise InputError(
            f"a translation model needs at least {FEWEST} different sources that no model wrote, "
            f"and there are {len(natural)}{_reasons(left_out)}"
        )
    return _split(pairs, natural, settings.held_out, left_out)


def _clean(frame: pl.DataFrame, settings: TranslatorModel, left_out: Counter[str]) -> pl.DataFrame:
    frame = frame.with_columns(pl.col("source", "target").str.strip_chars())
    filled = frame.filter(pl.all_horizontal(pl.col("source", "target").str.len_bytes() > 0))
    left_out["a side is empty"] += len(frame) - len(filled)
    if settings.licenses is None:
        return filled
    allowed = filled.filter(pl.col("license").is_in(settings.licenses))
    left_out["another licence"] += len(filled) - len(allowed)
    return allowed


def _split(
    pairs: pl.DataFrame, natural: pl.DataFrame, held_out: int, left_out: Counter[str]
) -> Bitext:
    order = natural["source"].map_elements(digest, return_dtype=pl.String)
    aside = natural[order.arg_sort().head(min(held_out, len(natural) // HELD_OUT_SHARE)).sort()]
    is_theirs = pl.col("source").is_in(aside["source"].implode())
    is_theirs |= pl.col("target").is_in(aside["target"].implode())
    train = pairs.filter(~is_theirs)
    left_out["like a held-out pair"] += len(pairs) - len(train) - len(aside)
    return Bitext(train, aside, +left_out)


def _reasons(left_out: Counter[str]) -> str:
    named = ", ".join(f"{reason}: {count}" for reason, count in left_out.items() if count)
    return f" ({named})" if named else ""
