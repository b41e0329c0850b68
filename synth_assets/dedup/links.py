"""Which texts are the same: candidates by shared bands, verified, joined into components."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import polars as pl

from synth_assets.dedup.admitted import Admitted
from synth_assets.dedup.clusters import Bucket, Components
from synth_assets.dedup.similarity import Similarities, Similarity
from synth_assets.dedup.texts import SIGHTING_COLUMNS, Text, Texts, first_two, in_precedence
from synth_assets.profile.model import DedupProfile

FIRST_FETCH = 4
"""Candidates read for a text before its first comparison; doubled until one is verified."""

Stop = Callable[[], None]
"""Called now and then; raises where the run was asked to stop."""


@dataclass
class Links:
    """Verified neighbours of each text number, and the components that they make.

    `foreign` links texts of different families, by `threshold`; only they make components.
    `kin` links texts of one family, by `family_threshold`.
    """

    components: Components = field(default_factory=Components)
    foreign: dict[int, dict[int, Similarity]] = field(default_factory=lambda: defaultdict(dict))
    kin: dict[int, dict[int, Similarity]] = field(default_factory=lambda: defaultdict(dict))


class Linker:
    """Finds the links of one batch's texts among themselves and to what was admitted before."""

    def __init__(
        self, texts: Texts, similarities: Similarities, dedup: DedupProfile, stop: Stop
    ) -> None:
        self.links = Links()
        self._texts = texts
        self._similarities = similarities
        self._dedup = dedup
        self._stop = stop
        self._known: dict[tuple[int, int], Similarity] = {}
        # n_shingles counts 32-bit hashes, of which a few collide in long texts
        self._least_size = 0.99 * min(dedup.threshold, dedup.family_threshold)

    def link_earlier(self, texts: Sequence[Text], earlier: Sequence[Admitted]) -> None:
        """Link each text to the first text that precedes it, is verified, and is of another
        family; then that one in turn, so that a chain of near copies ends at its first.

        All verified kin on the way is linked too.
        """
        while texts:
            found = self._candidates(texts, earlier)
            linked: set[int] = set()
            self._first_verified(found, linked)
            texts = [self._texts[number] for number in sorted(linked)]

    def link_within(self, texts: Sequence[Text]) -> None:
        """Link the batch's own texts, in precedence, wherever two components meet."""
        shared = _shared_bands(texts)
        sharing = [text for text in texts if not shared.isdisjoint(text.bands)]
        self._similarities.fetch(text.sample for text in sharing)
        self._link_kin(sharing)
        buckets: dict[int, Bucket] = defaultdict(lambda: Bucket(self.links.components))
        for text in sharing:
            self._stop()
            own = [buckets[band] for band in text.bands if band in shared]
            for bucket in own:
                for members in bucket.others(text.number):
                    others = (self._texts[number] for number in members)
                    any(self._try_foreign(text, other) for other in others)  # ends at the first
            for bucket in own:
                bucket.add(text.number)

    def _link_kin(self, texts: Sequence[Text]) -> None:
        by_family: dict[str, list[Text]] = defaultdict(list)
        for text in texts:
            relatives = {other.number for key in text.family for other in by_family[key]}
            for number in sorted(relatives):
                if not set(text.bands).isdisjoint(self._texts[number].bands):
                    self._try_kin(text, self._texts[number])
            for key in text.family:
                by_family[key].append(text)

    def _candidates(
        self, texts: Sequence[Text], earlier: Sequence[Admitted]
    ) -> dict[int, Iterator[Text]]:
        """For each text the preceding texts that share a band, in precedence."""
        by_band: dict[int, list[Text]] = defaultdict(list)
        for text in texts:
            for band in text.bands:
                by_band[band].append(text)
        bands = pl.Series("bands", list(by_band), dtype=pl.UInt64)
        hashes = pl.Series([text.content_hash for text in texts], dtype=pl.String)
        found: dict[int, set[int]] = defaultdict(set)
        last = max(text.first.admission for text in texts)
        for batch in (batch for batch in earlier if batch.admission <= last):
            for frame in batch.signatures.frames(list(SIGHTING_COLUMNS)):
                self._stop()
                rows = first_two(in_precedence(frame.filter(shares(frame, hashes, bands))))
                for text in self._texts.add(rows, batch.key, batch.admission):
                    for other in {item.number for band in text.bands for item in by_band[band]}:
                        found[other].add(text.number)
        return {number: iter(self._preceding(number, found[number])) for number in sorted(found)}

    def _preceding(self, number: int, others: Iterable[int]) -> list[Text]:
        text = self._texts[number]
        candidates = [self._texts[other] for other in others if other != number]
        candidates = [item for item in candidates if item.first.place < text.first.place]
        return sorted(candidates, key=lambda item: item.first.place)

    def _first_verified(self, found: dict[int, Iterator[Text]], linked: set[int]) -> None:
        """Compare each text with its candidates until one of another family is verified; texts
        are fetched for all together, a few candidates more in each round."""
        fetch = FIRST_FETCH
        while found:
            self._stop()
            trial = {number: list(islice(others, fetch)) for number, others in found.items()}
            needed = [self._texts[number].sample for number in trial]
            needed += [other.sample for others in trial.values() for other in others]
            self._similarities.fetch(needed)
            for number, others in trial.items():
                text = self._texts[number]
                for other in others:
                    self._try_kin(text, other)
                    if self._try_foreign(text, other):
                        linked.add(other.number)
                        found.pop(number)
                        break
                else:
                    if len(others) < fetch:
                        found.pop(number)
            fetch *= 2

    def _try_foreign(self, text: Text, other: Text) -> bool:
        links = self.links
        if other.number in links.foreign[text.number]:
            return True
        if not text.is_foreign(other):
            return False
        similarity = self._similarity(text, other)
        if similarity.value < self._dedup.threshold:
            return False
        links.components.join(text.number, other.number)
        links.foreign[text.number][other.number] = similarity
        links.foreign[other.number][text.number] = similarity
        return True

    def _try_kin(self, text: Text, other: Text) -> None:
        if not text.is_kin(other):
            return
        similarity = self._similarity(text, other)
        if similarity.value >= self._dedup.family_threshold:
            self.links.kin[text.number][other.number] = similarity
            self.links.kin[other.number][text.number] = similarity

    def _similarity(self, text: Text, other: Text) -> Similarity:
        """Each pair is compared once; sizes too different for any threshold not at all."""
        pair = (min(text.number, other.number), max(text.number, other.number))
        if pair not in self._known:
            sizes = sorted((text.n_shingles, other.n_shingles))
            if sizes[0] < self._least_size * sizes[1]:
                self._known[pair] = Similarity(0.0)
            else:
                self._known[pair] = self._similarities.between(text.sample, other.sample)
        return self._known[pair]


def _shared_bands(texts: Iterable[Text]) -> set[int]:
    counts = Counter(band for text in texts for band in text.bands)
    return {band for band, count in counts.items() if count > 1}


def shares(frame: pl.DataFrame, hashes: pl.Series, bands: pl.Series) -> pl.Series:
    """Which rows have one of the content hashes or one of the bands."""
    rows = frame.select("content_hash", "bands").with_row_index()
    by_band = rows.select("index", "bands").explode("bands").filter(_within("bands", bands))
    by_hash = rows.filter(_within("content_hash", hashes))
    found = pl.concat([by_band["index"], by_hash["index"]])
    return rows["index"].is_in(found.implode())


def _within(column: str, values: pl.Series) -> pl.Expr:
    return pl.col(column).is_in(values.implode())
