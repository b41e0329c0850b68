"""What belongs to one document: where it comes from, what was made of it, what became of each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from synth_assets.explore.finder import Held
from synth_assets.explore.tables import Place

KEPT = "kept"
DROPPED = "dropped"
WITH_CHILDREN = "with_children"


@dataclass(slots=True)
class Asked:
    """One request of a document, as its corpus's `requests` have it; see `request_table`."""

    key: str
    outcome: str
    reason: str | None
    value: str | None
    limit: str | None
    finish_reason: str | None
    prompt_tokens: int
    completion_tokens: int


@dataclass(slots=True)
class Step:
    """What became of a document in one corpus: kept or dropped, or in a generated corpus the
    outcome of a parent (with_children, failed, not_selected)."""

    corpus: str
    batch: str
    outcome: str
    reason: str | None = None
    value: str | None = None
    limit: str | None = None
    duplicate_of: str | None = None
    cluster_root: str | None = None
    similarity: float | None = None
    relation: str | None = None
    requests: list[Asked] = field(default_factory=list)


@dataclass(slots=True)
class Span:
    """Tokens `start` to `end` of a packed sequence that are a document's tokens from `doc_start`
    on; `row` is the sequence's number in its batch."""

    batch: str
    row: int
    seq_id: str
    start: int
    end: int
    doc_start: int


@dataclass(slots=True)
class Member:
    """One document with all that its tables say of it; its text and what the filter measured are
    left where they lie (`places`, `scored`)."""

    doc_id: str
    fields: dict[str, Any]
    places: list[Place]
    steps: list[Step] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    releases: list[Held] = field(default_factory=list)
    input_file: str | None = None
    scored: Place | None = None

    @property
    def parent_ids(self) -> list[str]:
        return list(self.fields["parent_ids"])

    @property
    def is_page(self) -> bool:
        return not self.parent_ids

    @property
    def end(self) -> Step:
        """What became of the document in the last corpus that took it or let it go; being a parent
        that a recipe dropped is no end."""
        last = [step for step in self.steps if not is_aside(step)]
        return (last or self.steps)[-1]

    def to_json(self) -> dict[str, Any]:
        fetched = self.fields.get("fetched_at")
        return {
            **self.fields,
            "fetched_at": fetched.isoformat() if isinstance(fetched, datetime) else None,
            "input_file": self.input_file,
            "steps": self.steps,
            "sequences": self.spans,
            "releases": self.releases,
        }


@dataclass(slots=True)
class Family:
    """The documents that share a web page with the ones asked for, by id, in the order of the
    line."""

    asked: list[str]
    members: dict[str, Member]

    @property
    def pages(self) -> list[Member]:
        """Members without a parent here: web pages, or documents of another page's family."""
        return [one for one in self.members.values() if self.parent_of(one) is None]

    def parent_of(self, member: Member) -> Member | None:
        """The first of its parents that is in the family."""
        return next((self.members[one] for one in member.parent_ids if one in self.members), None)

    def children_of(self, member: Member) -> list[Member]:
        above = ((one, self.parent_of(one)) for one in self.members.values())
        return [one for one, parent in above if parent and parent.doc_id == member.doc_id]

    def walk(self) -> Iterator[tuple[int, Member]]:
        """Depth and member, every page followed by what was made of it."""

        def below(depth: int, member: Member) -> Iterator[tuple[int, Member]]:
            yield depth, member
            for child in self.children_of(member):
                yield from below(depth + 1, child)

        for page in self.pages:
            yield from below(0, page)

    def to_json(self) -> dict[str, Any]:
        return {"asked": self.asked, "documents": [one.to_json() for one in self.members.values()]}


def is_generated(corpus: str) -> bool:
    return corpus.startswith(("rewritten/", "translated/"))


def is_aside(step: Step) -> bool:
    """Whether the step says of a parent what a generated corpus made of it, and not where the
    document itself went."""
    return is_generated(step.corpus) and step.outcome != KEPT
