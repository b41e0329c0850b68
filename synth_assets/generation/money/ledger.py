"""The meter: counts what an engine does, writes the ledger, and says when a budget is spent."""

import threading
import uuid
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from synth_assets.corpus.stage import StageRun
from synth_assets.generation.engines.identity import identify
from synth_assets.generation.money.budget import UNLIMITED, Spent, binding, reached, room_left
from synth_assets.generation.money.entries import Entry, Ledger, Tail
from synth_assets.generation.money.prices import cost, currency_of, gpus, price_of
from synth_assets.generation.money.prompt_tokens import plain_text
from synth_assets.generation.protocol import Request, Result
from synth_assets.generation.spec import Budget, EngineSpec
from synth_assets.home import Home
from synth_assets.profile.model import Profile

CHARS_PER_TOKEN = 2
"""Of a prompt that is yet to be sent: cautious, English has some four."""


class Meter(Protocol):
    """What the runner tells of an engine's work. Safe to call from several threads."""

    def reserve(self, request: Request, alone: bool) -> bool:
        """Count a request that is about to be sent as taking the most that it can, until its
        result is counted. False, and it is not counted, where that would pass a limit; what is
        `alone` in flight is always taken, so that limits are reached, and passed by one request
        at most."""
        ...

    def count(self, result: Result) -> None:
        """One fresh result of the engine."""
        ...

    def tick(self, busy_s: float) -> None:
        """Seconds that the engine was busy since the last tick; at least every ten seconds and
        at the end. Writes one line, or none where nothing was done."""
        ...

    def exceeded(self) -> str | None:
        """One sentence naming the limit that is reached, or None; cheap enough for every result."""
        ...


@dataclass(frozen=True, slots=True)
class Marks:
    """Whose work it is: the run's mark, corpus and batch, the engine's kind and model."""

    run: str
    corpus: str
    batch: str
    engine: str
    model: str


@dataclass(slots=True)
class _Counted:
    """What was counted since the last line."""

    requests: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class _Most:
    """What requests can take at the most; the money in the currency of the engine's price."""

    tokens: int = 0
    money: float = 0.0

    def plus(self, other: "_Most") -> "_Most":
        return _Most(self.tokens + other.tokens, self.money + other.money)

    def minus(self, other: "_Most") -> "_Most":
        return _Most(self.tokens - other.tokens, self.money - other.money)


class LedgerMeter:
    """Implements Meter for one engine at work on one corpus and batch of a run.

    The run's spending is what the ledger holds under its mark, the day's what all processes of
    the home wrote today; both are read again at every tick. Between ticks the own tokens count at
    once, those of requests in flight as the most that they can be; GPU seconds, and what others
    spend, at most ten seconds late.
    """

    def __init__(self, ledger: Ledger, marks: Marks, spec: EngineSpec, budget: Budget) -> None:
        self._ledger = ledger
        self._spec = spec
        self._price = price_of(spec)
        self._currency = currency_of(self._price)
        self._budget = binding(budget, spec)
        self._marks = marks
        self._lock = threading.Lock()
        self._counted = _Counted()
        self._reserved: dict[str, _Most] = {}
        self._ahead = _Most()
        self._run = Spent()
        self._begin_day()
        for entry in ledger.of_run(marks.run, before=self._today):
            self._run.add(entry)
        self._measure()

    def reserve(self, request: Request, alone: bool) -> bool:
        if self._room == UNLIMITED:
            return True
        prompt = len(plain_text(request.prompt)) // CHARS_PER_TOKEN + 1
        room = request.sampling.max_new_tokens
        most = _Most(prompt + room, cost(self._price, prompt, room, 0.0) or 0.0)
        with self._lock:
            ahead = self._ahead.plus(most)
            if not (alone or self._has_room(ahead)):
                return False
            self._reserved[request.key], self._ahead = most, ahead
            return True

    def count(self, result: Result) -> None:
        with self._lock:
            self._ahead = self._ahead.minus(self._reserved.pop(result.key, _Most()))
            counted = self._counted
            counted.requests += 1
            counted.failed += result.is_failure
            counted.prompt_tokens += result.prompt_tokens
            counted.completion_tokens += result.completion_tokens
            self._untold.tokens += result.prompt_tokens + result.completion_tokens
            price = cost(self._price, result.prompt_tokens, result.completion_tokens, 0.0)
            self._untold.pay(price, self._currency)

    def tick(self, busy_s: float) -> None:
        with self._lock:
            if busy_s > 0 or self._counted.requests:
                self._ledger.append(self._entry(busy_s))
                self._counted = _Counted()
            self._follow()
            self._measure()

    def exceeded(self) -> str | None:
        if self._sentence is not None or not self._is_near():
            return self._sentence
        with self._lock:
            run, day = self._run.plus(self._untold), self._day.plus(self._untold)
            return reached(self._budget, run, day, self._today, self._currency)

    def _is_near(self) -> bool:
        """Whether what was counted since the last tick fills the room that was left then; asked
        several times for every result, so it takes no lock and sums nothing."""
        room, untold = self._room, self._untold
        return (
            untold.tokens >= room.tokens
            or untold.money.get(self._currency or "", 0.0) >= room.money
        )

    def _has_room(self, ahead: "_Most") -> bool:
        """Whether there is room for this too, beside what was counted since the last tick."""
        room, untold = self._room, self._untold
        return (
            untold.tokens + ahead.tokens <= room.tokens
            and untold.money.get(self._currency or "", 0.0) + ahead.money <= room.money
        )

    def _measure(self) -> None:
        """The room to the nearest limits, and the sentence where there is none left."""
        self._untold = Spent()
        self._sentence = reached(self._budget, self._run, self._day, self._today, self._currency)
        self._room = room_left(self._budget, self._run, self._day, self._currency)

    def _cost(self, gpu_seconds: float) -> float | None:
        counted = self._counted
        return cost(self._price, counted.prompt_tokens, counted.completion_tokens, gpu_seconds)

    def _entry(self, busy_s: float) -> Entry:
        gpu_seconds = round(busy_s * gpus(self._spec), 3)
        money = self._cost(gpu_seconds)
        values: dict[str, Any] = asdict(self._marks) | asdict(self._counted)
        return Entry(
            **values,
            time=self._ledger.now(),
            seconds=round(busy_s, 3),
            gpu_seconds=gpu_seconds,
            money=None if money is None else round(money, 9),
            currency=self._currency,
        )

    def _begin_day(self) -> None:
        self._today = self._ledger.today()
        self._day = Spent()
        self._tail = Tail(self._ledger.path(self._today))
        self._read()

    def _follow(self) -> None:
        """Take in what is new of today; after midnight, the rest of the old day and the new."""
        self._read()
        if self._ledger.today() != self._today:
            self._begin_day()

    def _read(self) -> None:
        for entry in self._tail.read():
            self._day.add(entry)
            if entry.run == self._marks.run:
                self._run.add(entry)


def open_meter(run: StageRun, corpus: str, spec: EngineSpec) -> LedgerMeter:
    """The meter of one stage's run, on this home's ledger and under the profile's budget."""
    identity = identify(spec)
    mark = run.run_id or uuid.uuid4().hex
    marks = Marks(mark, corpus, run.batch, identity.kind, identity.model)
    return LedgerMeter(open_ledger(run.profile), marks, spec, run.profile.generation.budget)


def open_ledger(profile: Profile, home: Home | None = None) -> Ledger:
    """The ledger of a home, its days in the profile's time zone."""
    home = home or Home.find()
    return Ledger(home.path / "ledger", profile.schedule.timezone)
