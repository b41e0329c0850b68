"""A recipe's preview in the terminal: source and result side by side, what every gate says."""

from rich.box import SIMPLE
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.work import Drop, Failed, Made, NotSelected, Outcome
from synth_assets.report.money import money
from synth_assets.rewriting.preview import Judged, Preview, Projection, Shown

WIDTH = 160
SHOWN_CHARS = 1500


def print_preview(made: Preview, recipe: str) -> None:
    console = Console(highlight=False, markup=False)
    console.width = max(console.width, min(WIDTH, 160))
    for number, shown in enumerate(made.shown, start=1):
        title = f"{recipe}, document {number} of {len(made.shown)}: {_came_to(shown.outcome)}"
        console.print(Panel(_body(shown), title=Text(title), title_align="left"))
    console.print(summary(made))


def summary(made: Preview) -> str:
    """Two sentences: what the preview took, and what the whole batch would take."""
    shown = made.shown
    kept = sum(isinstance(one.outcome, Made) for one in shown)
    requests = sum(one.requests for one in shown)
    return (
        f"{kept} of {len(shown)} documents became texts, by {requests:,} requests of which "
        f"{made.generated:,} were generated now; they are in the journal and not paid for again.\n"
        f"{_projected(made.projection)}"
    )


def _projected(whole: Projection) -> str:
    hours = "" if whole.hours is None else f", about {whole.hours:,.2f} hours of the engine"
    price = money(whole.money, whole.currency)
    return (
        f"At this rate the {whole.documents:,} documents that the recipe takes need about "
        f"{whole.requests:,} requests, {whole.prompt_tokens:,} prompt and "
        f"{whole.completion_tokens:,} completion tokens{hours}, cost: {price or 'no price set'}."
    )


def _came_to(outcome: Outcome) -> str:
    match outcome:
        case Made([]):
            return "stands in the text of another document"
        case Made(documents):
            return f"{len(documents)} made"
        case Drop(reason, value, limit):
            return f"dropped: {reason}, {value}" + (f" (allowed: {limit})" if limit else "")
        case Failed(kind, error):
            return f"failed: {kind}, {error}"
        case NotSelected(reason):
            return f"not selected: {reason}"
        case _:
            return "waiting"


def _body(shown: Shown) -> Group:
    texts = Table(box=SIMPLE, expand=True)
    texts.add_column(f"source, {shown.document.n_words:,} words", ratio=1)
    texts.add_column("result", ratio=1)
    results = shown.outcome.documents if isinstance(shown.outcome, Made) else []
    texts.add_row(_cut(shown.document.text), _cut("\n\n".join(one.text for one in results)))
    lines = [Text(_judged(n, one)) for n, one in enumerate(shown.answers, start=1)]
    tokens = f"{shown.prompt_tokens:,} prompt and {shown.completion_tokens:,} completion tokens"
    return Group(texts, *lines, Text(f"{shown.requests} requests, {tokens}"))


def _judged(number: int, answer: Judged) -> str:
    refused = {name: fault for name, fault in answer.verdicts.items() if fault}
    passed = [name for name in answer.verdicts if name not in refused]
    said = "; ".join(_fault(fault) for fault in refused.values()) or "none"
    return f"answer {number}: refused by {said}; passed {', '.join(passed) or 'none'}"


def _fault(fault: Fault) -> str:
    return f"{fault.gate} ({fault.value}; allowed: {fault.limit})"


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_CHARS else text[:SHOWN_CHARS] + " [...]"
