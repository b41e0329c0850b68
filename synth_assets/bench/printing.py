"""A report for people, as a table, and for programs, as JSON."""

from dataclasses import asdict

import orjson
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from synth_assets.bench.case import RATE
from synth_assets.bench.frame import CaseReport, Report, Spread, Verdict

MIN_WIDTH = 150

SHOWN = {RATE: "per CPU s", "cpu_s": "CPU s", "wall_s": "wall s", "peak_mb": "peak MB"}


def as_json(report: Report) -> bytes:
    """The whole report with every sample, indented."""
    return orjson.dumps(asdict(report), option=orjson.OPT_INDENT_2)


def print_report(report: Report, console: Console) -> None:
    """One table of figures and one line per ratio, own figure and verdict."""
    console.width = max(console.width, MIN_WIDTH)
    console.print(_table(report))
    for case in report.cases:
        for line in _lines(case):
            console.print(f"{case.name}: {line}", soft_wrap=True)
    if report.quick:
        console.print("quick sizes: nothing is judged")


def _table(report: Report) -> Table:
    title = (
        f"bench {report.benchmark}, median (lowest to highest) of {report.repeats} repeats, "
        f"threads: {report.threads}, {report.machine['cpu']}, Python {report.machine['python']}"
    )
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("case", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    for shown in SHOWN.values():
        table.add_column(shown, justify="right", no_wrap=True)
    for case in report.cases:
        figures = (_spread(case.figures[name]) for name in SHOWN)
        table.add_row(case.name, case.unit, *figures)
    return table


def _lines(case: CaseReport) -> list[str]:
    own = [
        f"{name} {_spread(spread)}"
        for name, spread in case.figures.items()
        if name not in SHOWN and name != "per_wall_s"
    ]
    ratios = [
        f"{_spread(ratio.rate)} times the rate of {ratio.peer}"
        + ("" if ratio.identical is None else f", {ratio.identical:.1%} of outputs identical")
        for ratio in case.ratios
    ]
    return [*own, *ratios, *(_verdict(verdict) for verdict in case.verdicts)]


def _verdict(verdict: Verdict) -> str:
    claim = verdict.claim
    bounds = [("at least", claim.at_least), ("at most", claim.at_most)]
    limit = " and ".join(f"{word} {value:,g}" for word, value in bounds if value is not None)
    over = f" over {claim.against}" if claim.against else ""
    outcome = "holds" if verdict.holds else "FALLS SHORT"
    return f"{claim.figure}{over} {_number(verdict.measured)}, held to {limit}: {outcome}"


def _spread(spread: Spread) -> str:
    if len(spread.samples) == 1:
        return _number(spread.median)
    return f"{_number(spread.median)} ({_number(spread.low)} to {_number(spread.high)})"


def _number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 10 else f"{value:.3f}"
