"""Back-translation: the translation is the source, the natural text the target.

How the translation was drawn is the sampling of the engine that made it: greedy, beam search,
sampling, or sampling among the top k. Noise on the synthetic side and a tag before it are added
here.

Sources: "Understanding Back-Translation at Scale" (Edunov et al. 2018),
https://arxiv.org/abs/1808.09381, for the ways to draw, for noise (words dropped and blanked with
probability 0.1, moved by at most 3 places) and for the limits of length (250 words, ratio 1.5);
"Tagged Back-Translation" (Caswell et al. 2019), https://arxiv.org/abs/1906.06442.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from synth_assets.corpus.document import count_words
from synth_assets.corpus.store import Corpus
from synth_assets.hashing import digest
from synth_assets.profile.translation_methods import BackTranslation, Noise
from synth_assets.translation.methods.aligned import Aligned, Pair, aligned
from synth_assets.translation.methods.pairs import COPIED, PAIRED, Sorted, row_of


@dataclass(frozen=True)
class BackTranslated:
    """See `pairs.PairMethod`. `natural` is the language of the texts that were translated into
    `settings.of`; noise is drawn from the seed and the segment alone."""

    settings: BackTranslation
    natural: str
    decoding: str
    seed: int

    @property
    def inputs(self) -> Sequence[str]:
        return [f"translated/{self.settings.of}"]

    def sort(self, corpora: Sequence[Corpus]) -> Iterator[Sorted]:
        for one in aligned(corpora[0]):
            for pair in one.pairs:
                yield self._of(one, pair)

    def _of(self, one: Aligned, pair: Pair) -> Sorted:
        if pair.copied:
            return Sorted(COPIED)
        words = count_words([pair.source, pair.target])
        if max(words) > self.settings.max_words:
            return Sorted("too_long")
        if max(words) > self.settings.max_ratio * max(min(words), 1):
            return Sorted("length_ratio")
        synthetic = pair.target
        if self.settings.noise:
            drawn = digest(str(self.seed), one.document.doc_id, str(pair.index))
            synthetic = noised(synthetic, self.settings.noise, random.Random(drawn))
        tag = self.settings.tag
        row = row_of(
            one,
            pair,
            "back_translation",
            source=f"{tag} {synthetic}" if tag else synthetic,
            target=pair.source,
            source_lang=self.settings.of,
            target_lang=self.natural,
            synthetic="source",
            tag=tag,
            decoding=self.decoding + (" noised" if self.settings.noise else ""),
        )
        return Sorted(PAIRED, [row])


def noised(text: str, noise: Noise, chance: random.Random) -> str:
    """The text's words, some dropped, some blanked, all moved by at most `noise.shuffle` places;
    one word at least stays."""
    words = text.split()
    kept = [word for word in words if chance.random() >= noise.drop] or words[:1]
    blanked = [noise.filler if chance.random() < noise.blank else word for word in kept]
    order = [place + chance.uniform(0, noise.shuffle + 1) for place in range(len(blanked))]
    return " ".join(word for _, word in sorted(zip(order, blanked, strict=True), key=_place))


def _place(item: tuple[float, str]) -> float:
    return item[0]
