"""Questions about documents, answered from the index where it is up to date."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from synth_assets.corpus.store import Store
from synth_assets.explore.assemble import documents_of, family_of, unknown_page
from synth_assets.explore.family import Family
from synth_assets.explore.finder import Finder, Scan
from synth_assets.explore.index.look import Index, IndexedShelf
from synth_assets.explore.index.refresh import IndexFolder, out_of_date
from synth_assets.explore.sequences import Sequence as Packed
from synth_assets.explore.sequences import find_sequence
from synth_assets.explore.tables import Shelf
from synth_assets.home import Home
from synth_assets.takedown.entries import DOCUMENT_ID

_ADDRESS = re.compile(r"\w+://|www\.|[^/\s]+\.[^/\s]+/")


@dataclass(frozen=True)
class Explorer:
    """A store and how it is looked up."""

    shelf: Shelf
    finder: Finder

    @classmethod
    def of(cls, store: Store, home: Home) -> "Explorer":
        """With the index, unless it lacks something or something changed since."""
        shelf = Shelf(store)
        place = IndexFolder.of(store, home)
        return cls(shelf, Scan(shelf)) if out_of_date(shelf, place) else cls.indexed(store, place)

    @classmethod
    def indexed(cls, store: Store, place: IndexFolder) -> "Explorer":
        """With the index as it is, whether or not the corpora moved on."""
        shelf = IndexedShelf(store, place)
        return cls(shelf, Index(shelf, place))

    def resolve(self, asked: str) -> list[str]:
        """The document of an id, in capitals or not, or all crawls of an address.

        Raises InputError for an address that no web page has.
        """
        if not is_address(asked):
            return [as_id(asked)]
        url = asked if "://" in asked else f"https://{asked}"
        crawls = self.finder.crawls_of(url)
        if not crawls:
            raise unknown_page(self.shelf, url)
        return crawls

    def family(self, doc_ids: Sequence[str]) -> Family:
        return family_of(self.shelf, self.finder, doc_ids)

    def sequence(self, name: str) -> tuple[Packed, Family]:
        """A packed sequence, and the documents behind it with their pages."""
        found = find_sequence(self.shelf, name)
        return found, documents_of(self.shelf, self.finder, found.doc_ids)


def as_id(asked: str) -> str:
    """Ids are in small letters; what has not the form of one stays as it is."""
    return asked.lower() if DOCUMENT_ID.fullmatch(asked.lower()) else asked


def is_address(asked: str) -> bool:
    """Whether it is a URL, with or without its scheme, rather than an id."""
    return bool(_ADDRESS.match(asked))
