"""What the journals under a root hold."""

from dataclasses import dataclass, fields

from synth_assets.corpus.files import Files
from synth_assets.generation.journal.lines import decode
from synth_assets.generation.journal.names import BatchName, live_lines, names, read_manifest


@dataclass(slots=True)
class JournalStats:
    """One batch's journal, in the words of its manifest: lines, distinct keys, keys that only
    failed, lines that repeat a key, damaged lines that were passed over, tokens. The live part
    belongs to a batch that is at work, or was stopped before its end."""

    corpus: str
    batch: str
    lines: int = 0
    keys: int = 0
    failed: int = 0
    repeated: int = 0
    damaged: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    bytes: int = 0
    live_lines: int = 0
    live_bytes: int = 0
    live_damaged: int = 0


_FIELDS = {field.name for field in fields(JournalStats)}


def stats(files: Files) -> list[JournalStats]:
    """One entry a batch, by corpus and batch."""
    return [_stats(files, name) for name in names(files)]


def _stats(files: Files, name: BatchName) -> JournalStats:
    said = read_manifest(files, name) or {}
    known = {key: value for key, value in said.items() if key in _FIELDS}
    found = JournalStats(name.corpus, name.batch, **known)
    if files.exists(name.parquet):
        found.bytes = int(files.filesystem.size(files.path(name.parquet)))
    for line in live_lines(files, name):
        found.live_lines += 1
        found.live_bytes += len(line)
        found.live_damaged += decode(line) is None
    return found
