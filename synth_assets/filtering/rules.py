"""The rules of the filter: ordered predicates over score columns; the first that fails decides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import polars as pl


@dataclass(frozen=True)
class Rule:
    """One reason to drop: its name, the measured value, what is allowed, and when it fails.

    A null value never fails: what cannot be measured is not judged.
    """

    name: str
    value: pl.Expr
    limit: str
    fails: pl.Expr

    @classmethod
    def at_least(cls, name: str, column: str, limit: float) -> Self:
        return cls(name, pl.col(column), f"at least {limit}", pl.col(column) < limit)

    @classmethod
    def at_most(cls, name: str, column: str, limit: float) -> Self:
        return cls(name, pl.col(column), f"at most {limit}", pl.col(column) > limit)


def judge(frame: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """The frame with drop_reason, drop_value and drop_limit; null where every rule is passed."""
    none = pl.lit(None, dtype=pl.String)
    return frame.with_columns(
        _first(((rule.fails, pl.lit(rule.name)) for rule in rules), none).alias("drop_reason"),
        _first(((rule.fails, _as_text(rule.value)) for rule in rules), none).alias("drop_value"),
        _first(((rule.fails, pl.lit(rule.limit)) for rule in rules), none).alias("drop_limit"),
    )


def _first(cases: Iterable[tuple[pl.Expr, pl.Expr]], otherwise: pl.Expr) -> pl.Expr:
    return pl.coalesce(*(pl.when(fails).then(value) for fails, value in cases), otherwise)


def _as_text(value: pl.Expr) -> pl.Expr:
    return value.cast(pl.String)
