"""What a batch would take before anything runs: an estimate for every generated corpus."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Store
from synth_assets.errors import CorpusError, ProfileError
from synth_assets.generation.engines.identity import identify
from synth_assets.generation.journal.paid import PaidResults
from synth_assets.generation.money.budget import Limited, Spent, limited
from synth_assets.generation.money.entries import Ledger
from synth_assets.generation.money.estimate import Estimate, Planned, estimate
from synth_assets.generation.money.ledger import open_ledger
from synth_assets.generation.money.prompt_tokens import PromptCounter, prompt_counter
from synth_assets.generation.money.totals import Metered, Totals, journal_totals, journaled
from synth_assets.generation.passes import Documents
from synth_assets.generation.protocol import EngineIdentity
from synth_assets.generation.work import Work
from synth_assets.line import Stage, build_line
from synth_assets.profile.model import Profile
from synth_assets.profile.rewriting import RecipeProfile
from synth_assets.profile.translation import TranslationTarget


@dataclass(frozen=True, slots=True)
class Allowance:
    """A limit of the budget, and what this estimate needs of it; None where that is unknown."""

    limited: Limited
    needed: float | None

    @property
    def share(self) -> float | None:
        """Which part of what is needed the limit leaves room for, at most 1."""
        if self.needed is None:
            return None
        return min(1.0, self.limited.left / self.needed) if self.needed else 1.0

    def __str__(self) -> str:
        item, amount = self.limited, self.limited.amount
        left = f"{item.key}: {amount(item.left)} left of {amount(item.limit)}"
        if self.needed is None or self.share is None:
            return f"{left}; how much this needs is not known"
        if self.share == 1.0:
            return f"{left}; this needs {amount(self.needed)}, which is within it"
        return f"{left}; this needs {amount(self.needed)}: about {self.share:.0%} of it can be made"


@dataclass(frozen=True, slots=True)
class BatchEstimate:
    """All estimates of a batch. `unreadable` says, by corpus, which input is not there yet."""

    batch: str
    estimates: list[Estimate]
    unreadable: dict[str, str]
    allowances: list[Allowance]

    def to_dict(self) -> dict[str, Any]:
        return {
            "batch": self.batch,
            "corpora": [asdict(made) for made in self.estimates],
            "unreadable": self.unreadable,
            "budget": [
                asdict(item.limited)
                | {"left": item.limited.left, "needed": item.needed, "share": item.share}
                for item in self.allowances
            ],
        }


def estimate_batch(profile: Profile, batch: str, corpus: str | None = None) -> BatchEstimate:
    """Estimates of all generated corpora of a batch, or of one.

    Raises CorpusError where the input of the corpus, or of every corpus, is not there;
    ProfileError for a corpus that the profile does not generate.
    """
    store, ledger = Store(profile.root), open_ledger(profile)
    estimates: list[Estimate] = []
    unreadable: dict[str, str] = {}
    for stage in _generated(profile, corpus):
        try:
            estimates.append(_estimate(profile, store, ledger, stage, batch))
        except CorpusError as error:
            unreadable[stage.corpus] = str(error)
    if unreadable and not estimates:
        raise CorpusError(next(iter(unreadable.values())))
    return BatchEstimate(batch, estimates, unreadable, _allowances(profile, ledger, estimates))


def missing_requests(profile: Profile, store: Store, stage: Stage, batch: str) -> tuple[int, int]:
    """How many requests of a generated corpus no journal answers: those that come next, and with
    all steps after them at most. Raises CorpusError where an input is not there."""
    planned = _planned(StageRun(store, profile, batch, stage.code_version), stage)
    uncounted = PromptCounter(lambda requests: [0 for _ in requests], "nothing", exact=False)
    paid = PaidResults(store.files, stage.corpus, batch)
    made = estimate(planned, paid, uncounted, Totals(), Metered())
    return made.requests, made.requests_at_most


def _generated(profile: Profile, corpus: str | None) -> list[Stage]:
    stages = [stage for stage in build_line(profile) if stage.engine is not None]
    found = [stage for stage in stages if corpus in (None, stage.corpus)]
    if not found and corpus is not None:
        names = ", ".join(stage.corpus for stage in stages) or "none"
        raise ProfileError(
            f"{corpus} is no generated corpus of profile {profile.name}; it has: {names}"
        )
    return found


def _estimate(profile: Profile, store: Store, ledger: Ledger, stage: Stage, batch: str) -> Estimate:
    assert stage.engine is not None
    run = StageRun(store, profile, batch, stage.code_version)
    planned = _planned(run, stage)
    return estimate(
        planned,
        PaidResults(store.files, stage.corpus, batch),
        prompt_counter(stage.engine, profile.packing.tokenizer),
        _history(store, stage.corpus),
        _speed(ledger, planned.identity, stage.corpus),
    )


def _planned(run: StageRun, stage: Stage) -> Planned:
    """The corpus as its stage would make it, but for the engine."""
    from synth_assets.rewriting import stage as rewriting
    from synth_assets.translation import stage as translation

    assert stage.engine is not None
    profile = run.profile
    identity = identify(stage.engine)
    inputs: Sequence[Documents] = [run.open(name) for name in stage.inputs]
    room, _, name = stage.corpus.partition("/")
    settings: RecipeProfile | TranslationTarget
    if room == "rewritten":
        settings = profile.rewriting.recipes[name]
        recipe = rewriting.recipe_of(profile, name)
        parents = rewriting.parents_of(run, recipe)
        inputs = [parents]
        rewriting_work = rewriting.make_work(profile, recipe, identity, inputs)
        rewriting.check_where(rewriting_work, parents)
        work: Work = rewriting_work
        calls_at_most = rewriting_work.calls_at_most
    elif name in profile.translation.methods:
        from synth_assets.translation.methods import stage as methods

        inputs = methods.parents_of(run, name)
        return Planned(
            stage.engine, identity, inputs, methods.make_work(profile, name, identity), False
        )
    else:
        settings = profile.translation.targets[name]
        work = translation.make_work(profile, name, identity)
        calls_at_most = None
    return Planned(stage.engine, identity, inputs, work, settings.regenerate, calls_at_most)


def _history(store: Store, corpus: str) -> Totals:
    total = Totals()
    for key in journaled(store.files, corpus):
        total.add(journal_totals(store.files, *key))
    return total


def _speed(ledger: Ledger, identity: EngineIdentity, corpus: str) -> Metered:
    """What the ledger knows of the model: at work on this corpus, or else on any."""
    own, any_corpus = Metered(), Metered()
    for entry in ledger.entries():
        if (entry.engine, entry.model) == (identity.kind, identity.model):
            any_corpus.book(entry)
            if entry.corpus == corpus:
                own.book(entry)
    return own if own.seconds else any_corpus


def _allowances(profile: Profile, ledger: Ledger, estimates: Sequence[Estimate]) -> list[Allowance]:
    """What the budget leaves to a run that begins now, limit by limit."""
    today = Spent()
    for entry in ledger.of_day(ledger.today()):
        today.add(entry)
    currency = next((made.currency for made in estimates if made.currency), None)
    limits = limited(profile.generation.budget, Spent(), today, currency)
    return [Allowance(item, _needed(item, estimates)) for item in limits]


def _needed(item: Limited, estimates: Sequence[Estimate]) -> float | None:
    values = [
        {"tokens": made.tokens, "GPU hours": made.gpu_hours}.get(item.unit, made.cost)
        for made in estimates
    ]
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None
