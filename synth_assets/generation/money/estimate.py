"""What a batch would take: the requests that are not paid for yet, asked of the work itself.

The work's own `advance` is given what the journals hold and says what each document needs next.
That is exact for the next step. Where later steps depend on results that are not there yet, the
recipe's declared shape says how many requests a document takes at most, and later ones are taken to
be as long as those that come next; the sums with them are upper bounds. Retries come on top.

Completion tokens are expected in the proportion to prompt tokens that this corpus's journals show,
or, where there is no history, ASSUMED_RATIO; never more than `max_new_tokens` of each request.
Hours follow from the tokens per second that the ledger knows of the model.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from synth_assets.corpus.document import Document
from synth_assets.generation.journal.paid import PaidResults
from synth_assets.generation.money.prices import cost, currency_of, price_of
from synth_assets.generation.money.prompt_tokens import PromptCounter
from synth_assets.generation.money.totals import Metered, Totals
from synth_assets.generation.passes import Case, Documents, Passes
from synth_assets.generation.protocol import EngineIdentity, Request
from synth_assets.generation.spec import EngineSpec, FreeSpec
from synth_assets.generation.work import NotSelected, Work

ASSUMED_RATIO = 1.0
"""Completion tokens per prompt token where nothing is known: a rewrite or a translation is about as
long as what it is made from. Prompts hold instructions too, so that this is rather too much."""


@dataclass(slots=True)
class Estimate:
    """What one corpus of a batch would take: the requests that come next, and, `at_most`, with all
    steps after them. `hours`, `gpu_hours` and the costs are None where the ledger knows nothing of
    the model or the profile has no price."""

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
    requests_at_most: int = 0
    tokens_at_most: int = 0
    hours: float | None = None
    gpu_hours: float | None = None
    cost: float | None = None
    cost_at_most: float | None = None
    currency: str | None = None

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class Planned:
    """A generated corpus as it would be made. `calls_at_most` says how many requests a document
    takes in all its steps; None where it asks for all at once."""

    spec: EngineSpec
    identity: EngineIdentity
    inputs: Sequence[Documents]
    work: Work
    regenerate: bool = False
    calls_at_most: Callable[[Document], int] | None = None


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
    asked, later = _Asked(), _Later()
    expected = 0.0
    for cases in passes.cases():
        made.documents += len(cases)
        made.eligible += sum(not isinstance(case.outcome, NotSelected) for case in cases)
        missing = [request for case in cases for request in asked.new(case)]
        prompt = counter.count(missing)
        answers = [
            min(tokens * made.ratio, request.sampling.max_new_tokens)
            for request, tokens in zip(missing, prompt, strict=True)
        ]
        made.prompt_tokens += sum(prompt)
        expected += sum(answers)
        if planned.calls_at_most is not None and missing:
            later.add(_steps_left(cases, planned.calls_at_most), prompt, answers)
    made.completion_tokens = round(expected)
    made.paid, made.requests = len(asked.known), len(asked.unknown)
    _project(made, planned.spec, speed, later)
    return made


def _steps_left(cases: Sequence[Case], calls_at_most: Callable[[Document], int]) -> int:
    """Requests that may still come after those that the documents wait for now."""
    waiting = [case for case in cases if case.missing]
    return sum(max(0, calls_at_most(case.document) - len(case.planned)) for case in waiting)


@dataclass(slots=True)
class _Later:
    """Requests of later steps, taken to be as long as those before them."""

    requests: int = 0
    prompt_tokens: float = 0.0
    completion_tokens: float = 0.0

    def add(self, requests: int, prompt: Sequence[int], completion: Sequence[float]) -> None:
        self.requests += requests
        self.prompt_tokens += requests * sum(prompt) / len(prompt)
        self.completion_tokens += requests * sum(completion) / len(completion)


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
    if isinstance(spec, FreeSpec):
        return 0.0, "no model"
    if history.prompt_tokens and history.completion_tokens:
        return history.completion_tokens / history.prompt_tokens, "earlier results"
    return ASSUMED_RATIO, "assumed"


def _project(made: Estimate, spec: EngineSpec, speed: Metered, later: _Later) -> None:
    """Hours and money of the missing requests, and the same with all later steps."""
    prompt = made.prompt_tokens + round(later.prompt_tokens)
    completion = made.completion_tokens + round(later.completion_tokens)
    made.requests_at_most = made.requests + later.requests
    made.tokens_at_most = prompt + completion
    made.hours, made.gpu_hours = _hours(made, spec, speed)
    price = price_of(spec)
    made.currency = currency_of(price)
    if price is not None and not (price.per_gpu_hour and made.gpu_hours is None):
        gpu_seconds = 3600 * (made.gpu_hours or 0.0)
        more = completion / made.completion_tokens if made.completion_tokens else 1.0
        made.cost = cost(price, made.prompt_tokens, made.completion_tokens, gpu_seconds)
        made.cost_at_most = cost(price, prompt, completion, more * gpu_seconds)


def _hours(made: Estimate, spec: EngineSpec, speed: Metered) -> tuple[float | None, float | None]:
    """Engine hours and GPU hours; rules are judged by requests, since they make no tokens."""
    if not made.requests:
        return 0.0, 0.0
    if isinstance(spec, FreeSpec):
        each = speed.seconds / speed.requests if speed.requests else None
        return (None if each is None else made.requests * each / 3600), 0.0
    if not speed.rate:
        return None, None
    hours = made.completion_tokens / speed.rate / 3600
    return hours, hours * speed.gpu_seconds / speed.seconds
