"""What a batch would take: the requests that are not paid for yet, asked of the work itself.

The work's own `advance` is given what the journals hold and says what each document needs next. So
what is counted is exact for the first step, and a lower bound where later steps and retries depend
on results that are not there yet.

Completion tokens are expected in the proportion to prompt tokens that this corpus's journals show,
or, where there is no history, ASSUMED_RATIO; never more than `max_new_tokens` of each request.
Hours follow from the tokens per second that the ledger knows of the model.
"""

from dataclasses import dataclass, field

from synth_assets.corpus.store import Corpus
from synth_assets.generation.journal.paid import PaidResults
from synth_assets.generation.money.prices import cost, currency_of, price_of
from synth_assets.generation.money.prompt_tokens import PromptCounter
from synth_assets.generation.money.totals import Metered, Totals
from synth_assets.generation.passes import Case, Passes
from synth_assets.generation.protocol import EngineIdentity, Request
from synth_assets.generation.spec import EngineSpec, RulesSpec
from synth_assets.generation.work import NotSelected, Work

ASSUMED_RATIO = 1.0
"""Completion tokens per prompt token where nothing is known: a rewrite or a translation is about as
long as what it is made from. Prompts hold instructions too, so that this is rather too much."""


@dataclass(slots=True)
class Estimate:
    """What one corpus of a batch would take. `hours`, `gpu_hours` and `cost` are None where the
    ledger knows nothing of the model or the profile has no price."""

    corpus: str
    batch: str
    engine: str
    model: str
    documents: int = 0
    eligible: int = 0
    paid: int = 0
    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    counted_by: str = ""
    exact: bool = True
    ratio: float = ASSUMED_RATIO
    ratio_from: str = "assumed"
    hours: float | None = None
    gpu_hours: float | None = None
    cost: float | None = None
    currency: str | None = None

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class Planned:
    """A generated corpus as it would be made."""

    spec: EngineSpec
    identity: EngineIdentity
    inputs: list[Corpus]
    work: Work
    regenerate: bool = False


def estimate(
    planned: Planned, paid: PaidResults, counter: PromptCounter, history: Totals, speed: Metered
) -> Estimate:
    """Walk the inputs; `history` is what this corpus's journals hold, `speed` what the ledger
    knows of the model."""
    identity = planned.identity
    made = Estimate(paid.corpus, paid.batch, identity.kind, identity.model)
    made.counted_by, made.exact = counter.by, counter.exact
    made.ratio, made.ratio_from = _ratio(planned.spec, history)
    passes = Passes(planned.work, paid, planned.inputs, regenerate=planned.regenerate)
    asked = _Asked()
    expected = 0.0
    for cases in passes.cases():
        made.documents += len(cases)
        made.eligible += sum(not isinstance(case.outcome, NotSelected) for case in cases)
        missing = [request for case in cases for request in asked.new(case)]
        for request, tokens in zip(missing, counter.count(missing), strict=True):
            made.prompt_tokens += tokens
            expected += min(tokens * made.ratio, request.sampling.max_new_tokens)
    made.completion_tokens = round(expected)
    made.paid, made.requests = len(asked.known), len(asked.unknown)
    _project(made, planned.spec, speed)
    return made


@dataclass(slots=True)
class _Asked:
    """Distinct keys that documents asked for: those that a journal answers, and the others."""

    known: set[bytes] = field(default_factory=set)
    unknown: set[bytes] = field(default_factory=set)

    def new(self, case: Case) -> list[Request]:
        """Requests that no journal answers and that no earlier document waits for."""
        missing = {request.key: request for request in case.missing}
        self.known.update(bytes.fromhex(key) for key in case.planned if key not in missing)
        found: list[Request] = []
        for key, request in missing.items():
            if (short := bytes.fromhex(key)) not in self.unknown:
                self.unknown.add(short)
                found.append(request)
        return found


def _ratio(spec: EngineSpec, history: Totals) -> tuple[float, str]:
    if isinstance(spec, RulesSpec):
        return 0.0, "no model"
    if history.prompt_tokens and history.completion_tokens:
        return history.completion_tokens / history.prompt_tokens, "earlier results"
    return ASSUMED_RATIO, "assumed"


def _project(made: Estimate, spec: EngineSpec, speed: Metered) -> None:
    """Hours and money of the missing requests."""
    made.hours, made.gpu_hours = _hours(made, spec, speed)
    price = price_of(spec)
    made.currency = currency_of(price)
    if price is not None and not (price.per_gpu_hour and made.gpu_hours is None):
        gpu_seconds = 3600 * (made.gpu_hours or 0.0)
        made.cost = cost(price, made.prompt_tokens, made.completion_tokens, gpu_seconds)


def _hours(made: Estimate, spec: EngineSpec, speed: Metered) -> tuple[float | None, float | None]:
    """Engine hours and GPU hours; rules are judged by requests, since they make no tokens."""
    if not made.requests:
        return 0.0, 0.0
    if isinstance(spec, RulesSpec):
        each = speed.seconds / speed.requests if speed.requests else None
        return (None if each is None else made.requests * each / 3600), 0.0
    if not speed.rate:
        return None, None
    hours = made.completion_tokens / speed.rate / 3600
    return hours, hours * speed.gpu_seconds / speed.seconds
