"""Text and what comes back shorter from another language: pairs for a model that makes concise.

Source: "Conciseness: An Overlooked Language Task" (Stahlberg et al. 2022),
https://arxiv.org/abs/2211.04126: a sentence goes into a pivot language and back, and is kept when
it is shorter and means the same. The paper's thresholds are not in its abstract; ours: at most 0.9
of the length in characters, sentence chrF of at least 40 against the text, every number kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from synth_assets.corpus.store import Corpus
from synth_assets.errors import CorpusError
from synth_assets.generation.gates.gate import Generated
from synth_assets.generation.gates.numbers import NumbersKept
from synth_assets.profile.translation_methods import RoundTrip
from synth_assets.translation.methods.aligned import (
    Aligned,
    Pair,
    matched,
    models_of,
    parents,
    same_segments,
)
from synth_assets.translation.methods.pairs import COPIED, PAIRED, Sorted, row_of

_NUMBERS = NumbersKept(repeats=True, min_share=1, spare=0)


@dataclass(frozen=True)
class ThereAndBack:
    """See `pairs.PairMethod`. The text is the source of a row, what came back its target."""

    settings: RoundTrip

    @cached_property
    def _chrf(self) -> Any:
        from sacrebleu.metrics.chrf import CHRF

        return CHRF()

    @property
    def inputs(self) -> Sequence[str]:
        return [f"translated/{self.settings.there}", f"translated/{self.settings.back}"]

    def sort(self, corpora: Sequence[Corpus]) -> Iterator[Sorted]:
        there, back = corpora
        returned = parents(back)
        ids = (doc_id for frame in there.frames(["doc_id"]) for doc_id in frame["doc_id"])
        if returned.isdisjoint(ids):
            raise CorpusError(
                f"batch {there.batch}: no document of {there.name} came back in {back.name}"
            )
        for one, other in matched(there, lambda one: one.document.doc_id, back, returned):
            yield from self._of(one, other)

    def _of(self, one: Aligned, other: Aligned | None) -> Iterator[Sorted]:
        found = same_segments(one.pairs, other.pairs if other else [], lambda pair: pair.target)
        returned = {mine.index: theirs for mine, theirs in found}
        for pair in one.pairs:
            if pair.copied:
                yield Sorted(COPIED)
            elif other is None or pair.index not in returned:
                yield Sorted("not_back")
            else:
                yield self._judged(one, other, pair, returned[pair.index].target)

    def _judged(self, one: Aligned, other: Aligned, pair: Pair, concise: str) -> Sorted:
        ratio = len(concise) / len(pair.source)
        if ratio > self.settings.max_length_ratio:
            return Sorted("not_shorter")
        if _NUMBERS(Generated(pair.source, concise)):
            return Sorted("numbers_lost")
        alike = self._chrf.sentence_score(concise, [pair.source]).score
        if alike < self.settings.min_chrf:
            return Sorted("meaning_lost")
        row = row_of(
            one,
            pair,
            "round_trip",
            target=concise,
            other_id=other.document.doc_id,
            source_lang=self.settings.back,
            target_lang=self.settings.back,
            synthetic="target",
            pivot=pair.target,
            length_ratio=round(ratio, 4),
            chrf=round(alike, 2),
            model=models_of(one, other),
            model_revision=None,
        )
        return Sorted(PAIRED, [row])
