"""The corpus card as one HTML page: no script, no request, light and dark, on screen and paper."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import polars as pl
from jinja2 import Environment, StrictUndefined

from synth_assets.corpus.store import Store
from synth_assets.profile.model import Profile
from synth_assets.report.card.facts import GONE, CardFacts, Result, gather
from synth_assets.report.card.limits import known_limits
from synth_assets.report.funnel import funnel_svg
from synth_assets.report.release import tokens_svg

FILE = "card.html"
TEMPLATE = "card.html.j2"
MOST_ROWS = 25
"""Of a table; a last row says what is left out."""

UNKNOWN = "unknown"
COMPONENTS = ("component", "phase", "declared_tokens", "tokens", "share", "epochs", "documents")


@dataclass(frozen=True)
class Table:
    """A table of the page; every cell is text, `numeric` columns stand to the right."""

    caption: str
    columns: Sequence[str]
    numeric: Sequence[bool]
    rows: Sequence[Sequence[str]]
    left_out: int = 0


def publish_card(
    store: Store, profile: Profile, folder: str, results: Sequence[Result] = ()
) -> str:
    """Write the card of the release in a folder such as `releases/base/0123456789ab`; its path."""
    return write(store, folder, gather(store, profile, folder, results))


def write(store: Store, folder: str, facts: CardFacts) -> str:
    """Write the card of facts that are at hand; its path."""
    store.files.write(f"{folder}/{FILE}", render(facts).encode())
    return store.files.path(f"{folder}/{FILE}")


def render(facts: CardFacts) -> str:
    """The page; the same facts give the same bytes."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = files(__package__).joinpath(TEMPLATE).read_text(encoding="utf-8")
    return environment.from_string(source).render(
        facts=facts,
        gone=GONE,
        manifest=facts.manifest,
        components=_frame("Components", pl.DataFrame(facts.manifest["components"], COMPONENTS)),
        components_svg=_plot(facts.manifest["components"], "component"),
        languages_svg=_plot(facts.manifest["languages"], "lang"),
        composition=[
            _grouped(facts.groups, name)
            for name in ("lang", "kind", "recipe", "source")
            if _is_told(facts.groups[name])
        ],
        licences=_grouped(facts.groups, "license"),
        funnels=[(row, funnel_svg(row)) for row in facts.funnel],
        laws=_checks("Conservation laws by corpus", facts.laws),
        checks=_checks("Check results by corpus", facts.results),
        not_passed=_not_passed([*facts.laws, *facts.results]),
        costs=_costs(facts.costs),
        batches=_frame("Batches and their digests", pl.DataFrame(facts.manifest["batches"])),
        limits=list(known_limits(facts)),
    )


def _plot(rows: Sequence[dict[str, Any]], label: str) -> str:
    return tokens_svg(pl.DataFrame(rows), label)


def _is_told(labels: pl.Series) -> bool:
    """Whether any document has the label; a table of unknown ones would say nothing."""
    return bool((labels.drop_nulls() != GONE).any())


def _grouped(groups: pl.DataFrame, name: str) -> Table:
    """Documents, tokens and their share by one column, the largest first."""
    total = max(int(groups["tokens"].sum()), 1) if groups.height else 1
    by = (
        groups.group_by(pl.col(name).fill_null("none" if name == "recipe" else UNKNOWN))
        .agg(pl.col("documents", "tokens").sum())
        .with_columns(share=pl.col("tokens") / total)
        .sort("tokens", name, descending=[True, False])
        if groups.height
        else pl.DataFrame()
    )
    captions = {"lang": "language", "license": "licence"}
    return _frame(f"By {captions.get(name, name)}", by)


def _checks(caption: str, results: Sequence[Result]) -> Table:
    """How many passed, warned and failed of each corpus."""
    outcomes = ("passed", "warned", "failed")
    rows = [
        {"corpus": corpus}
        | {name: sum(one.outcome == name for one in own) for name in outcomes}
        | {"batches": len({one.batch for one in own})}
        for corpus in dict.fromkeys(item.corpus for item in results)
        for own in ([item for item in results if item.corpus == corpus],)
    ]
    return _frame(caption, pl.DataFrame(rows))


def _not_passed(results: Sequence[Result]) -> Table:
    rows = [
        {
            "corpus": item.corpus,
            "batch": item.batch,
            "check": item.check,
            "outcome": item.outcome,
            "found": item.note,
        }
        for item in results
        if item.outcome != "passed"
    ]
    return _frame("What did not pass", pl.DataFrame(rows))


def _costs(costs: pl.DataFrame) -> Table:
    """Of all batches together, by corpus."""
    cost = pl.col("cost")
    table = costs.group_by("corpus", maintain_order=True).agg(
        _named("model"),
        pl.col("requests", "prompt_tokens", "completion_tokens").sum(),
        hours=pl.col("seconds").sum() / 3600,
        gpu_hours=pl.col("gpu_seconds").sum() / 3600,
        # of unknown prices there is no sum
        cost=pl.when(cost.is_not_null().any()).then(cost.sum()),
        currency=_named("currency"),
        kept_tokens=pl.col("kept_tokens").sum(),
    )
    return _frame("Generation by corpus", table)


def _named(column: str) -> pl.Expr:
    return pl.col(column).drop_nulls().unique().sort().str.join(", ")


def _frame(caption: str, frame: pl.DataFrame) -> Table:
    shown = frame.head(MOST_ROWS)
    return Table(
        caption,
        [name.replace("_", " ") for name in frame.columns],
        [kind.is_numeric() for kind in frame.dtypes],
        list(_cells(shown)),
        frame.height - shown.height,
    )


def _cells(frame: pl.DataFrame) -> Iterator[list[str]]:
    styles = [_style(name) for name in frame.columns]
    for row in frame.iter_rows():
        yield [style(value) for style, value in zip(styles, row, strict=True)]


def _style(column: str) -> Callable[[Any], str]:
    def text(value: Any) -> str:
        if value is None:
            return ""
        if column in ("share", "synthetic"):
            return f"{value:.1%}"
        if isinstance(value, float):
            return f"{value:,.3f}"
        return f"{value:,}" if isinstance(value, int) else str(value)

    return text
