"""The corpus `filtered`: pages of raw_web that pass language, quality and exact-duplicate rules."""

import polars as pl

from synth_assets.corpus.footer import Footer, Law
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.stage import StageRun, versions
from synth_assets.corpus.store import Corpus
from synth_assets.corpus.writer import CorpusWriter
from synth_assets.errors import CancelledError
from synth_assets.filtering import scores
from synth_assets.filtering.exact import FirstSeen
from synth_assets.filtering.rules import Rule, build_rules, judge
from synth_assets.hashing import digest_json
from synth_assets.profile.model import Profile

VERSION = "1"
"""Raise by hand when the same input and profile give other rows."""

COLUMNS: dict[str, pl.DataType] = DOCUMENT | scores.COLUMNS


def code_version(profile: Profile) -> str:
    """Digest of what shapes this corpus: the stage and the profile's filtering section."""
    return digest_json(["filtered", VERSION, profile.filtering.version])


def run(run: StageRun) -> Footer:
    """Judge every document of the batch's raw_web; each ends up kept, or dropped with a reason.

    Raises CancelledError between two row groups when the run was asked to stop.
    """
    raw = run.open("raw_web")
    rules = build_rules(run.profile.filtering)
    seen = FirstSeen()
    with run.store.write(
        "filtered",
        run.batch,
        schema=COLUMNS,
        code_version=run.code_version,
        inputs=versions([raw]),
    ) as writer:
        for frame in raw.frames([*DOCUMENT, "lang_hint"]):
            writer.read(frame)
            for piece in scores.slices(frame):
                if run.cancelled():
                    raise CancelledError(f"filtered, batch {run.batch}: stopped on request")
                _sort_out(piece, rules, seen, writer)
        footer = writer.commit(*_laws(raw, writer))
    run.log(_summary(footer))
    return footer


def _sort_out(
    documents: pl.DataFrame, rules: list[Rule], seen: FirstSeen, writer: CorpusWriter
) -> None:
    judged = seen.judge(judge(scores.score(documents), rules)).drop("lang_hint")
    is_kept = pl.col("drop_reason").is_null()
    writer.keep(judged.filter(is_kept).select(*COLUMNS))
    writer.drop(judged.filter(~is_kept))


def _laws(raw: Corpus, writer: CorpusWriter) -> list[Law]:
    """What raw_web's footer says it holds must be what was written here."""
    given = raw.footer.counts.kept
    kept, dropped = writer.counts.kept, writer.counts.dropped_total
    return [
        Law(
            "documents",
            {"raw_web": given.documents},
            {"kept": kept.documents, "dropped": dropped.documents},
        ),
        Law(
            "tokens",
            {"raw_web": given.tokens},
            {"kept": kept.tokens, "dropped": dropped.tokens},
        ),
    ]


def _summary(footer: Footer) -> str:
    counts = footer.counts
    reasons = ", ".join(f"{tally.documents:,} {name}" for name, tally in counts.dropped.items())
    return f"filtered: kept {counts.kept.documents:,} of {counts.read.documents:,} documents" + (
        f"; dropped {reasons}" if reasons else ""
    )
