"""The main figures of a corpus card as Markdown, where a page cannot be shown."""

from collections import Counter
from collections.abc import Iterator

import polars as pl

from synth_assets.packing.mixture.selectors import MADE_KINDS
from synth_assets.report.card.facts import CardFacts
from synth_assets.report.card.limits import known_limits
from synth_assets.report.tables import markdown_table

LABELS = 5
"""Of a kind, the largest; the others are added up."""


def preview(facts: CardFacts) -> str:
    """A table of what the release holds, and the known limits below it."""
    rows = pl.DataFrame(list(_figures(facts)), schema=["", "release"], orient="row")
    limits = "\n".join(f"- {sentence}" for sentence in known_limits(facts))
    return f"{markdown_table(rows)}\n\nKnown limits:\n\n{limits}"


def _figures(facts: CardFacts) -> Iterator[tuple[str, str]]:
    if facts.withdrawn:
        yield "withdrawn", f"{facts.withdrawn:,} of its documents were taken down"
    for name in ("documents", "tokens", "sequences"):
        yield name, f"{facts.manifest[name]:,}"
    groups = facts.groups
    total = max(int(groups["tokens"].sum()), 1)
    made = int(groups.filter(pl.col("kind").is_in(MADE_KINDS))["tokens"].sum())
    yield "in texts that were made", f"{made / total:.1%} of the tokens"
    for name, shown in {"lang": "languages", "recipe": "recipes", "license": "licences"}.items():
        yield shown, ", ".join(_shares(groups, name, total))
    outcomes = Counter(item.outcome for item in (*facts.laws, *facts.results))
    yield "laws and checks", ", ".join(f"{count:,} {name}" for name, count in outcomes.items())
    for currency, cost in _costs(facts.costs):
        yield "generation", f"{cost:,.2f} {currency}"


def _shares(groups: pl.DataFrame, name: str, total: int) -> Iterator[str]:
    """The label's parts of the tokens, the largest first."""
    if not groups.height:
        return
    none = "no recipe" if name == "recipe" else "unknown"
    by = groups.group_by(pl.col(name).fill_null(none)).agg(pl.col("tokens").sum())
    rows = by.sort("tokens", name, descending=[True, False]).rows()
    for label, tokens in rows[:LABELS]:
        yield f"{label} {tokens / total:.1%}"
    if others := rows[LABELS:]:
        yield f"{len(others):,} others {sum(tokens for _, tokens in others) / total:.1%}"


def _costs(costs: pl.DataFrame) -> list[tuple[str, float]]:
    """By currency, of what has a price."""
    priced = costs.filter(pl.col("cost").is_not_null())
    return priced.group_by("currency").agg(pl.col("cost").sum()).sort("currency").rows()
