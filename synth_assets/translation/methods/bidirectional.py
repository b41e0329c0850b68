"""Every pair in both directions.

Source: "Improving Neural Machine Translation by Bidirectional Training" (Ding et al. 2021),
https://arxiv.org/abs/2109.07780: such rows train a translator's first third, plain ones the rest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from synth_assets.corpus.store import Corpus
from synth_assets.translation.methods.aligned import aligned
from synth_assets.translation.methods.pairs import COPIED, PAIRED, Sorted, row_of


@dataclass(frozen=True)
class BothWays:
    """See `pairs.PairMethod`. The rows of a pair follow each other."""

    source: str
    target: str

    @property
    def inputs(self) -> Sequence[str]:
        return [f"translated/{self.target}"]

    def sort(self, corpora: Sequence[Corpus]) -> Iterator[Sorted]:
        for one in aligned(corpora[0]):
            for pair in one.pairs:
                if pair.copied:
                    yield Sorted(COPIED)
                    continue
                there = row_of(
                    one,
                    pair,
                    "bidirectional",
                    source_lang=self.source,
                    target_lang=self.target,
                    synthetic="target",
                )
                back = there | {
                    "source": pair.target,
                    "target": pair.source,
                    "source_lang": self.target,
                    "target_lang": self.source,
                    "synthetic": "source",
                }
                yield Sorted(PAIRED, [there, back])
