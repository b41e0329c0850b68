"""Sums of requests and tokens: of a batch's journal, and of the ledger's entries."""

from dataclasses import dataclass, field

from synth_assets.corpus.files import Files
from synth_assets.generation.journal.lines import decode
from synth_assets.generation.journal.names import BatchName, live_lines, names, read_manifest
from synth_assets.generation.money.entries import Entry


@dataclass(slots=True)
class Totals:
    """Requests and tokens, from either source."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def add(self, other: "Totals") -> None:
        self.requests += other.requests
        self.prompt_tokens += other.prompt_tokens
        self.completion_tokens += other.completion_tokens

    def larger(self, other: "Totals") -> "Totals":
        return Totals(
            max(self.requests, other.requests),
            max(self.prompt_tokens, other.prompt_tokens),
            max(self.completion_tokens, other.completion_tokens),
        )


@dataclass(slots=True)
class Metered(Totals):
    """Sums of ledger entries."""

    seconds: float = 0.0
    gpu_seconds: float = 0.0
    money: dict[str | None, float] = field(default_factory=dict)
    models: set[str] = field(default_factory=set)

    def book(self, entry: Entry) -> None:
        self.requests += entry.requests
        self.prompt_tokens += entry.prompt_tokens
        self.completion_tokens += entry.completion_tokens
        self.seconds += entry.seconds
        self.gpu_seconds += entry.gpu_seconds
        self.models.add(entry.model)
        if entry.money is not None:
            self.money[entry.currency] = self.money.get(entry.currency, 0.0) + entry.money

    @property
    def rate(self) -> float | None:
        """Completion tokens per second of a busy engine."""
        return self.completion_tokens / self.seconds if self.seconds else None

    @property
    def cost(self) -> tuple[float | None, str | None]:
        """Money and its currency; what is free has none."""
        priced = {currency: money for currency, money in self.money.items() if currency}
        if len(priced) > 1 or not self.money:
            return None, None
        return next(((money, currency) for currency, money in priced.items()), (0.0, None))


def journaled(
    files: Files, corpus: str | None = None, batch: str | None = None
) -> list[tuple[str, str]]:
    """Corpora and batches that have a journal, live or finished, sorted; or those of them that
    are named."""
    return [
        (found.corpus, found.batch)
        for found in names(files)
        if corpus in (None, found.corpus) and batch in (None, found.batch)
    ]


def journal_totals(files: Files, corpus: str, batch: str) -> Totals:
    """Requests and tokens of a batch's journal, finished and live."""
    name = BatchName(corpus, batch)
    total = Totals()
    if manifest := read_manifest(files, name):
        counts = ("lines", "prompt_tokens", "completion_tokens")
        total = Totals(*(manifest[count] for count in counts))
    for line in live_lines(files, name):
        if (result := decode(line)) is not None:
            total.add(Totals(1, result.prompt_tokens, result.completion_tokens))
    return total
