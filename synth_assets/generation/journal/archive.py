"""All finished journals of one corpus, looked up as one."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from synth_assets.corpus.files import Files
from synth_assets.errors import CorpusError
from synth_assets.generation.journal.finished import FinishedJournal, read_group
from synth_assets.generation.journal.key_table import (
    FAILURE,
    MISSING,
    Places,
    decoded,
    is_failure,
    packed,
)
from synth_assets.generation.protocol import Result

CACHED_GROUPS = 8
"""Row groups that one archive keeps in memory, over all its batches."""

ATTEMPTS = 3
"""Look-ups before a file that keeps changing is given up."""

Owners = NDArray[np.int64]


class Archive:
    """The finished journals in one folder. A success is found before a failure, in whichever
    batch it is; else the first batch by name counts."""

    def __init__(self, files: Files, folder: str) -> None:
        self._files = files
        self._folder = folder
        self._journals: list[FinishedJournal] | None = None
        self._group = lru_cache(maxsize=CACHED_GROUPS)(
            lambda name, group: read_group(files, name, group)
        )

    def lookup(self, keys: Sequence[str], *, failures: bool = True) -> dict[str, Result]:
        """The results of the keys, with or without those that failed."""
        for _ in range(ATTEMPTS):
            if (found := self._read(keys, *self._find(keys), failures=failures)) is not None:
                return found
        raise CorpusError(f"journals in {self._files.path(self._folder)} keep changing; try again")

    def complete(
        self, found: dict[str, Result], keys: Sequence[str], *, failures: bool = True
    ) -> dict[str, Result]:
        """What a live journal has of the keys, and what is here of those that it lacks or that
        failed there: a success counts before a failure, and a later failure before an earlier."""
        rest = [key for key in keys if key not in found or found[key].failed]
        older = self.lookup(rest, failures=failures)
        return found | {
            key: old for key, old in older.items() if key not in found or not old.failed
        }

    def find(self, keys: Sequence[str]) -> Places:
        """Coded places of the keys, to tell known from MISSING and successes from failures."""
        return self._find(keys)[0]

    def forget(self) -> None:
        """Look at the folder again: a journal was added or replaced."""
        self._journals = None
        self._group.cache_clear()

    def _find(self, keys: Sequence[str]) -> tuple[Places, Owners]:
        """Places, and which journal each is of."""
        wanted = packed(keys)
        places: Places = np.full(len(keys), MISSING)
        owners: Owners = np.full(len(keys), -1)
        for owner, journal in enumerate(self._open()):
            left = np.flatnonzero(places >= FAILURE)
            if not len(left):
                break
            here = journal.find(wanted[:, left])
            better = here < np.where(places[left] == MISSING, MISSING, np.uint64(FAILURE))
            places[left[better]] = here[better]
            owners[left[better]] = owner
        return places, owners

    def _read(
        self, keys: Sequence[str], places: Places, owners: Owners, *, failures: bool
    ) -> dict[str, Result] | None:
        """The results at these places; None where a file was replaced meanwhile."""
        found: dict[str, Result] = {}
        if not failures:
            owners = np.where(is_failure(places), -1, owners)
        for owner in np.unique(owners[owners >= 0]).tolist():
            picked = np.flatnonzero(owners == owner)
            journal = self._open()[owner]
            results = journal.read(decoded(places[picked]))
            for at, result in zip(picked.tolist(), results or (), strict=False):
                found[keys[at]] = result
            if results is None or any(found[keys[at]].key != keys[at] for at in picked.tolist()):
                self._group.cache_clear()
                journal.rescan()
                return None
        return found

    def _open(self) -> list[FinishedJournal]:
        if self._journals is None:
            names = self._files.list(self._folder, ".parquet")
            self._journals = [FinishedJournal(self._files, name, self._group) for name in names]
        return self._journals
