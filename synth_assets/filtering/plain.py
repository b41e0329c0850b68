"""The filter on plain files: the same attributes and rules, without batches or manifests."""

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import polars as pl

from synth_assets.corpus.document import content_hash
from synth_assets.corpus.plain import Columns, FrameWriter, Staged, check_names, read_frames
from synth_assets.corpus.schema import DOCUMENT, DROPPED, conform
from synth_assets.filtering import attributes
from synth_assets.filtering.attribute import Attribute, score, survey
from synth_assets.filtering.exact import FirstSeen
from synth_assets.filtering.pii.masking import Masker
from synth_assets.filtering.rules import judge
from synth_assets.profile.filtering import FilteringProfile

HINT = "lang_hint"
"""Column of the language that an input declares, as in raw_web."""


@dataclass
class Outcome:
    """What was done, in documents."""

    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)

    @property
    def read(self) -> int:
        return self.kept + self.dropped.total()


def filter_files(
    inputs: Sequence[Path],
    out: Path,
    dropped: Path,
    profile: FilteringProfile,
    *,
    scores: Path | None = None,
    columns: Columns | None = None,
) -> Outcome:
    """Write the documents that pass to `out`, personal data in them masked as the profile says, and
    the others to `dropped` with the rule that removed them; both have the measured language in
    `lang`, and all else as it came. `scores` gets the id and all attributes of each. A masked
    document keeps the id of its file.

    What the input declares of the language is read in `lang_hint`, or else in `lang`, which then
    goes on as `lang_hint`. Raises InputError for files that cannot be read or names that cannot be
    written. Every file appears whole or not at all, the kept documents last.
    """
    columns = columns or Columns()
    check_names(inputs, [path for path in (out, dropped, scores) if path is not None])
    measured = attributes.build(profile)
    frames = partial(read_frames, inputs, columns)
    survey(measured, lambda: (_documents(rows, columns, 0) for rows in frames()))
    with ExitStack() as stack:
        sorting = _Sorting(
            measured,
            Masker(profile.pii, lambda texts: [0] * len(texts)),  # the files hold no token counts
            columns,
            kept=_writer(stack, out),
            dropped=_writer(stack, dropped),
            scores=_writer(stack, scores) if scores else None,
        )
        for rows in frames():
            sorting.take(rows)
    return sorting.outcome


@dataclass
class _Sorting:
    """Rows in, kept and dropped rows out."""

    attributes: list[Attribute]
    masker: Masker
    columns: Columns
    kept: FrameWriter
    dropped: FrameWriter
    scores: FrameWriter | None

    def __post_init__(self) -> None:
        self.outcome = Outcome()
        self._seen = FirstSeen(str.encode, bytes.decode)
        self._rules = [rule for each in self.attributes for rule in each.rules]

    def take(self, rows: pl.DataFrame) -> None:
        documents = _documents(rows, self.columns, self.outcome.read)
        judged = judge(score(documents, self.attributes), self._rules)
        judged = self._seen.judge(_by_number(judged, self.outcome.read)).with_columns(
            documents["doc_id"],
            pl.col("duplicate_of").str.splitn(":", 2).struct[1].alias("duplicate_of"),
        )
        is_kept = judged["drop_reason"].is_null()
        rows = _with_language(rows, judged["lang"])
        verdict = judged.select(*DROPPED)
        self.kept.add(self._masked(rows.filter(is_kept), judged.filter(is_kept)))
        self.dropped.add(pl.concat([rows, verdict], how="horizontal").filter(~is_kept))
        if self.scores:
            self.scores.add(attributes.select(judged))
        self.outcome.kept += int(is_kept.sum())
        self.outcome.dropped.update(judged["drop_reason"].drop_nulls())

    def _masked(self, rows: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
        known = [name for name in DOCUMENT if name in documents.columns]
        whole = conform(documents.select(known), DOCUMENT, "filter").with_columns(
            pl.col(pl.List(pl.String)).fill_null([])
        )
        masked = self.masker.mask(whole).documents
        changed = {self.columns.text: masked["text"]}
        if rows.schema.get("title") == pl.String:
            changed["title"] = masked["title"]
        return rows.with_columns(**changed)


def _with_language(rows: pl.DataFrame, measured: pl.Series) -> pl.DataFrame:
    """The measured language in `lang`, and what stood there in `lang_hint`."""
    if "lang" in rows.columns and HINT not in rows.columns:
        rows = rows.with_columns(pl.col("lang").alias(HINT))
    return rows.with_columns(measured.cast(pl.String).alias("lang"))


def _declared(rows: pl.DataFrame) -> pl.Series:
    name = HINT if HINT in rows.columns else "lang"
    if rows.schema.get(name) == pl.String:
        return rows[name]
    return pl.Series([None] * rows.height, dtype=pl.String)


def _by_number(documents: pl.DataFrame, first: int) -> pl.DataFrame:
    """With the document's number before its id: in plain files ids may occur twice."""
    number = pl.int_range(first, first + pl.len()).cast(pl.String)
    return documents.with_columns(doc_id=number + ":" + pl.col("doc_id").fill_null(""))


def _writer(stack: ExitStack, path: Path) -> FrameWriter:
    """Closed, then shown under its name, in the reverse order of these calls."""
    writer = FrameWriter(stack.enter_context(Staged(path)), path)
    stack.callback(writer.close)
    return writer


def _documents(rows: pl.DataFrame, columns: Columns, first: int) -> pl.DataFrame:
    """The rows as the attributes look at them: documents, as far as their columns are there."""
    known = [name for name, kind in DOCUMENT.items() if rows.schema.get(name) == kind]
    texts = rows[columns.text]
    numbers = pl.int_range(first, first + rows.height, eager=True)
    ids = rows[columns.id] if columns.id in rows.columns else numbers
    url = pl.Series([None] * rows.height) if "url" not in known else rows["url"]
    return rows.select(known).with_columns(
        url.cast(pl.String).alias("url"),
        ids.cast(pl.String).alias("doc_id"),
        texts.alias("text"),
        _declared(rows).alias(HINT),
        pl.Series("content_hash", [content_hash(text) for text in texts], pl.String),
    )
