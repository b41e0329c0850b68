"""One recipe on plain files, without batches or Dagster.

Beside OUT stands the folder `OUT.work`, a store of its own with the journal: a rerun after a kill,
or with another gate, pays for nothing that is there.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl

from synth_assets.corpus.document import Document, measure, raw_id
from synth_assets.corpus.footer import Footer, Law
from synth_assets.corpus.plain import Columns, FrameWriter, Staged, check_names, read_frames
from synth_assets.corpus.schema import DOCUMENT, DROPPED, conform
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Corpus, Store
from synth_assets.errors import InputError
from synth_assets.filtering.language import identify
from synth_assets.filtering.language_codes import UNKNOWN
from synth_assets.generation import engines
from synth_assets.hashing import digest_files
from synth_assets.packing.tokenizer import token_counter
from synth_assets.profile.model import Profile
from synth_assets.rewriting import stage
from synth_assets.rewriting.recipe import Reads
from synth_assets.rewriting.rejects import BARRED, GIVEN, Parents

BATCH = "plain"
NOT_SELECTED = "not_selected"


@dataclass(frozen=True)
class Outcome:
    """What was done; `not_selected` counts documents by what the recipe's selection refuses."""

    footer: Footer
    not_selected: dict[str, int]


def rewrite_files(
    inputs: Sequence[Path],
    out: Path,
    profile: Profile,
    recipe: str,
    *,
    dropped: Path,
    columns: Columns | None = None,
    log: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Write what the recipe makes of the documents to `out`, and the documents of which it makes
    nothing to `dropped`, each with its reason; of those that the recipe does not take it is
    `not_selected`, with what its selection refuses as the value.

    A column `lang` (a FLORES code) is taken as it is; where it holds none, or `und`, the language
    is identified. Raises InputError for files that cannot be read or written, before anything is
    generated; else as `rewriting.stage.run`.
    """
    check_names(inputs, [out, dropped])
    work = out.with_name(f"{out.name}.work")
    if work.exists() and not work.is_dir():
        raise InputError(f"{work} is a file, and the journal needs a folder of this name; move it")
    store = Store(work)
    code_version = stage.code_version(profile, recipe)
    spec = profile.rewriting.recipes[recipe].engine
    declared = stage.recipe_of(profile, recipe)
    stage.check_engine(declared, engines.identify(spec))  # before the input is copied
    _publish(store, inputs, profile, columns or Columns(), declared.reads)
    run = StageRun(store, profile, BATCH, code_version, log=log)
    footer = stage.run(run, recipe=recipe)
    made = store.open(f"rewritten/{recipe}", BATCH, lawful=False)
    refused = _refused(made)
    columns_made = stage.columns_of(declared)
    parents = stage.parents_of(run, declared)
    others = _not_selected(parents, refused, columns_made)
    _copy(chain(made.sidecar_frames("dropped"), others), dropped)
    _copy(made.frames(), out)
    return Outcome(footer, dict(refused["reason"].value_counts(sort=True).iter_rows()))


def _refused(made: Corpus) -> pl.DataFrame:
    """Ids and reasons of the documents that the recipe does not take."""
    rows = [
        frame.filter(pl.col("outcome") == NOT_SELECTED).select("doc_id", "reason")
        for frame in made.sidecar_frames("outcomes")
    ]
    return (
        pl.concat(rows) if rows else pl.DataFrame(schema={"doc_id": pl.String, "reason": pl.String})
    )


def _not_selected(
    filtered: Parents, refused: pl.DataFrame, schema: dict[str, pl.DataType]
) -> Iterator[pl.DataFrame]:
    """Those documents as dropped rows of a corpus of this schema."""
    reasons = refused.select("doc_id", drop_value="reason", drop_reason=pl.lit(NOT_SELECTED))
    for whole in filtered.frames():
        frame = whole.drop(DROPPED, BARRED, strict=False)
        rows = frame.join(reasons, on="doc_id", how="inner", maintain_order="left")
        if rows.height:
            yield conform(rows, schema | DROPPED, "dropped")


def _publish(
    store: Store, inputs: Sequence[Path], profile: Profile, columns: Columns, reads: Reads
) -> None:
    """The files as the batch of `filtered` that a recipe reads: as what it kept, or as what it
    dropped, for the reason in their column `drop_reason` where they have one."""
    counter = token_counter(profile.packing.tokenizer)
    digest = digest_files(inputs)
    n_documents = 0
    with store.write("filtered", BATCH, schema=DOCUMENT, code_version=digest, inputs={}) as writer:
        for frame in read_frames(inputs, columns):
            documents = list(_documents(frame, columns, digest, n_documents))
            n_documents += len(documents)
            measure(documents, counter)
            rows = pl.DataFrame([one.to_row() for one in documents], schema=DOCUMENT)
            writer.read(rows)
            if reads == "kept":
                writer.keep(rows)
            else:
                writer.drop(rows.with_columns(_reasons(frame)))
        kept, dropped = writer.counts.kept, writer.counts.dropped_total
        sides = {"kept": kept.documents, "dropped": dropped.documents}
        writer.commit(Law("documents", {"read": n_documents}, sides))


def _reasons(frame: pl.DataFrame) -> pl.Series:
    given = frame["drop_reason"] if "drop_reason" in frame.columns else None
    nothing = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    return (nothing if given is None else given).fill_null(GIVEN).alias("drop_reason")


def _documents(
    frame: pl.DataFrame, columns: Columns, digest: str, first: int
) -> Iterator[Document]:
    """The rows as documents, all but their measures."""
    for number, row in enumerate(frame.iter_rows(named=True), start=first):
        doc_id = str(row.get(columns.id) or raw_id(digest, number))
        text = row[columns.text]
        yield Document(
            doc_id=doc_id,
            root_ids=[doc_id],
            text=text,
            lang=_known(_string(row, "lang")) or identify(text).lang,
            url=_string(row, "url"),
            title=_string(row, "title"),
            license=_string(row, "license"),
            source={"file": digest, "offset": number},
        )


def _string(row: dict[str, Any], name: str) -> str | None:
    value = row.get(name)
    return value if isinstance(value, str) else None


def _known(lang: str | None) -> str | None:
    return None if lang == UNKNOWN else lang


def _copy(frames: Iterator[pl.DataFrame], path: Path) -> None:
    with Staged(path) as staged:
        writer = FrameWriter(staged, path)
        for frame in frames:
            writer.add(frame)
        writer.close()
