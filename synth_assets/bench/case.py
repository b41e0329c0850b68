"""What a benchmark is made of: cases, the clock that they start, and what they are held to."""

import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

RATE = "per_cpu_s"
"""The figure of the amount done in a second of CPU time."""


class Watch:
    """The clock of one measured repeat: what runs inside `with watch:` counts, set-up and warm-up
    before it do not.

    CPU time is user and system time of all threads of the process; with `children`, also of child
    processes that ended inside.
    """

    def __init__(self, *, children: bool = False) -> None:
        self.cpu_s = 0.0
        self.wall_s = 0.0
        self._children = children

    def __enter__(self) -> Self:
        self._wall = time.perf_counter()
        self._cpu = self._cpu_seconds()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cpu_s += self._cpu_seconds() - self._cpu
        self.wall_s += time.perf_counter() - self._wall

    def _cpu_seconds(self) -> float:
        who = [resource.RUSAGE_SELF] + [resource.RUSAGE_CHILDREN] * self._children
        used = [resource.getrusage(name) for name in who]
        return sum(one.ru_utime + one.ru_stime for one in used)


@dataclass(frozen=True, slots=True)
class Done:
    """What a repeat did while the watch ran: an amount in the case's unit, figures of its own, and
    its outputs in a fixed order where peers must give the same."""

    amount: float
    figures: Mapping[str, float] = field(default_factory=dict)
    outputs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """What a figure is held to: the case's own, or its ratio to that of the case `against`.

    A ratio is the median over pairs of the same round, which a drift of the machine hits alike.
    """

    figure: str
    against: str | None = None
    at_least: float | None = None
    at_most: float | None = None

    def holds(self, value: float) -> bool:
        return (self.at_least is None or value >= self.at_least) and (
            self.at_most is None or value <= self.at_most
        )


@dataclass(frozen=True, slots=True)
class Case:
    """One way to do the work. `run` builds what it needs, then works inside the watch.

    `peers` are cases of the same benchmark that do the same work another way; `rounds` caps the
    repeats of a case that takes minutes.
    """

    name: str
    run: Callable[[Watch], Done]
    unit: str
    peers: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    rounds: int | None = None
    children: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """One repeat, as its process measured it. `outputs` are digests."""

    case: str
    cpu_s: float
    wall_s: float
    peak_mb: float
    amount: float
    figures: Mapping[str, float]
    outputs: Sequence[str]

    def values(self) -> dict[str, float]:
        """All figures by name."""
        return {
            RATE: self.amount / max(self.cpu_s, 1e-9),
            "per_wall_s": self.amount / max(self.wall_s, 1e-9),
            "cpu_s": self.cpu_s,
            "wall_s": self.wall_s,
            "peak_mb": self.peak_mb,
            **self.figures,
        }
