"""Two translations of the same segments as a bitext of their languages (SynOPUS).

Source: "Scaling Low-Resource MT via Synthetic Data Generation with LLMs" (de Gibert et al. 2025),
https://arxiv.org/abs/2505.14423: translations of English Europarl into seven languages, joined on
the English sentence. No model is called.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from synth_assets.corpus.store import Corpus
from synth_assets.errors import CorpusError
from synth_assets.translation.methods.aligned import (
    Aligned,
    matched,
    models_of,
    parents,
    same_segments,
)
from synth_assets.translation.methods.pairs import COPIED, PAIRED, Sorted, row_of


@dataclass(frozen=True)
class PivotJoin:
    """See `pairs.PairMethod`. A segment pairs where both sides' documents have the same parent and
    its source stands in both; nothing is guessed by position."""

    left: str
    right: str

    @property
    def inputs(self) -> Sequence[str]:
        return [f"translated/{self.left}", f"translated/{self.right}"]

    def sort(self, corpora: Sequence[Corpus]) -> Iterator[Sorted]:
        left, right = corpora
        theirs = parents(right)
        if not theirs & parents(left):
            raise CorpusError(
                f"batch {left.batch} of {left.name} and {right.name} have no documents in common: "
                f"a pivot joins translations of the same documents"
            )
        for one, other in matched(left, lambda one: one.parent, right, theirs):
            yield from self._of(one, other)

    def _of(self, one: Aligned, other: Aligned | None) -> Iterator[Sorted]:
        found = same_segments(one.pairs, other.pairs if other else [], lambda pair: pair.source)
        partners = {mine.index: theirs for mine, theirs in found}
        for pair in one.pairs:
            partner = partners.get(pair.index)
            if pair.copied:
                yield Sorted(COPIED)
            elif other is None:
                yield Sorted("document_of_one_side")
            elif partner is None:
                yield Sorted("segment_of_one_side")
            else:
                row = row_of(
                    one,
                    pair,
                    "pivot",
                    source=pair.target,
                    target=partner.target,
                    other_id=other.document.doc_id,
                    source_lang=self.left,
                    target_lang=self.right,
                    synthetic="both",
                    pivot=pair.source,
                    model=models_of(one, other),
                    model_revision=None,
                )
                yield Sorted(PAIRED, [row])
