"""Near-duplicate removal on plain files, without batches, manifests or families.

Documents are judged in the order of the files and of the rows in them: the first seen stays. Copies
that are equal byte by byte are exact duplicates; all others go by their shingles.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import orjson
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from synth_assets.corpus.plain import PARQUET, Columns, Staged, check_names
from synth_assets.dedup import kernel
from synth_assets.dedup.embedding import EMBEDDINGS, LANGUAGE, WIDTH, Int8s, embed
from synth_assets.dedup.file_index import KEY, ROWS, FileIndex, with_families
from synth_assets.dedup.index import BANDS, MINHASH, save_bands
from synth_assets.dedup.judgement import judge
from synth_assets.dedup.minhash import MinHasher
from synth_assets.dedup.plain_editing import PlainEditor, edited_file
from synth_assets.dedup.plain_files import PAGE, PlainFiles, some_texts
from synth_assets.dedup.repeats import PARAGRAPHS, Collector
from synth_assets.dedup.signatures import hasher_of
from synth_assets.dedup.similarity import TextSource
from synth_assets.dedup.texts import OwnBatch
from synth_assets.dedup.version import parameters
from synth_assets.errors import InputError
from synth_assets.profile.dedup import DedupProfile
from synth_assets.text.columns import Int64s, Texts, UInt32s, UInt64s, in_parallel

LANG = "lang"


@dataclass(frozen=True)
class Outcome:
    """What was done, in documents; `edited` ones stay without some paragraphs."""

    read: int
    kept: int
    dropped: dict[str, int] = field(default_factory=dict)
    edited: int = 0
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
    _check(inputs, out, clusters, bands, with_paragraphs=dedup.paragraphs is not None)
    earlier = [FileIndex(folder, number) for number, folder in enumerate(against)]
    for index in earlier:
        index.check(dedup)
    files = PlainFiles(inputs, columns or Columns())
    with TemporaryDirectory(dir=_folder(bands.parent if bands else out.parent)) as made:
        folder = Path(made)
        paragraphs = None if dedup.paragraphs is None else Collector(dedup.paragraphs.min_chars)
        rows = _write_index(files, folder, dedup, paragraphs, stop)
        own = OwnBatch(FileIndex(folder, len(earlier)), rows)
        source = _source(files, own, earlier)
        judgement = judge(own, earlier, source, dedup, scratch=folder, stop=stop)
        editor = _editor(files, own, earlier, paragraphs, judgement.verdicts["doc_id"])
        verdicts = pl.concat([judgement.verdicts, editor.verdicts()], how="diagonal")
        outcome = _divide(editor, verdicts, out, with_edited=dedup.paragraphs is not None)
        if clusters is not None:
            with Staged(clusters) as staged:
                judgement.clusters.drop("batch").write_parquet(staged)
        if bands is not None:
            placed = rows.with_columns(corpus=_where(verdicts["doc_id"], editor.edited, out))
            _save_rows(files, placed, dedup, folder / ROWS)
            _move(folder, bands)
    return Outcome(*outcome, editor.edited.len(), judgement.figures)


def _check(
    inputs: Sequence[Path],
    out: Path,
    clusters: Path | None,
    bands: Path | None,
    *,
    with_paragraphs: bool,
) -> None:
    edited = [edited_file(out)] if with_paragraphs else []
    check_names(inputs, [out, _dropped(out), *edited, *([clusters] if clusters else [])])
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
    for name in (BANDS, MINHASH, EMBEDDINGS, PARAGRAPHS, ROWS):
        if (made / name).exists():
            (made / name).replace(bands / name)


def _write_index(
    files: PlainFiles,
    folder: Path,
    dedup: DedupProfile,
    paragraphs: Collector | None,
    stop: Callable[[], None],
) -> pl.DataFrame:
    hasher = hasher_of(dedup)
    minhash = np.lib.format.open_memmap(
        folder / MINHASH, "w+", np.uint32, (files.count, hasher.num_perm)
    )
    vectors = None if dedup.semantic is None else _vectors(files, folder)
    counts, keys = np.zeros(files.count, np.int64), np.zeros(files.count, np.uint64)
    ids = []
    for first, table in files.tables():
        stop()
        ids.append(files.ids(table, first))
        texts, part = Texts.of(table[files.columns.text]), slice(first, first + len(table))
        if paragraphs is not None:
            paragraphs.add(texts, np.arange(first, first + len(table)))
        if vectors is not None:
            given = (table[name].to_pylist() for name in (files.columns.text, LANG))
            vectors[part] = embed(*given)
        minhash[part], counts[part] = hasher.signatures(texts)
        keys[part] = _content_keys(texts)
    rows = _rows(files, pl.concat(ids or [pl.Series("doc_id", dtype=pl.String)]), counts, keys)
    _save_bands(folder / BANDS, minhash, keys, hasher)
    if paragraphs is not None:
        paragraphs.save(folder / PARAGRAPHS)
    return rows


def _vectors(files: PlainFiles, folder: Path) -> Int8s:
    if LANG not in files.schema.names:
        raise InputError(
            f"dedup.semantic compares English texts alone and needs the language of each document, "
            f"a code such as {LANGUAGE}, in a column {LANG!r}; the files have none"
        )
    shape = (files.count, WIDTH)
    return np.lib.format.open_memmap(folder / EMBEDDINGS, "w+", np.int8, shape)


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


def _where(left: pl.Series, edited: pl.Series, out: Path) -> pl.Expr:
    """The file in which each document lies as it was judged."""
    files = [pl.lit(str(path.absolute())) for path in (_dropped(out), edited_file(out), out)]
    return (
        pl.when(pl.col("doc_id").is_in(left.implode()))
        .then(files[0])
        .when(pl.col("doc_id").is_in(edited.implode()))
        .then(files[1])
        .otherwise(files[2])
    )


def _editor(
    files: PlainFiles,
    own: OwnBatch,
    earlier: Sequence[FileIndex],
    collected: Collector | None,
    left: pl.Series,
) -> PlainEditor:
    if collected is None:
        return PlainEditor.nothing(files, own)
    assert isinstance(own.admitted, FileIndex)
    indexes = own.admitted.paragraphs, [index.paragraphs for index in earlier]
    return PlainEditor.of(files, own, earlier, indexes, collected=collected, left=left)


def _divide(
    editor: PlainEditor, verdicts: pl.DataFrame, out: Path, *, with_edited: bool
) -> tuple[int, int, dict[str, int]]:
    """Kept, dropped and edited rows, streamed; returns how many were read, kept, and dropped by
    reason."""
    files, rows = editor.files, editor.own.rows
    left = verdicts.join(rows.select("doc_id", "row"), on="doc_id").sort("row").drop("doc_id")
    places, reasons = left["row"].to_numpy(), left["drop_reason"]
    extra = left.drop("row").to_arrow(compat_level=pl.CompatLevel.oldest())
    for name in set(extra.schema.names).intersection(files.schema.names):
        raise InputError(f"the documents have a column {name!r}, which dropped ones get; rename it")
    with ExitStack() as stack:
        kept_path = stack.enter_context(Staged(out))
        dropped_path = stack.enter_context(Staged(_dropped(out)))
        keep = stack.enter_context(files.writer(kept_path, out))
        drop = stack.enter_context(files.writer(dropped_path, _dropped(out), tuple(extra.schema)))
        before = None
        if with_edited:
            edited_path = stack.enter_context(Staged(edited_file(out)))
            before = stack.enter_context(editor.writer(edited_path))
        for first, table in files.tables():
            low, high = np.searchsorted(places, [first, first + len(table)])
            gone = np.zeros(len(table), dtype=bool)
            gone[places[low:high] - first] = True
            kept = table.filter(pa.array(~gone))
            if before is not None:
                kept, edited = editor.edit(kept, first + np.flatnonzero(~gone))
                before.write_table(edited)
            keep.write_table(kept)
            if low == high:
                continue
            dropped = table.filter(pa.array(gone))
            for name in extra.schema.names:
                dropped = dropped.append_column(name, extra[name].slice(low, high - low))
            drop.write_table(dropped)
    by_reason = dict(reasons.value_counts(sort=True).iter_rows())
    return files.count, files.count - left.height, by_reason
