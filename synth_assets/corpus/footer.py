"""What a corpus file says about itself: versions, inputs, counts, laws, sidecars."""

from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO, Self

import orjson

from synth_assets.corpus.schema import SCHEMA_VERSION

KEY = b"synth_assets"
"""Key of the JSON under which the footer lies in Parquet's key-value metadata."""


@dataclass(slots=True)
class Tally:
    """Documents and tokens."""

    documents: int = 0
    tokens: int = 0

    def add(self, documents: int, tokens: int) -> None:
        self.documents += documents
        self.tokens += tokens

    def plus(self, other: "Tally") -> "Tally":
        return Tally(self.documents + other.documents, self.tokens + other.tokens)


@dataclass(slots=True)
class Counts:
    """The funnel of one corpus and batch.

    `read` is what came in, counted by the stage; `kept` and `dropped` (by reason) are counted by
    the store as rows are written; `other` holds named numbers of the stage, such as requests.
    """

    read: Tally = field(default_factory=Tally)
    kept: Tally = field(default_factory=Tally)
    dropped: dict[str, Tally] = field(default_factory=dict)
    other: dict[str, int] = field(default_factory=dict)

    @property
    def dropped_total(self) -> Tally:
        total = Tally()
        for tally in self.dropped.values():
            total.add(tally.documents, tally.tokens)
        return total


@dataclass(slots=True, frozen=True)
class Law:
    """A conservation law: two sums that must be equal, term by term named."""

    name: str
    left: dict[str, int]
    right: dict[str, int]

    @property
    def holds(self) -> bool:
        return sum(self.left.values()) == sum(self.right.values())

    def __str__(self) -> str:
        sides = [
            " + ".join(f"{count:,} {term}" for term, count in side.items()) or "0"
            for side in (self.left, self.right)
        ]
        return f"{self.name}: {sides[0]} {'=' if self.holds else '!='} {sides[1]}"


@dataclass(slots=True)
class Footer:
    """Everything a reader needs to trust a file. Holds nothing of time, run or machine, so that
    two runs of one batch give the same bytes. `versions` are of parts that a rerun may take over
    from this file, by name; `parts` names, of inputs that were not read themselves, the sidecar
    that was."""

    corpus: str
    batch: str
    code_version: str
    inputs: dict[str, str]
    counts: Counts = field(default_factory=Counts)
    laws: list[Law] = field(default_factory=list)
    sidecars: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    schema_version: str = SCHEMA_VERSION

    def to_bytes(self) -> bytes:
        value = asdict(self)
        if not self.parts:
            del value["parts"]  # most files have none, and keep the bytes that they had
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        value: dict[str, Any] = orjson.loads(data)
        counts = value["counts"]
        value["counts"] = Counts(
            read=Tally(**counts["read"]),
            kept=Tally(**counts["kept"]),
            dropped={reason: Tally(**tally) for reason, tally in counts["dropped"].items()},
            other=counts["other"],
        )
        value["laws"] = [Law(**law) for law in value["laws"]]
        return cls(**value)

    @classmethod
    def of_file(cls, stream: BinaryIO) -> Self | None:
        """That of a Parquet file; None where this project did not write it."""
        import pyarrow.parquet as pq

        metadata = pq.read_metadata(stream).metadata or {}
        return cls.from_bytes(metadata[KEY]) if KEY in metadata else None

    @property
    def broken_laws(self) -> list[Law]:
        return [law for law in self.laws if not law.holds]
