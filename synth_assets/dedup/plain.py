"""Near-duplicate removal on plain files, without batches, manifests or families.

Documents are judged in the order of the files and of the rows in them: the first seen stays. Copies
that are equal byte by byte are exact duplicates; all others go by their shingles.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import orjson
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from synth_assets.corpus.plain import PARQUET, Columns, Staged, check_names
from synth_assets.dedup import kernel
from synth_assets.dedup.index import BANDS, MINHASH, Index, save_bands
from synth_assets.dedup.judgement import judge
from synth_assets.dedup.minhash import MinHasher
from synth_assets.dedup.pages import pages_with
from synth_assets.dedup.plain_files import PAGE, PlainFiles, some_texts
from synth_assets.dedup.signatures import hasher_of, parameters
from synth_assets.dedup.similarity import TextSource
from synth_assets.dedup.texts import OwnBatch
from synth_assets.errors import InputError
from synth_assets.profile.dedup import DedupProfile
from synth_assets.text.columns import Int64s, Texts, UInt32s, UInt64s, in_parallel

ROWS = "rows.parquet"
KEY = b"synth_assets_bands"
"""Where rows.parquet says what its bands were made with."""


@dataclass(frozen=True)
class FileIndex:
    """A folder of bands that an earlier call wrote: rows.parquet, bands.npy and minhash.npy."""

    folder: Path
    admission: int

    @property
    def key(self) -> str:
        return str(self.folder)

    @cached_property
    def index(self) -> Index:
        return Index.at(self.folder / BANDS, self.folder / MINHASH)

    def rows(self, numbers: Sequence[int]) -> pl.DataFrame:
        chosen = pl.Series(numbers, dtype=pl.UInt32)
        return with_families(pages_with(str(self.folder / ROWS), "row", chosen)).sort("row")

    @cached_property
    def about(self) -> dict[str, object]:
        """Parameters and the columns of the files. Raises InputError where it is no such folder."""
        path = self.folder / ROWS
        metadata = (pq.read_metadata(path).metadata or {}) if path.exists() else {}
        if KEY not in metadata:
            raise InputError(f"{self.folder} holds no bands: write them with `--bands FOLDER`")
        about: dict[str, object] = orjson.loads(metadata[KEY])
        return about

    def check(self, dedup: DedupProfile) -> None:
        """Raises InputError for bands of other parameters."""
        for name, value in parameters(dedup).items():
            if self.about.get(name) != value:
                raise InputError(
                    f"the bands in {self.folder} were made with {name} = {self.about.get(name)}, "
                    f"now it is {value}; make them again, or use the same parameters"
                )


@dataclass(frozen=True)
class Outcome:
    """What was done, in documents."""

    read: int
    kept: int
    dropped: dict[str, int] = field(default_factory=dict)
    figures: dict[str, int] = field(default_factory=dict)


def dedup_files(
    inputs: Sequence[Path],
    out: Path,
    dedup: DedupProfile,
    *,
    clusters: Path | None = None,
    against: Sequence[Path] = (),
    bands: Path | None = None,
    columns: Columns | None = None,
    stop: Callable[[], None] = lambda: None,
) -> Outcome:
    """Write the documents that stay to `out` and the others to `<out>.dropped.parquet`, each as it
    came with what it duplicates, and null in the columns that only other files have; `bands` keeps
    what a later call needs as `against`, which reads the texts of candidates in the files written
    here.

    Raises InputError for files that cannot be read, or whose columns differ in type, for names that
    cannot be written, and for ids that occur twice. Every file appears
    whole or not at all, the kept documents last.
    """
    _check(inputs, out, clusters, bands)
    earlier = [FileIndex(folder, number) for number, folder in enumerate(against)]
    for index in earlier:
        index.check(dedup)
    files = PlainFiles(inputs, columns or Columns())
    with TemporaryDirectory(dir=_folder(bands.parent if bands else out.parent)) as made:
        folder = Path(made)
        rows = _write_index(files, folder, dedup, stop)
        own = OwnBatch(FileIndex(folder, len(earlier)), rows)
        source = _source(files, own, earlier)
        judgement = judge(own, earlier, source, dedup, scratch=folder, stop=stop)
        outcome = _divide(files, rows, judgement.verdicts, out)
        if clusters is not None:
            with Staged(clusters) as staged:
                judgement.clusters.drop("batch").write_parquet(staged)
        if bands is not None:
            gone = pl.col("doc_id").is_in(judgement.verdicts["doc_id"].implode())
            written = [pl.lit(str(path.absolute())) for path in (_dropped(out), out)]
            where = pl.when(gone).then(written[0]).otherwise(written[1])
            _save_rows(files, rows.with_columns(corpus=where), dedup, folder / ROWS)
            _move(folder, bands)
    return Outcome(*outcome, judgement.figures)


def _check(inputs: Sequence[Path], out: Path, clusters: Path | None, bands: Path | None) -> None:
    check_names(inputs, [out, _dropped(out), *([clusters] if clusters else [])])
    if clusters is not None and clusters.suffix != PARQUET:
        raise InputError(f"{clusters} cannot be written; the clusters need a name in .parquet")
    if bands is not None and out.suffix != PARQUET:
        raise InputError(
            f"{out} cannot be written with --bands, by which single documents of it are read "
            f"again; give a name in .parquet"
        )


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def _move(made: Path, bands: Path) -> None:
    """The rows last: without them a folder holds no bands."""
    _folder(bands)
    (bands / ROWS).unlink(missing_ok=True)
    for name in (BANDS, MINHASH, ROWS):
        (made / name).replace(bands / name)


def _write_index(
    files: PlainFiles, folder: Path, dedup: DedupProfile, stop: Callable[[], None]
) -> pl.DataFrame:
    hasher = hasher_of(dedup)
    minhash = np.lib.format.open_memmap(
        folder / MINHASH, "w+", np.uint32, (files.count, hasher.num_perm)
    )
    counts, keys = np.zeros(files.count, np.int64), np.zeros(files.count, np.uint64)
    ids = []
    for first, table in files.tables():
        stop()
        ids.append(files.ids(table, first))
        texts, part = Texts.of(table[files.columns.text]), slice(first, first + len(table))
        minhash[part], counts[part] = hasher.signatures(texts)
        keys[part] = _content_keys(texts)
    rows = _rows(files, pl.concat(ids or [pl.Series("doc_id", dtype=pl.String)]), counts, keys)
    _save_bands(folder / BANDS, minhash, keys, hasher)
    return rows


def _content_keys(texts: Texts) -> UInt64s:
    keys = np.zeros(len(texts), dtype=np.uint64)
    in_parallel(
        lambda first, last: kernel.content_keys(
            texts.data, texts.ends[first : last + 1], keys[first:last]
        ),
        len(texts),
    )
    return keys


def _rows(files: PlainFiles, ids: pl.Series, counts: Int64s, keys: UInt64s) -> pl.DataFrame:
    rows = pl.DataFrame(
        {
            "row": pl.Series(np.arange(files.count), dtype=pl.UInt32),
            "doc_id": ids,
            "corpus": files.names(),
            "n_shingles": counts,
        }
    )
    twice = rows.filter(pl.col("doc_id").is_duplicated())
    if twice.height:
        raise InputError(f"{twice['corpus'][0]}: the id {twice['doc_id'][0]!r} occurs twice")
    digits = pl.Series([f"{key:016x}" for key in keys.tolist()], dtype=pl.String)
    return with_families(rows.with_columns(content_hash=digits))


def with_families(rows: pl.DataFrame) -> pl.DataFrame:
    """Plain documents are natural ones, each a family of its own."""
    return rows.with_columns(
        family=pl.concat_list("doc_id"),
        parent_ids=pl.lit([], dtype=pl.List(pl.String)),
        kind=pl.lit("natural"),
        relation=pl.lit(None, dtype=pl.String),
    )


def _save_bands(path: Path, minhash: UInt32s, keys: UInt64s, hasher: MinHasher) -> None:
    _, first = np.unique(keys, return_index=True)
    first.sort()
    save_bands(path, hasher, minhash, first, keys[first])


def _save_rows(files: PlainFiles, judged: pl.DataFrame, dedup: DedupProfile, path: Path) -> None:
    """Rows with the files in which their documents are read again, and what they were made with."""
    about = parameters(dedup) | {"id": files.columns.id, "text": files.columns.text}
    table = judged.drop("family", "parent_ids").to_arrow(compat_level=pl.CompatLevel.oldest())
    metadata = {KEY: orjson.dumps(about)}
    pq.write_table(table.replace_schema_metadata(metadata), path, compression="zstd", **PAGE)


def _dropped(out: Path) -> Path:
    return out.with_suffix(".dropped.parquet")


def _source(files: PlainFiles, own: OwnBatch, earlier: Sequence[FileIndex]) -> TextSource:
    columns = {
        index.key: Columns(str(index.about["id"]), str(index.about["text"])) for index in earlier
    }

    def source(
        batch: str, name: str, wanted: Mapping[str, str]
    ) -> Iterator[tuple[list[str], Texts]]:
        ids = list(wanted)
        if batch != own.admitted.key:
            yield from some_texts(Path(name), columns[batch], ids)
            return
        chosen = own.rows.filter(pl.col("doc_id").is_in(pl.Series(ids).implode()))
        for rows, texts in files.texts(chosen["row"].to_numpy().astype(np.int64)):
            yield own.rows["doc_id"].gather(rows).to_list(), texts

    return source


def _divide(
    files: PlainFiles, rows: pl.DataFrame, verdicts: pl.DataFrame, out: Path
) -> tuple[int, int, dict[str, int]]:
    """Kept and dropped rows, streamed; returns how many were read, kept, and dropped by reason."""
    left = verdicts.join(rows.select("doc_id", "row"), on="doc_id").sort("row").drop("doc_id")
    places, reasons = left["row"].to_numpy(), left["drop_reason"]
    extra = left.drop("row").to_arrow(compat_level=pl.CompatLevel.oldest())
    for name in set(extra.schema.names).intersection(files.schema.names):
        raise InputError(f"the documents have a column {name!r}, which dropped ones get; rename it")
    with (
        Staged(out) as kept_path,
        Staged(_dropped(out)) as dropped_path,
        files.writer(kept_path, out) as keep,
        files.writer(dropped_path, _dropped(out), tuple(extra.schema)) as drop,
    ):
        for first, table in files.tables():
            low, high = np.searchsorted(places, [first, first + len(table)])
            gone = np.zeros(len(table), dtype=bool)
            gone[places[low:high] - first] = True
            keep.write_table(table.filter(pa.array(~gone)))
            if low == high:
                continue
            dropped = table.filter(pa.array(gone))
            for name in extra.schema.names:
                dropped = dropped.append_column(name, extra[name].slice(low, high - low))
            drop.write_table(dropped)
    by_reason = dict(reasons.value_counts(sort=True).iter_rows())
    return files.count, files.count - left.height, by_reason
