"""Two translations of the same segments as a bitext of their languages (SynOPUS).

Source: "Scaling Low-Resource MT via Synthetic Data Generation with LLMs" (de Gibert et al. 2025),
https://arxiv.org/abs/2505.14423: translations of English Europarl into seven languages, joined on
the English sentence. No model is called.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from synth_assets.corpus.store import Corpus
from synth_assets.errors import CorpusError
from synth_assets.translation.methods.aligned import Aligned, matched, same_segments
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
        both = matched(left, _parent, right, _parent, theirs)
        return chain.from_iterable(self._of(one, other) for one, other in both)

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
                    model=_models(one, other),
                    model_revision=None,
                )
                yield Sorted(PAIRED, [row])


def _parent(one: Aligned) -> str:
    return one.parent


def parents(corpus: Corpus) -> set[str]:
    """The first parent of every document of a batch."""
    return {
        parent
        for frame in corpus.frames(["parent_ids"])
        for parent in frame["parent_ids"].list.first()
    }


def _models(one: Aligned, other: Aligned) -> str:
    names = dict.fromkeys(str(side.document.model) for side in (one, other))
    return " + ".join(names)
