"""A recipe on a handful of a batch's documents, before anything is spent on the rest.

What is generated goes into the batch's journal, so that the whole batch does not pay for it again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import polars as pl

from synth_assets.corpus.document import Document
from synth_assets.corpus.stage import StageRun
from synth_assets.errors import InputError
from synth_assets.generation.engines import use_engine
from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.gate import Generated
from synth_assets.generation.journal import Journal
from synth_assets.generation.money.ledger import open_meter
from synth_assets.generation.money.prices import cost, currency_of, gpus, price_of
from synth_assets.generation.passes import Case, Passes
from synth_assets.generation.progress import RunStats
from synth_assets.generation.runner import Runner
from synth_assets.generation.spec import EngineSpec
from synth_assets.generation.work import Outcome
from synth_assets.rewriting.rejects import BARRED, Parents
from synth_assets.rewriting.stage import check_engine, check_where, make_work, parents_of, recipe_of
from synth_assets.rewriting.step import Step
from synth_assets.rewriting.work import RecipeWork


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer as the gates saw it, and what each of them says: None where it passes."""

    made: Generated
    verdicts: dict[str, Fault | None]


@dataclass(slots=True)
class Shown:
    """One document, what it came to, and the answers on the way, in the order they were judged."""

    document: Document
    outcome: Outcome
    answers: list[Judged] = field(default_factory=list)
    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Projection:
    """What all documents that the recipe takes would use, in proportion to the handful; money is
    None where the profile has no price."""

    documents: int
    requests: int
    prompt_tokens: int
    completion_tokens: int
    hours: float | None
    money: float | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """`generated` counts the requests that were not in the journal yet."""

    shown: list[Shown]
    projection: Projection
    generated: int


def preview(run: StageRun, recipe: str, n_documents: int) -> Preview:
    """The recipe, as the profile sets it, on some documents of this batch of filtered.

    They are spread evenly over those that the recipe takes. Raises InputError where it takes none;
    else as `rewriting.stage.run`.
    """
    spec = run.profile.rewriting.recipes[recipe].engine
    corpus = f"rewritten/{recipe}"
    recipe_in_profile = recipe_of(run.profile, recipe)
    filtered = parents_of(run, recipe_in_profile)
    meter = open_meter(run, corpus, spec)
    with use_engine(spec) as engine, run.store.files.lock(f"{corpus}/{run.batch}"):
        check_engine(recipe_in_profile, engine.identity)
        work = make_work(run.profile, recipe_in_profile, engine.identity, [filtered])
        taken = _taken(work, filtered)
        handful = Handful(filtered, spread(taken, n_documents))
        with Journal(run.store.files, corpus, run.batch, log=run.log) as journal:
            runner = Runner(engine, journal, log=run.log, cancelled=run.cancelled, meter=meter)
            passes = Passes(work, journal, [handful])
            passes.generate_all(runner)
            shown = [_shown(work, case) for case in _cases(passes)]
        projection = _project(shown, len(taken), spec, runner.stats)
    return Preview(shown, projection, runner.stats.sent)


def spread(rows: list[int], n_documents: int) -> frozenset[int]:
    """So many of the rows, evenly spaced."""
    n = min(n_documents, len(rows))
    return frozenset(rows[place * len(rows) // n] for place in range(n))


@dataclass(frozen=True)
class Handful:
    """Some rows of a corpus; implements `passes.Documents`."""

    corpus: Parents
    rows: frozenset[int]

    @property
    def n_documents(self) -> int:
        return len(self.rows)

    def frames(self) -> Iterator[pl.DataFrame]:
        begin = 0
        for frame in self.corpus.frames():
            here = [row - begin for row in sorted(self.rows) if begin <= row < begin + frame.height]
            yield frame[here]
            begin += frame.height


def _taken(work: RecipeWork, filtered: Parents) -> list[int]:
    """Rows of the documents that the recipe takes, as far as its selection says."""
    check_where(work, filtered)
    barred = [BARRED] if work.recipe.reads == "rejected" else []
    columns = pl.concat(list(filtered.frames([*work.selection.columns, *barred])))
    taken = [
        place
        for place, row in enumerate(columns.iter_rows(named=True))
        if not row.get(BARRED) and work.selection.reason(row) is None
    ]
    if not taken:
        raise InputError(
            f"recipe {work.recipe.name} takes none of the {columns.height:,} documents of this "
            f"batch: see its languages, min_words, max_words and where in the profile"
        )
    return taken


def _cases(passes: Passes) -> Iterator[Case]:
    return (case for window in passes.cases() for case in window)


def _shown(work: RecipeWork, case: Case) -> Shown:
    """The case judged once more, with somebody looking on."""
    answers: list[Judged] = []

    def look(step: Step, made: Generated) -> None:
        gates = [gate for gate in step.gates if not (work.by_rules and gate.models_only)]
        answers.append(Judged(made, {gate.name: gate(made) for gate in gates}))

    outcome = replace(work, witness=look).advance(case.document, case.results)
    results = case.results.values()
    return Shown(
        case.document,
        outcome,
        answers,
        len(results),
        sum(result.prompt_tokens for result in results),
        sum(result.completion_tokens for result in results),
    )


def _project(shown: list[Shown], n_taken: int, spec: EngineSpec, stats: RunStats) -> Projection:
    """Hours are known only where something was generated just now."""
    factor = n_taken / len(shown)
    prompt = round(factor * sum(one.prompt_tokens for one in shown))
    completion = round(factor * sum(one.completion_tokens for one in shown))
    hours = None
    if stats.completion_tokens:
        hours = stats.seconds * completion / stats.completion_tokens / 3600
    price = price_of(spec)
    money = None
    if price is not None and not (price.per_gpu_hour and hours is None):
        money = cost(price, prompt, completion, 3600 * gpus(spec) * (hours or 0.0))
    requests = round(factor * sum(one.requests for one in shown))
    return Projection(n_taken, requests, prompt, completion, hours, money, currency_of(price))
