"""One packed sequence by its name, of a batch or of a release, with the documents behind it."""

from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow.parquet as pq

from synth_assets.corpus.files import Files
from synth_assets.errors import InputError
from synth_assets.explore.finder import RELEASES
from synth_assets.explore.tables import PACKED, Place, Shelf, Table

COLUMNS = ["seq_id", "seq_len", "input_ids", "spans", "n_tokens", "n_pad"]
FORM = "parquet"
"""The form of a release that names its documents."""

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Sequence:
    """A row of packed tokens. `spans` say which tokens are whose: `doc_id`, `start`, `end`,
    `doc_start`."""

    name: str
    seq_id: str
    seq_len: int
    n_tokens: int
    n_pad: int
    input_ids: list[int]
    spans: list[dict[str, Any]]

    @property
    def doc_ids(self) -> list[str]:
        return list(dict.fromkeys(span["doc_id"] for span in self.spans))


def find_sequence(shelf: Shelf, name: str) -> Sequence:
    """`packed:BATCH:ROW` or `RELEASE:SHARD:ROW`; rows count from 0. A release is a name, for its
    newest version, or `name/version`; a shard is a file of its manifest, of which the end that
    tells it from others is enough.

    Raises InputError for a name of another form, and for what is not there.
    """
    head, _, rest = name.partition(":")
    middle, _, row = rest.rpartition(":")
    if not (head and middle and row.isdecimal()):
        raise InputError(
            f"{name!r} names no sequence; allowed are packed:BATCH:ROW and RELEASE:SHARD:ROW"
        )
    table = _batch(shelf, middle) if head == PACKED else _shard(shelf.store.files, head, middle)
    with shelf.store.files.open(table.file) as stream:
        rows = pq.read_metadata(stream).num_rows
    if int(row) >= rows:
        raise InputError(f"{name}: {table.file} has {rows:,} sequences, the first being 0")
    ((_, frame),) = shelf.rows([Place("", table, int(row))], COLUMNS)
    found = frame.row(0, named=True)
    return Sequence(name, **found)


def names_sequence(files: Files, asked: str) -> bool:
    """Whether it has the form of a sequence's name, of a release that is there or of packed."""
    parts = asked.split(":")
    if len(parts) < 3 or not parts[-1].isdecimal() or not parts[0]:
        return False
    return parts[0] == PACKED or files.exists(f"{RELEASES}/{parts[0]}")


def _batch(shelf: Shelf, batch: str) -> Table:
    for table in shelf.batches.get(batch, []):
        if table.corpus == PACKED and not table.sidecar:
            return table
    packed = shelf.store.batches(PACKED)
    raise InputError(f"packed has no batch {batch}; it has {', '.join(packed) or 'none'}")


def _shard(files: Files, release: str, shard: str) -> Table:
    folder = _folder(files, release)
    manifest: dict[str, Any] = orjson.loads(files.read(f"{folder}/manifest.json"))
    shards = [name for name in manifest["files"] if name.startswith(f"{FORM}/")]
    wanted = f"/{shard.removesuffix('.parquet')}.parquet"
    found = [name for name in shards if f"/{name}".endswith(wanted)]
    if len(found) != 1:
        some = ", ".join((found or shards)[:SHOWN]) or f"none: it is not exported as {FORM}"
        which = "names several shards of" if found else "is no shard of"
        raise InputError(f"{shard} {which} release {release}; allowed are {some}")
    return Table("release", release, f"{folder}/{found[0]}")


def _folder(files: Files, release: str) -> str:
    """Of a version, or of the newest one of a name."""
    name, _, version = release.partition("/")
    newest = f"{RELEASES}/{name}/newest.json"
    if not version and files.exists(newest):
        version = str(orjson.loads(files.read(newest))["version"])
    folder = f"{RELEASES}/{name}/{version}"
    if not version or not files.exists(f"{folder}/manifest.json"):
        raise InputError(
            f"there is no release {release} under {files.path(RELEASES)}; allowed are packed, "
            f"the name of a release, and name/version"
        )
    return folder
