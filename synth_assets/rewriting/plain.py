"""One recipe on plain files, without batches or Dagster.

Beside OUT stands the folder `OUT.work`, a store of its own with the journal: a rerun after a kill,
or with another gate, pays for nothing that is there.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import polars as pl

from synth_assets.corpus.document import Document, measure, raw_id
from synth_assets.corpus.footer import Footer, Law
from synth_assets.corpus.plain import Columns, FrameWriter, Staged, read_frames
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Store
from synth_assets.errors import InputError
from synth_assets.filtering.language import identify
from synth_assets.hashing import digest_files
from synth_assets.packing.tokenizer import token_counter
from synth_assets.profile.model import Profile
from synth_assets.rewriting import stage

BATCH = "plain"


def rewrite_files(
    inputs: Sequence[Path],
    out: Path,
    profile: Profile,
    recipe: str,
    *,
    dropped: Path,
    columns: Columns | None = None,
    log: Callable[[str], None] = lambda _: None,
) -> Footer:
    """Write what the recipe makes of the documents to `out`, and the documents of which it makes
    nothing to `dropped`, each with its reason.

    A column `lang` (a FLORES code) is taken as it is; without one the language is identified.
    Raises InputError for files that cannot be read or written; else as `rewriting.stage.run`.
    """
    for path in (out, dropped):
        if path.absolute() in {other.absolute() for other in inputs} or out == dropped:
            raise InputError(f"{path} is named twice; every file to read or write needs its own")
    store = Store(out.with_name(f"{out.name}.work"))
    _publish(store, inputs, profile, columns or Columns())
    code_version = stage.code_version(profile, recipe)
    run = StageRun(store, profile, BATCH, code_version, log=log)
    footer = stage.run(run, recipe=recipe)
    made = store.open(f"rewritten/{recipe}", BATCH, lawful=False)
    _copy(made.sidecar_frames("dropped"), dropped)
    _copy(made.frames(), out)
    return footer


def _publish(store: Store, inputs: Sequence[Path], profile: Profile, columns: Columns) -> None:
    """The files as the batch of `filtered` that a recipe reads."""
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
            writer.keep(rows)
        kept = writer.counts.kept.documents
        writer.commit(Law("documents", {"read": n_documents}, {"kept": kept}))


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
            lang=row.get("lang") or identify(text).lang,
            url=row.get("url"),
            title=row.get("title"),
            license=row.get("license"),
            source={"file": digest, "offset": number},
        )


def _copy(frames: Iterator[pl.DataFrame], path: Path) -> None:
    with Staged(path) as staged:
        writer = FrameWriter(staged, path)
        for frame in frames:
            writer.add(frame)
        writer.close()
