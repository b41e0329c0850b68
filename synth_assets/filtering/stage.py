"""The corpus `filtered`: pages of raw_web that pass language, quality and exact-duplicate rules.

Every document is measured once; its columns lie in the sidecar `attributes`, and rules decide over
them. A rerun over the same raw_web with other limits reads them and measures nothing. Last,
personal data in what is kept is masked, which makes a new document of such a page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from synth_assets.corpus.footer import Footer, Law
from synth_assets.corpus.schema import DOCUMENT, DROPPED
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.stage import versions as data_versions
from synth_assets.corpus.store import Corpus
from synth_assets.corpus.writer import CorpusWriter
from synth_assets.errors import CancelledError
from synth_assets.filtering import attributes, traits
from synth_assets.filtering.attribute import Attribute, survey, versions
from synth_assets.filtering.decontamination import report as decontamination
from synth_assets.filtering.exact import FirstSeen
from synth_assets.filtering.known import SIDECAR, Known
from synth_assets.filtering.pii.masking import Masker
from synth_assets.filtering.rules import Rule, judge
from synth_assets.filtering.version import COLUMNS, VERSION, code_version
from synth_assets.profile.model import Profile

__all__ = ["COLUMNS", "VERSION", "code_version", "run"]

SLICE_BYTES = 4 << 20
"""Text measured at a time, between two looks at whether the run was asked to stop."""


def run(run: StageRun) -> Footer:
    """Judge every document of the batch's raw_web; each ends up kept, or dropped with a reason.

    Raises CancelledError between two slices of a few megabytes when the run was asked to stop.
    """
    raw = run.open("raw_web")
    measured = attributes.build(run.profile.filtering)
    known = Known.find(run.store, raw, versions(measured))
    unknown = [each for each in measured if each.name not in known.names]
    survey(unknown, lambda: _each_slice(run, raw, ["url", "text"]))
    with run.store.write(
        "filtered",
        run.batch,
        schema=COLUMNS,
        code_version=run.code_version,
        inputs=data_versions([raw]),
    ) as writer:
        writer.sidecar(SIDECAR, attributes.schema())
        writer.footer.versions = versions(measured)
        if run.profile.filtering.decontamination.sets:
            writer.sidecar(decontamination.SIDECAR, decontamination.SCHEMA)
        sorting = _Sorting(measured, known, writer, _masker(run.profile), _report(run.profile))
        also = [name for name in ("lang_hint", *traits.READS) if name in raw.columns]
        for documents in _each_slice(run, raw, [*DOCUMENT, *also]):
            writer.read(documents)
            sorting.take(documents)
        sorting.report()
        footer = writer.commit(*_laws(raw, writer, sorting.tokens_masked))
    run.log(_reuse(measured, known))
    run.log(_summary(footer))
    return footer


@dataclass
class _Sorting:
    """Documents in, kept and dropped rows and attributes out."""

    attributes: list[Attribute]
    known: Known
    writer: CorpusWriter
    masker: Masker
    evaluation: decontamination.Report
    tokens_masked: int = 0

    def __post_init__(self) -> None:
        self._seen = FirstSeen()
        self._rules: list[Rule] = [rule for each in self.attributes for rule in each.rules]

    def take(self, documents: pl.DataFrame) -> None:
        scored = self.known.score(documents, self.attributes)
        self.writer.add(SIDECAR, attributes.select(scored))
        judged = self._seen.judge(judge(scored, self._rules)).drop(
            "lang_hint", "published_at", strict=False
        )
        is_kept = pl.col("drop_reason").is_null()
        masked = self.masker.mask(judged.filter(is_kept).drop(DROPPED))
        self.tokens_masked += masked.tokens_removed
        self.writer.keep(masked.documents)
        self.writer.drop(judged.filter(~is_kept))
        self.evaluation.add(scored)

    def report(self) -> None:
        """What became of the evaluation items, once all documents were taken."""
        if self.evaluation.settings.sets:
            self.writer.add(decontamination.SIDECAR, self.evaluation.rows())
            self.writer.counts.other |= self.evaluation.counts()


def _masker(profile: Profile) -> Masker:
    def count_tokens(texts: Sequence[str]) -> list[int]:
        from synth_assets.packing.tokenizer import token_counter  # loaded only where it is needed

        return token_counter(profile.packing.tokenizer)(texts)

    return Masker(profile.filtering.pii, count_tokens)


def _report(profile: Profile) -> decontamination.Report:
    return decontamination.Report(profile.filtering.decontamination)


def _each_slice(run: StageRun, raw: Corpus, columns: list[str]) -> Iterator[pl.DataFrame]:
    for frame in raw.frames(columns):
        for documents in slices(frame):
            if run.cancelled():
                raise CancelledError(f"filtered, batch {run.batch}: stopped on request")
            yield documents


def slices(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The frame in pieces of about 4 MB of text, in order."""
    ends = frame["text"].fill_null("").str.len_bytes().cum_sum() // SLICE_BYTES
    start = 0
    for length in ends.rle().struct.field("len"):
        yield frame.slice(start, length)
        start += length


def _laws(raw: Corpus, writer: CorpusWriter, tokens_masked: int) -> list[Law]:
    """What raw_web's footer says it holds must be what was written here; of the tokens, what
    placeholders stand for is gone (and may be less than they are)."""
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
            {"kept": kept.tokens, "dropped": dropped.tokens, "masked": tokens_masked},
        ),
    ]


def _reuse(measured: list[Attribute], known: Known) -> str:
    names = [attribute.name for attribute in measured]
    over = [name for name in names if name in known.names]
    new = [name for name in names if name not in known.names]
    return (
        f"attributes measured: {', '.join(new) or 'none'}; taken over: {', '.join(over) or 'none'}"
    )


def _summary(footer: Footer) -> str:
    counts = footer.counts
    reasons = ", ".join(f"{tally.documents:,} {name}" for name, tally in counts.dropped.items())
    return f"filtered: kept {counts.kept.documents:,} of {counts.read.documents:,} documents" + (
        f"; dropped {reasons}" if reasons else ""
    )
