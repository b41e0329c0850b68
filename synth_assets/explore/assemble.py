"""A family put together from the rows that a finder points to."""

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.schema import DROPPED as DROP_COLUMNS
from synth_assets.errors import InputError
from synth_assets.explore.family import DROPPED, KEPT, Asked, Family, Member, Span, Step
from synth_assets.explore.finder import Finder
from synth_assets.explore.tables import MEASURED, PACKED, Place, Shelf
from synth_assets.generation.tables import REQUESTS
from synth_assets.takedown.entries import DOCUMENT_ID
from synth_assets.takedown.register import Register

FIELDS = [name for name in DOCUMENT if name not in ("text", "content_hash")]
JUDGED = ["doc_id", "relation", "cluster_root", "similarity", *DROP_COLUMNS]


def family_of(shelf: Shelf, finder: Finder, doc_ids: Sequence[str]) -> Family:
    """The family of some documents, which may be of several pages.

    Raises InputError where none of them is known, CorpusError where the corpora changed since the
    finder looked at them.
    """
    own = finder.places(doc_ids)
    whole = [place for place in own if place.table.holds_documents]
    if not whole:
        raise unknown_documents(shelf, doc_ids)
    known = list(dict.fromkeys(place.doc_id for place in whole))
    frames = shelf.rows(_first_of_each(whole), ["doc_id", "root_ids"])
    roots = list(dict.fromkeys(root for _, frame in frames for root in frame["root_ids"][0]))
    others = [one for one in (*roots, *finder.members(roots)) if one not in known]
    places = [*own, *finder.places(others)] if others else own
    members = _members(shelf, places)
    held = finder.releases(list(members))
    for member in members.values():
        member.releases = held.get(member.doc_id, [])
    return Family(known, members)


def documents_of(shelf: Shelf, finder: Finder, doc_ids: Sequence[str]) -> Family:
    """Documents and their web pages alone, without what else was made of these."""
    own = [place for place in finder.places(doc_ids) if place.table.holds_documents]
    if not own:
        raise unknown_documents(shelf, doc_ids)
    members = _members(shelf, own)
    roots = [one for member in members.values() for one in member.fields["root_ids"]]
    pages = [one for one in dict.fromkeys(roots) if one not in members]
    above = [place for place in finder.places(pages) if place.table.holds_documents]
    return Family(list(doc_ids), _members(shelf, above) | members)


def unknown_documents(shelf: Shelf, doc_ids: Sequence[str]) -> InputError:
    """Says what an id is where one was given in part, or something else."""
    whole = all(DOCUMENT_ID.fullmatch(one) for one in doc_ids)
    also = "" if whole else "; an id has 32 hex digits, all of which are needed"
    return unknown(shelf, f"document {', '.join(doc_ids)}", also)


def unknown_page(shelf: Shelf, url: str) -> InputError:
    """Says of an address on the takedown list why it may be nowhere."""
    register = Register.load(shelf.store.files)
    listed = register and register.names_any(pl.DataFrame({"doc_id": [""], "url": [url]}))
    also = "; the takedown list names the address, and a takedown erases addresses with the texts"
    return unknown(shelf, f"page {url}", also if listed else "")


def unknown(shelf: Shelf, what: str, also: str = "") -> InputError:
    """The sentence for what is nowhere under the root."""
    batches = sum(len({table.corpus for table in tables}) for tables in shelf.batches.values())
    return InputError(
        f"{what} is in no corpus under {shelf.store.files.root}; searched were the kept and the "
        f"dropped rows of {batches:,} corpora and batches ({', '.join(shelf.corpora)}){also}"
    )


def _first_of_each(places: Iterable[Place]) -> list[Place]:
    found: dict[str, Place] = {}
    for place in places:
        found.setdefault(place.doc_id, place)
    return list(found.values())


