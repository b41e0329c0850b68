"""Interpolated modified Kneser-Ney written down readably, which the compiled model is held to."""

import re
from collections import Counter
from collections.abc import Sequence

from synth_assets.modeling.kneser_ney import FALLBACK

Ngram = tuple[str, ...]

TOKEN = re.compile(r"\w+|[^\w\s]")


def sentences(texts: Sequence[str], known: set[str]) -> list[Ngram]:
    """Of texts in Latin letters."""
    lines = (TOKEN.findall(line) for text in texts for line in text.split("\n"))
    kept = (
        ["<s>", *(word if word in known else "<unk>" for word in line), "</s>"] for line in lines
    )
    return [tuple(line) for line in kept if len(line) > 2]


class PlainModel:
    def __init__(self, lines: list[Ngram], known: set[str], order: int, least: int = 1) -> None:
        self.order = order
        self.words = [*sorted(known), "</s>", "<unk>"]
        raw = [
            Counter(
                line[end - length : end]
                for line in lines
                for end in range(max(length, 1), len(line) + 1)
            )
            for length in range(order + 1)
        ]
        self.kept = [{gram for gram, count in level.items() if count >= least} for level in raw]
        self.counts = [self._adjusted(raw, length) for length in range(order + 1)]
        self.discounts = [self._discounts(level) for level in self.counts]

    def _adjusted(self, raw: list[Counter[Ngram]], length: int) -> Counter[Ngram]:
        if length in (0, self.order):
            return raw[length]
        ways = Counter(gram[1:] for gram in raw[length + 1])
        found = {
            gram: raw[length][gram] if gram[0] == "<s>" else ways[gram] for gram in raw[length]
        }
        found.pop(("<s>",), None)
        return Counter(found)

    @staticmethod
    def _discounts(counts: Counter[Ngram]) -> tuple[float, float, float]:
        n = Counter(counts.values())
        if not all(n[times] for times in (1, 2, 3, 4)):
            return FALLBACK
        share = n[1] / (n[1] + 2 * n[2])
        found = tuple(k - (k + 1) * share * n[k + 1] / n[k] for k in (1, 2, 3))
        return found if all(0 < d < k for k, d in enumerate(found, start=1)) else FALLBACK

    def probability(self, context: Ngram, word: str) -> float:
        """Of a word after at most order - 1 others."""
        length = len(context) + 1
        if length > 1 and not any(gram[:-1] == context for gram in self.kept[length]):
            return self.probability(context[1:], word)
        counts = {g: c for g, c in self.counts[length].items() if g[:-1] == context}
        total = sum(counts.values())
        shares = {
            gram[-1]: max(0, count - self.discounts[length][min(count, 3) - 1]) / total
            for gram, count in counts.items()
            if length == 1 or gram in self.kept[length]
        }
        left = 1 - sum(shares.values())
        below = self.probability(context[1:], word) if length > 1 else 1 / len(self.words)
        return shares.get(word, 0.0) + left * below
