"""What a running explorer knows: the index as it is now, and where the corpora have moved on."""

import sqlite3
from dataclasses import replace
from threading import Lock
from time import monotonic

from synth_assets.corpus.store import Store
from synth_assets.explore.ask import Explorer
from synth_assets.explore.index.look import Index, IndexedShelf
from synth_assets.explore.index.refresh import IndexFolder, indexed_files, out_of_date
from synth_assets.explore.tables import Shelf
from synth_assets.explore.web.views import Views
from synth_assets.home import Home
from synth_assets.profile.model import Profile

LOOK_S = 3.0
"""Between two looks at the files: a look lists and asks for the age of every one."""


class Live:
    """The views over one store. Index files that appear, change or go show from the next look on;
    a question that is being answered keeps those that it began with."""

    def __init__(
        self, store: Store, home: Home, profile: Profile, *, look_s: float = LOOK_S
    ) -> None:
        self._store = store
        self._place = IndexFolder.of(store, home)
        self._profile = profile
        self._look_s = look_s
        self._lock = Lock()
        self._seen = indexed_files(self._place)
        self._views = self._open()
        self._next = 0.0

    def views(self) -> Views:
        """Called for every request, by several threads."""
        with self._lock:
            if monotonic() >= self._next:
                self._look()
                self._next = monotonic() + self._look_s
            return self._views

    def _look(self) -> None:
        try:
            there = indexed_files(self._place)
            behind = out_of_date(Shelf(self._store), self._place)
            views = self._views if there == self._seen else self._open()
        except (FileNotFoundError, sqlite3.OperationalError):
            return  # a file went between being listed and being asked for
        self._seen, self._views = there, replace(views, behind=tuple(behind))

    def _open(self) -> Views:
        shelf = IndexedShelf(self._store, self._place)
        index = Index(shelf, self._place)
        return Views(Explorer(shelf, index), index, self._profile)
