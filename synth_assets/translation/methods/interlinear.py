"""Documents whose sentences stand line by line in two languages in turn.

Source: "A Novel Paradigm Boosting Translation Capabilities of Large Language Models" (Guo et al.
2024), https://arxiv.org/abs/2403.11430: a sentence, then its translation, through a whole document,
for continued pretraining.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from synth_assets.corpus.store import Corpus
from synth_assets.translation.methods.aligned import Aligned, Pair, aligned
from synth_assets.translation.methods.mixed import Mixed

VERSION = "1"


@dataclass(frozen=True)
class InLines:
    """See `mixed.MixMethod`. Every line is one sentence: even lines are the translation's, odd ones
    the text's; line breaks inside a sentence become spaces. What has no words is left out."""

    source: str
    target: str
    row_version: str

    @property
    def input(self) -> str:
        return f"translated/{self.target}"

    def mix(self, corpus: Corpus) -> Iterator[Mixed]:
        for one in aligned(corpus):
            pairs = [pair for pair in one.pairs if not pair.copied]
            yield self._made(one, pairs) if pairs else Mixed(one.document, "no_sentence")

    def _made(self, one: Aligned, pairs: Sequence[Pair]) -> Mixed:
        text = "\n".join(_line(side) for pair in pairs for side in (pair.source, pair.target))
        child = one.document.child(
            text,
            row_version=self.row_version,
            generation_keys=one.document.generation_keys,
            kind="translated",
            recipe="interlinear",
            recipe_version=self.row_version,
        )
        columns = {"relation": "adds", "other_lang": self.source, "n_segments": len(pairs)}
        return Mixed(one.document, child=child, columns=columns)


def _line(text: str) -> str:
    return " ".join(text.splitlines())
