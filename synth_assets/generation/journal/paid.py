"""What a batch's requests find in the journals, without touching them: another process may be
writing the live one just now."""

from collections.abc import Iterable
from pathlib import Path

from synth_assets.corpus.files import Files
from synth_assets.generation.journal.archive import Archive
from synth_assets.generation.journal.lines import decode, line_at, whole_lines
from synth_assets.generation.journal.mirror import Mirror
from synth_assets.generation.protocol import Result


class PaidResults:
    """Results of a corpus's finished journals and of a batch's live one; implements
    `passes.Known`. A success is found before a failure."""

    def __init__(self, files: Files, corpus: str, batch: str) -> None:
        self.corpus = corpus
        self.batch = batch
        self._archive = Archive(files, f"journal/{corpus}")
        self._live = _LiveResults(Mirror(files, f"journal/{corpus}/{batch}").live_path)

    def lookup(self, keys: Iterable[str]) -> dict[str, Result]:
        wanted = list(keys)
        return self._archive.complete(self._live.lookup(wanted), wanted)

    def of_this_batch(self, keys: Iterable[str]) -> set[str]:
        return {key for key in keys if key in self._live.offsets}


class _LiveResults:
    """A live journal as it is now: where each key's line begins, a success before a failure. Empty
    where its process compacts it meanwhile; the archive has the results then."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.offsets: dict[str, int] = {}
        for offset, line in whole_lines(path):
            result = decode(line)
            if result is not None and not (result.failed and result.key in self.offsets):
                self.offsets[result.key] = offset

    def lookup(self, keys: Iterable[str]) -> dict[str, Result]:
        wanted = sorted(self.offsets[key] for key in keys if key in self.offsets)
        if not wanted or not self._path.exists():
            return {}
        with self._path.open("rb") as stream:
            found = (line_at(stream.fileno(), offset) for offset in wanted)
            return {result.key: result for result in found if result is not None}
