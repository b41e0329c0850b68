"""What each page of the explorer shows: a template and its values, nothing of HTTP."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, urlencode, urlsplit

from synth_assets.errors import InputError, SynthAssetsError
from synth_assets.explore.ask import Explorer, as_id, is_address
from synth_assets.explore.assemble import scores_of, text_of, unknown_documents
from synth_assets.explore.family import Family, Member
from synth_assets.explore.index.look import Entry, From, Index
from synth_assets.explore.prompts import prompts_of
from synth_assets.explore.releases import all_releases, card_of
from synth_assets.explore.sequences import names_sequence
from synth_assets.explore.terminal import WITHDRAWN, pages_of, refused, told
from synth_assets.explore.web.beside import beside, changes
from synth_assets.profile.model import Profile
from synth_assets.report.funnel import funnel

LISTED = 25
DUPLICATES = 50
NO_WORDS = "No document has all these words."
PART_OF_ID = re.compile(r"[0-9a-fA-F]{8,32}")
TEXT_CHARS = 200_000
"""Of a text that a page shows or compares; the rest is counted."""

View = Literal["text", "changes", "beside"]


@dataclass(frozen=True, slots=True)
class Page:
    """A template and what it is given."""

    template: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Views:
    """All pages over one store, looked up by its index."""

    explorer: Explorer
    index: Index
    profile: Profile
    behind: tuple[str, ...] = ()
    """Batches and releases that are not indexed as they are now."""

    def home(self, batch: str | None) -> Page:
        """The batches, and the funnel of one, by default the last.

        Raises InputError for a batch that is not there.
        """
        shelf = self.explorer.shelf
        self._refuse_unknown(batch=batch)
        keys = list(shelf.batches)
        chosen = batch or (keys[-1] if keys else None)
        rows = funnel(shelf.store, shelf.corpora, chosen) if chosen else []
        most = max((row.counts.read.documents for row in rows), default=1) or 1
        values = {"batches": keys[::-1], "chosen": chosen, "rows": rows, "most": most}
        return Page("home.html", {"root": shelf.store.files.root, "query": "", **values})

    def releases(self) -> Page:
        """Every version of every release; each leads to its corpus card."""
        files = self.explorer.shelf.store.files
        return Page("releases.html", {"query": "", "releases": all_releases(files)})

    def card(self, release: str) -> bytes:
        """The corpus card, a page of its own. Raises InputError where there is none."""
        return card_of(self.explorer.shelf.store.files, release)

    def search(self, asked: str, begin: str) -> Page | str:
        """Documents for what was asked, the best first; the address to go to where it names a
        document, a single page or a sequence."""
        asked = asked.strip()
        if straight := self._straight(asked):
            return straight
        if is_address(asked) and (crawls := self._crawls(asked)):
            if len(crawls) == 1:
                return f"/document/{quote(crawls[0])}"
            family = self.explorer.family(crawls)
            return Page("crawls.html", {"query": asked, "pages": [*family.members.values()]})
        passed = int(begin) if begin.isdecimal() else 0
        found = self.index.search(asked, LISTED, passed)
        values = {"query": asked, "title": f"Documents with {asked}" if asked else "Search"}
        more = f"/search?{urlencode({'q': asked, 'from': passed + LISTED})}"
        nothing = "" if found else self._nothing_for(asked)
        return _list(found, more, nothing, values | {"words": nothing == NO_WORDS})

    def drops(self, corpus: str, reason: str, batch: str, begin: str) -> Page:
        """Documents that a corpus dropped for a reason, or for any; of a batch or of all.

        Raises InputError for a corpus or a batch that is not there.
        """
        self._refuse_unknown(corpus, batch)
        found = self.index.dropped(corpus, reason, LISTED, _from(begin), batch)
        asked = {"reason": reason, "batch": batch, "from": _behind(found)}
        more = f"/drops/{quote(corpus)}?{urlencode(asked)}"
        title = f"{corpus}: {reason or 'all that was dropped'}"
        values = {"query": "", "title": title, "corpus": corpus, "reason": reason}
        return _list(found, more, "Nothing was dropped so.", values | {"batch": batch})

    def document(self, doc_id: str, view: str) -> Page:
        """One document: its way, its text beside its parent's, how it was made, its family."""
        family = self.explorer.family([doc_id])
        member = family.members[doc_id]
        parent = family.parent_of(member)
        shelf = self.explorer.shelf
        chosen = _view(view, member, parent)
        text = text_of(shelf, member)
        values: dict[str, Any] = {"view": chosen, "cut": max(0, len(text) - TEXT_CHARS)}
        text = text[:TEXT_CHARS]
        before = text_of(shelf, parent)[:TEXT_CHARS] if parent and chosen != "text" else ""
        if chosen == "changes":
            values["changes"] = changes(before, text)
        elif chosen == "beside":
            values["pairs"] = beside(before, text)
        pages = pages_of(family, member)
        lead = _lead(member)
        followers = self.explorer.finder.followers([lead], DUPLICATES)
        return Page(
            "document.html",
            values
            | {
                "query": "",
                "member": member,
                "parent": parent,
                "text": text,
                "family": list(family.walk()),
                "pages": pages,
                "withdrawn": WITHDRAWN,
                "hrefs": {page.doc_id: _href(page) for page in pages},
                "steps": [(step, refused(step)) for step in told(member)],
                "scores": scores_of(shelf, _scored(family, member)),
                "prompts": prompts_of(shelf, self.profile, family, member),
                "duplicates": self.index.entries(
                    [one for one in (lead, *followers) if one != doc_id]
                ),
            },
        )

    def sequence(self, name: str) -> Page:
        """A packed sequence and the documents behind it."""
        found, family = self.explorer.sequence(name)
        spans = [(span, family.members.get(span["doc_id"])) for span in found.spans]
        return Page("sequence.html", {"query": "", "sequence": found, "spans": spans})

    def _refuse_unknown(self, corpus: str | None = None, batch: str | None = None) -> None:
        shelf = self.explorer.shelf
        for kind, asked, known in (
            ("corpus", corpus, shelf.corpora),
            ("batch", batch, [*shelf.batches]),
        ):
            if asked and asked not in known:
                raise InputError(
                    f"there is no {kind} {asked}; allowed are {', '.join(known) or 'none'}"
                )

    def _nothing_for(self, asked: str) -> str:
        """The sentence for a search that found nothing."""
        if not asked:
            return "Type words, a phrase in quotes, a URL or a document id."
        try:
            one = self.explorer.resolve(asked)[0]
        except InputError as error:
            return f"Nothing found: {error}."
        if PART_OF_ID.fullmatch(one):
            return f"Nothing found: {unknown_documents(self.explorer.shelf, [one])}."
        return NO_WORDS

    def _straight(self, asked: str) -> str | None:
        files = self.explorer.shelf.store.files
        if names_sequence(files, asked):
            return f"/sequence/{quote(asked, safe=':/')}"
        doc_id = as_id(asked)
        known = asked and " " not in asked and self.explorer.finder.places([doc_id])
        return f"/document/{quote(doc_id)}" if known else None

    def _crawls(self, asked: str) -> list[str]:
        try:
            return self.explorer.resolve(asked)
        except SynthAssetsError:
            return []


