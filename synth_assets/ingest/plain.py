"""Extraction on plain files: inputs of any kind to one table, without batches or a store."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from synth_assets.corpus.plain import FrameWriter, Staged, check_names
from synth_assets.corpus.schema import DROPPED, conform
from synth_assets.errors import CorpusError, InputError
from synth_assets.ingest.inputs import InputFile, find_inputs
from synth_assets.ingest.read import FRAMED, count_file, read_file
from synth_assets.ingest.rows import COLUMNS, item_groups, rows_of
from synth_assets.packing.tokenizer import token_counter
from synth_assets.profile.model import Profile


@dataclass(slots=True)
class Extracted:
    """What was done, in documents; `unknown` are files of no known kind."""

    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    unknown: list[str] = field(default_factory=list)


def extract_files(
    sources: Sequence[str],
    out: Path,
    dropped: Path,
    profile: Profile,
    log: Callable[[str], None] = lambda _: None,
) -> Extracted:
    """Write the rows that raw_web would have of these files, folders or URLs, and the dropped ones
    beside them; both files appear together at the end, or not at all.

    Raises InputError for a source that does not exist or holds no input, and for names that cannot
    be written or are read too, and CorpusError where records = kept + dropped does not hold.
    """
    done, files = Extracted(), list[InputFile]()
    for source in sources:
        for file in find_inputs(source):
            if isinstance(file, InputFile):
                files.append(file)
            else:
                done.unknown.append(file.path)
    if not files:
        raise InputError(f"no file to read in {', '.join(sources)}: none is of a known kind")
    check_names([Path(file.path) for file in files], [out, dropped])
    count_tokens = token_counter(profile.packing.tokenizer)
    rules, counted = profile.ingest.licenses, 0
    with _writer(out) as kept_table, _writer(dropped) as drops:
        kept_table.add(pl.DataFrame(schema=COLUMNS))
        drops.add(pl.DataFrame(schema=COLUMNS | DROPPED))
        for file in files:
            for items in item_groups(read_file(file, profile.ingest)):
                kept, lost = rows_of(items, count_tokens, rules)
                kept_table.add(conform(kept, COLUMNS, str(out)))
                drops.add(conform(lost, COLUMNS | DROPPED, str(dropped)))
                done.kept += kept.height
                done.dropped.update(lost["drop_reason"])
            what = count_file(file, profile.ingest)
            counted += what.total() - what[FRAMED]
            log(f"{file.path}: read")
        if counted != done.kept + done.dropped.total():
            raise CorpusError(
                f"{counted} records were counted, {done.kept} kept and {done.dropped.total()} "
                f"dropped; nothing was written"
            )
    return done


@contextmanager
def _writer(path: Path) -> Iterator[FrameWriter]:
    """Of a file that appears when the block ends without error."""
    with Staged(path) as staged:
        writer = FrameWriter(staged, path)
        try:
            yield writer
        finally:
            writer.close()
