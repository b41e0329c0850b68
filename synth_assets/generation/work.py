"""A document's work as a pure function of the results so far.

Recipes and translators say what they need next, or what has become of the document. They are asked
again whenever results have come, from the start: nothing is kept between two askings but the
journal, so a killed run goes on where it stopped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from synth_assets.corpus.document import Document
from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.protocol import Request, Result

Results = Mapping[str, Result]


Faults = Mapping[str, Fault]
"""What gates found, by the key of the result that they judged; a passed one is not in it."""

DECLINED = "declined"
"""Error kind of the answer to a retry that was not sent: see `Need.retries`."""


@dataclass(frozen=True, slots=True)
class Need:
    """The requests whose results are needed to go on; those already known may be among them.

    `retries` names, by key, the requests that only ask for another try at a text which a gate
    refused, and the key of that text's result. Where that result is older than this batch's work
    (a changed gate judges it anew) and the profile does not say `regenerate`, the retry is not
    sent: the work is given a result of the error kind DECLINED in its place.
    """

    requests: Sequence[Request]
    retries: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drop:
    """The document goes, with the gate or rule that says so."""

    reason: str
    value: str = ""
    limit: str = ""
    faults: Faults = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotSelected:
    """This work does not concern the document (another language, too short): no loss."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A request of the document failed for good."""

    kind: str
    error: str
    faults: Faults = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """The texts made from the document, extra columns for each of them in the same order, and
    rows for the corpus's further tables by sidecar name."""

    documents: Sequence[Document]
    extra: Sequence[Mapping[str, Any]] = field(default_factory=list)
    tables: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    faults: Faults = field(default_factory=dict)


Outcome = Need | Drop | NotSelected | Failed | Made


class Work(Protocol):
    """What turns parents into made documents; see `stage.generate_corpus`."""

    @property
    def row_version(self) -> str: ...

    def advance(self, document: Document, results: Results) -> Outcome:
        """What the document needs, or what became of it, given the results of all requests that
        this document has asked for so far."""
        ...