def _members(shelf: Shelf, places: Sequence[Place]) -> dict[str, Member]:
    """By id in the order of the line; every step, span and request in its place."""
    order = {table: number for number, table in enumerate(shelf.tables)}
    places = sorted(places, key=lambda place: (order[place.table], place.first))
    documents = [place for place in places if place.table.holds_documents]
    first = _first_of_each(documents)
    members = {
        place.doc_id: _member(shelf, place, frame.row(0, named=True))
        for place, frame in shelf.rows(first, FIELDS)
    }
    for place, frame in shelf.rows(documents, JUDGED):
        member, row = members[place.doc_id], frame.row(0, named=True)
        member.places.append(place)
        member.steps.append(_step(place, row))
    _add_outcomes(shelf, members, places)
    _add_requests(shelf, members, places)
    _add_spans(shelf, members, places)
    for place, frame in shelf.rows(_of(places, MEASURED), ["doc_id", "lang"]):
        if place.doc_id in members:
            members[place.doc_id].scored = place
            members[place.doc_id].fields["lang"] = frame["lang"][0]  # a page has none before
    for member in members.values():
        member.steps.sort(key=lambda step: _rank(shelf, step))
    return members


def _rank(shelf: Shelf, step: Step) -> tuple[int, int]:
    return list(shelf.batches).index(step.batch), shelf.corpora.index(step.corpus)


def _member(shelf: Shelf, place: Place, row: dict[str, Any]) -> Member:
    fields = {name: row[name] for name in FIELDS}
    file = str((row["source"] or {}).get("file"))
    address = shelf.input_files.get((place.table.batch, file))
    return Member(place.doc_id, fields, [], input_file=address)


def _step(place: Place, row: dict[str, Any]) -> Step:
    table = place.table
    return Step(
        table.corpus,
        table.batch,
        DROPPED if table.sidecar else KEPT,
        row.get("drop_reason"),
        row.get("drop_value"),
        row.get("drop_limit"),
        row.get("duplicate_of"),
        row.get("cluster_root"),
        row.get("similarity"),
        row.get("relation"),
    )


def _add_outcomes(shelf: Shelf, members: dict[str, Member], places: Sequence[Place]) -> None:
    """What generated corpora made of a parent. A dropped one has its row among the dropped, with
    more to say, unless it was taken down since."""
    for place, frame in shelf.rows(_of(places, "outcomes"), ["doc_id", "outcome", "reason"]):
        outcome, reason = frame.select("outcome", "reason").row(0)
        steps = members[place.doc_id].steps if place.doc_id in members else []
        if not any(_is_at(step, place) and step.outcome == DROPPED for step in steps):
            steps.append(Step(place.table.corpus, place.table.batch, outcome, reason))


def _add_requests(shelf: Shelf, members: dict[str, Member], places: Sequence[Place]) -> None:
    names = [name for name in REQUESTS if name != "doc_id"]
    for place, frame in shelf.rows(_of(places, "requests"), list(REQUESTS)):
        steps = members[place.doc_id].steps if place.doc_id in members else []
        for step in steps:
            if _is_at(step, place) and step.outcome != KEPT:
                step.requests += [Asked(*row) for row in frame.select(names).iter_rows()]


def _add_spans(shelf: Shelf, members: dict[str, Member], places: Sequence[Place]) -> None:
    packed = [place for place in places if place.table.corpus == PACKED]
    for place, frame in shelf.rows(packed, ["seq_id", "spans"]):
        seq_id, spans = frame.row(0)
        own = [span for span in spans if span["doc_id"] == place.doc_id]
        if place.doc_id in members:
            members[place.doc_id].spans += [
                Span(
                    place.table.batch,
                    place.first,
                    seq_id,
                    span["start"],
                    span["end"],
                    span["doc_start"],
                )
                for span in own
            ]


def _of(places: Sequence[Place], sidecar: str) -> list[Place]:
    return [place for place in places if place.table.sidecar == sidecar]


def _is_at(step: Step, place: Place) -> bool:
    return (step.corpus, step.batch) == (place.table.corpus, place.table.batch)


def text_of(shelf: Shelf, member: Member) -> str:
    """The text where it was first met."""
    ((_, frame),) = shelf.rows([member.places[0]], ["doc_id", "text"])
    return str(frame["text"][0] or "")


def scores_of(shelf: Shelf, member: Member) -> dict[str, Any]:
    """What the filter measured of a page, by column, without what is null; empty where it did not
    see it."""
    if member.scored is None:
        return {}
    ((_, frame),) = shelf.rows([member.scored], None)
    row = frame.row(0, named=True)
    return {name: value for name, value in row.items() if name != "doc_id" and value is not None}
