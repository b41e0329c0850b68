"""bitext/<source>-<target>: the segments of translated/<target> and what they were made from, as
rows of aligned pairs. Nothing is translated for it: the pairs are those that the stage kept.

Segments without words are left out, which no model saw.
"""

from collections.abc import Iterator

import polars as pl

from synth_assets.corpus.footer import Footer, Law
from synth_assets.corpus.stage import StageRun, versions
from synth_assets.corpus.store import Corpus
from synth_assets.errors import CancelledError
from synth_assets.generation.gates.copying import shared_words
from synth_assets.generation.gates.usual_length import usual_share
from synth_assets.hashing import digest_json
from synth_assets.profile.model import Profile

VERSION = "1"
"""Raise by hand when the same translation makes other rows."""

COLUMNS: dict[str, pl.DataType] = {
    "doc_id": pl.String(),
    "parent_id": pl.String(),
    "root_ids": pl.List(pl.String()),
    "url": pl.String(),
    "part": pl.String(),
    "position": pl.Int64(),
    "source": pl.String(),
    "target": pl.String(),
    "source_lang": pl.String(),
    "target_lang": pl.String(),
    "method": pl.String(),
    "copy_ratio": pl.Float64(),
    "length_ratio": pl.Float64(),
    "model": pl.String(),
    "model_revision": pl.String(),
    "license": pl.String(),
}
"""`doc_id` is the translation, `parent_id` its source; `part` is text or title, `position` the
segment's number in it, from 0; `copy_ratio` the share of the target's words that the source has,
`length_ratio` the target's length over what is usual of the pair (null for a language whose lengths
are not known)."""

_DOCUMENT = ["doc_id", "parent_ids", "root_ids", "url", "model", "model_revision", "license"]


def name_of(source_lang: str, target_lang: str) -> str:
    """The corpus of a pair, FLORES codes."""
    return f"bitext/{source_lang}-{target_lang}"


def code_version(profile: Profile, lang: str) -> str:
    """Digest of what shapes the rows, beside the translation itself."""
    return digest_json(["bitext", VERSION, profile.translation.targets[lang].source_lang, lang])


def run(run: StageRun, *, lang: str) -> Footer:
    """Make this batch of the bitext of translated/<lang>.

    Raises CorpusError where that batch is not there, CancelledError when the run was asked to stop.
    """
    source_lang = run.profile.translation.targets[lang].source_lang
    name = name_of(source_lang, lang)
    corpus = run.open(f"translated/{lang}")
    documents = pl.concat(corpus.frames(_DOCUMENT)).with_columns(
        parent_id=pl.col("parent_ids").list.first()
    )
    n_read = n_copied = 0
    with run.store.write(
        name,
        run.batch,
        schema=COLUMNS,
        code_version=run.code_version,
        inputs=versions([corpus]),
        documents=False,
    ) as writer:
        for segments in _segments(corpus):
            if run.cancelled():
                raise CancelledError(f"{name}, batch {run.batch}: stopped on request")
            writer.read(segments)
            sent = segments.filter(pl.col("method") != "copied")
            n_read, n_copied = n_read + segments.height, n_copied + segments.height - sent.height
            pairs = sent.join(documents, on="doc_id", how="inner", maintain_order="left")
            writer.keep(_rows(pairs, source_lang, lang))
        writer.counts.other = {"segments_copied": n_copied}
        kept = writer.counts.kept.documents
        return writer.commit(Law("segments", {"read": n_read}, {"kept": kept, "copied": n_copied}))


def _segments(corpus: Corpus) -> Iterator[pl.DataFrame]:
    return corpus.sidecar_frames("segments")


def _rows(pairs: pl.DataFrame, source_lang: str, target_lang: str) -> pl.DataFrame:
    both = list(pairs.select("source", "target").iter_rows())
    shares = [usual_share(source, target, source_lang, target_lang) for source, target in both]
    rows = pairs.rename({"index": "position"}).with_columns(
        source_lang=pl.lit(source_lang),
        target_lang=pl.lit(target_lang),
        copy_ratio=pl.Series([shared_words([pair])[1] for pair in both], dtype=pl.Float64),
        length_ratio=pl.Series(shares, dtype=pl.Float64),
    )
    return rows.select(list(COLUMNS))
