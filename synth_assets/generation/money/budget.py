"""Budgets: what a run and a day have spent, and the sentence that says which limit is reached."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from math import inf

from synth_assets.generation.money.entries import Entry
from synth_assets.generation.money.prices import is_free, price_of
from synth_assets.generation.spec import Budget, EngineSpec, FreeSpec, Limits


@dataclass(slots=True)
class Spent:
    """Sums; money by currency, what has no price left out."""

    tokens: int = 0
    gpu_seconds: float = 0.0
    money: dict[str, float] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        self.tokens += entry.tokens
        self.gpu_seconds += entry.gpu_seconds
        self.pay(entry.money, entry.currency)

    def pay(self, money: float | None, currency: str | None) -> None:
        if money and currency:
            self.money[currency] = self.money.get(currency, 0.0) + money

    def plus(self, other: "Spent") -> "Spent":
        total = Spent(
            self.tokens + other.tokens, self.gpu_seconds + other.gpu_seconds, dict(self.money)
        )
        for currency, money in other.money.items():
            total.pay(money, currency)
        return total


@dataclass(frozen=True, slots=True)
class Limited:
    """One limit and what is spent of it, in its own unit: tokens, GPU hours, or money."""

    key: str
    unit: str
    limit: float
    used: float

    @property
    def left(self) -> float:
        return max(0.0, self.limit - self.used)

    def amount(self, value: float) -> str:
        return f"{value:,.0f} tokens" if self.unit == "tokens" else f"{value:,.2f} {self.unit}"


def limited(budget: Budget, run: Spent, day: Spent, currency: str | None) -> Iterator[Limited]:
    """Every limit that the budget sets, those of the run first."""
    for name, limits, spent in (("run", budget.run, run), ("day", budget.day, day)):
        yield from _limited(f"generation.budget.{name}", limits, spent, currency)


@dataclass(frozen=True, slots=True)
class Room:
    """What may still be spent before any limit is reached; infinite where there is none."""

    tokens: float
    money: float


UNLIMITED = Room(inf, inf)


def room_left(budget: Budget, run: Spent, day: Spent, currency: str | None) -> Room:
    items = list(limited(budget, run, day, currency))
    tokens = min((item.left for item in items if item.unit == "tokens"), default=inf)
    money = min((item.left for item in items if item.key.endswith(".money")), default=inf)
    return Room(tokens, money)


def _limited(key: str, limits: Limits, spent: Spent, currency: str | None) -> Iterator[Limited]:
    if limits.tokens is not None:
        yield Limited(f"{key}.tokens", "tokens", limits.tokens, spent.tokens)
    if limits.gpu_hours is not None:
        hours = spent.gpu_seconds / 3600
        yield Limited(f"{key}.gpu_hours", "GPU hours", limits.gpu_hours, hours)
    if limits.money is not None:
        used = spent.money.get(currency or "", 0.0)
        yield Limited(f"{key}.money", currency or "money", limits.money, used)


def binding(budget: Budget, spec: EngineSpec) -> Budget:
    """What of a budget binds an engine: nothing the rules engine, which makes no paid tokens; no
    limit of money an engine that costs none. A limit stops only what adds to it."""
    if isinstance(spec, FreeSpec):
        return Budget()
    price = price_of(spec)
    if price is not None and not is_free(price):
        return budget
    return Budget(run=_without_money(budget.run), day=_without_money(budget.day))


def _without_money(limits: Limits) -> Limits:
    return limits.model_copy(update={"money": None})


def reached(
    budget: Budget, run: Spent, day: Spent, today: date, currency: str | None
) -> str | None:
    """One sentence that names the first limit that is reached, or None."""
    for item in limited(budget, run, day, currency):
        if item.used >= item.limit:
            whose, again = (
                (f"all runs of {today}", "a run tomorrow")
                if ".day." in item.key
                else ("this run", "the next run")
            )
            return (
                f"the budget {item.key} of {item.amount(item.limit)} is spent: "
                f"{item.amount(item.used)} by {whose}; what is finished is kept, and {again}, "
                f"or one with a higher limit, goes on"
            )
    return _mixed(budget, run, day, currency)


def _mixed(budget: Budget, run: Spent, day: Spent, currency: str | None) -> str | None:
    for name, limits, spent in (("run", budget.run, run), ("day", budget.day, day)):
        others = sorted(spent.money.keys() - {currency})
        if limits.money is not None and currency and others:
            return (
                f"generation.budget.{name}.money is in {currency}, and the ledger holds costs of "
                f"the same {name} in {', '.join(others)}: a limit of money needs one currency"
            )
    return None