def _list(found: Sequence[Entry], more: str, nothing: str, values: dict[str, Any]) -> Page:
    given = {
        "entries": found,
        "more": more if len(found) == LISTED else "",
        "nothing": nothing,
    }
    blank = {"corpus": "", "reason": "", "batch": "", "words": False}
    return Page("list.html", blank | given | values)


def _from(begin: str) -> From | None:
    """Where a list goes on; `_behind` wrote it."""
    batch, _, place = begin.rpartition("@")
    return From(batch, int(place)) if batch and place.isdecimal() else None


def _behind(found: Sequence[Entry]) -> str:
    return f"{found[-1].batch}@{found[-1].place}" if found else ""


def _view(asked: str, member: Member, parent: Member | None) -> View:
    if parent is None or asked == "text":
        return "text"
    if asked in ("changes", "beside"):
        return "changes" if asked == "changes" else "beside"
    return "beside" if member.fields["kind"] == "translated" else "changes"


def _lead(member: Member) -> str:
    """The document that stays for this one, or itself."""
    step = next((one for one in reversed(member.steps) if one.duplicate_of), None)
    return (step.cluster_root or step.duplicate_of or "") if step else member.doc_id


def _scored(family: Family, member: Member) -> Member:
    """The member itself, or the page whose masked text it is."""
    parent = family.parent_of(member)
    masked = member.scored is None and member.fields["kind"] == "natural"
    return parent if masked and parent is not None else member


def _href(member: Member) -> str | None:
    """The address of a page where it may be linked: nothing that a browser would run."""
    url = member.fields["url"] or ""
    try:
        return url if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None
