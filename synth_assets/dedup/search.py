"""What was admitted before and equals or nearly equals a text, by mapped bands."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from synth_assets.dedup import matching
from synth_assets.dedup.embedding import WIDTH, Int8s
from synth_assets.dedup.links import Links, Stop, fill_pairs
from synth_assets.dedup.matching import Marks
from synth_assets.dedup.meaning import has_like, likes
from synth_assets.dedup.minhash import MinHasher
from synth_assets.dedup.similarity import SetsOfAll, Similarity, jaccard, least_agreeing
from synth_assets.dedup.texts import OwnBatch, Seen, Sighting, Text, sighting
from synth_assets.profile.dedup import DedupProfile
from synth_assets.text.columns import Int64s, UInt32s, UInt64s

FIRST_FETCH = 4
"""Candidates read for a text before its first comparison; twice as many in each further round."""


@dataclass(frozen=True)
class Probes:
    """Texts to look up and what they are looked up by, (texts, ...)."""

    texts: list[Text]
    hashes: UInt64s
    signatures: UInt32s
    contents: UInt64s

    def __getitem__(self, chosen: Int64s) -> "Probes":
        texts = [self.texts[number] for number in chosen]
        return Probes(texts, self.hashes[chosen], self.signatures[chosen], self.contents[chosen])

    def rows_before(self, batch: Seen) -> Int64s:
        """(texts,) How many of the batch's rows precede each text."""
        everything = len(batch.index.minhash)
        places = ((text.first.admission, text.first.row) for text in self.texts)
        return np.array(
            [
                everything if admission > batch.admission else row * (admission == batch.admission)
                for admission, row in places
            ],
            dtype=np.int64,
        )


def shared_rows(own: OwnBatch, batch: Seen, dedup: DedupProfile) -> Marks:
    """First rows of the own texts that share a band or a content hash with an earlier batch, or
    that mean the same as one of its texts."""
    mine, theirs = own.index, batch.index
    marks = np.zeros(len(own), dtype=bool)
    for band, other in zip(mine.bands, theirs.bands, strict=True):
        matching.mark_shared(band, mine.bits, other, theirs.bits, marks)
    if dedup.semantic is not None:
        marks |= has_like(own.admitted.embeddings, batch.embeddings, dedup.semantic.threshold)
    marks &= own.text_of == np.arange(len(own))
    return marks


class Search:
    """Links each text to the first text that precedes it, is verified, and is of another family;
    then that one in turn, so that a chain of near copies ends at its first. All verified kin on
    the way is linked too.

    Batches are gone through from the first, and a text leaves the search when each of its
    documents has met one of another family.
    """

    def __init__(
        self,
        own: OwnBatch,
        earlier: Sequence[Seen],
        sets: SetsOfAll,
        *,
        hasher: MinHasher,
        dedup: DedupProfile,
        stop: Stop,
    ) -> None:
        self.links = Links()
        self.texts: dict[int, Text] = {}
        self.numbers = len(own)  # of texts; the own ones are numbered by their first rows
        self.compared = 0
        self.estimated = 0
        self._own = own
        self._earlier = earlier
        self._batches = {batch.key: batch for batch in (*earlier, own.admitted)}
        self._sets = sets
        self._hasher = hasher
        self._dedup = dedup
        self._stop = stop
        self._by_content: dict[str, Text] = {}
        self._known: dict[tuple[int, int], Similarity] = {}
        self._met: dict[int, list[Text]] = defaultdict(list)
        self._least = least_agreeing(min(dedup.threshold, dedup.family_threshold), hasher.num_perm)

    def run(self, marks: Sequence[Marks], also: Iterable[Sighting] = ()) -> None:
        """`marks` are the `shared_rows` of each earlier batch, whose sets are there; `also` earlier
        documents whose own neighbours are looked for too."""
        rows = np.flatnonzero(np.any(marks, axis=0)) if marks else np.empty(0, np.int64)
        wave = self._own.texts(rows.tolist())
        self.texts |= {text.number: text for text in wave}
        self._by_content |= {text.content_hash: text for text in wave}
        self._look_up(wave, [mark[rows] for mark in marks])
        probed = {text.number for text in wave}
        named = {self._earlier_text(item.content_hash, item).number for item in also}
        while wave := self._unprobed(named, probed):
            probed |= {text.number for text in wave}
            self._look_up(wave, None)

    def _unprobed(self, named: set[int], probed: set[int]) -> list[Text]:
        linked = {number for pair in self.links.foreign for number in pair}
        return [self.texts[number] for number in sorted((linked | named) - probed)]

    def _earlier_text(self, content: str, document: Sighting) -> Text:
        text = self._by_content.get(content)
        if text is None:
            text = Text(self.numbers, content)
            self.numbers += 1
            self._by_content[content] = self.texts[text.number] = text
        text.add([document])
        return text

    def _look_up(self, wave: list[Text], marks: list[Marks] | None) -> None:
        if not wave:
            return
        probes = self._probes(wave)
        limits = [probes.rows_before(batch) for batch in self._earlier]
        for number, batch in enumerate(self._earlier):
            self._stop()
            chosen = np.flatnonzero(
                (limits[number] > 0) & (True if marks is None else marks[number])
            )
            if len(chosen):
                self._meet_equals(probes[chosen], limits[number][chosen], batch)
                self._meet_near(probes[chosen], batch)
                if self._dedup.semantic is not None:
                    self._meet_like(probes[chosen], batch, self._dedup.semantic.threshold)

    def _probes(self, texts: list[Text]) -> Probes:
        signatures = np.stack([self._signature(text.first) for text in texts])
        hashes = np.ascontiguousarray(self._hasher.band_hashes(signatures).T)
        contents = np.array([int(text.content_hash[:16] or "0", 16) for text in texts], np.uint64)
        return Probes(texts, hashes, signatures, contents)

    def _meet_equals(self, probes: Probes, below: Int64s, batch: Seen) -> None:
        """Add the documents of the same content hash."""
        index = batch.index
        numbers, rows = fill_pairs(
            lambda *room: matching.content_pairs(
                probes.contents, index.contents, index.bits, below, *room
            )
        )
        documents = self._documents(batch, rows)
        for number, row in zip(numbers.tolist(), rows.tolist(), strict=True):
            content, document = documents[row]
            if content == probes.texts[number].content_hash:
                probes.texts[number].add([document])

    def _meet_near(self, probes: Probes, batch: Seen) -> None:
        """Compare each text with its candidates in precedence until it is settled; texts are read
        for all together, a few candidates more in each round."""
        below, cursors = probes.rows_before(batch), np.zeros(len(probes.texts), dtype=np.int64)
        has_words = np.array([text.first.n_shingles > 0 for text in probes.texts])
        limit = FIRST_FETCH
        while True:
            waiting = np.array([not self._is_settled(text) for text in probes.texts])
            chosen = np.flatnonzero(has_words & waiting & (cursors < below))
            if not len(chosen):
                return
            self._stop()
            trial = probes[chosen]
            moved = cursors[chosen]
            numbers, rows = self._candidates(trial, batch, moved, below[chosen], limit)
            cursors[chosen] = moved
            documents = self._documents(batch, rows)
            self._compare(
                (trial.texts[number], self._earlier_text(*documents[row]))
                for number, row in zip(numbers.tolist(), rows.tolist(), strict=True)
            )
            limit *= 2

    def _meet_like(self, probes: Probes, batch: Seen, threshold: float) -> None:
        """Link each text that is not settled to the first that means the same."""
        below = probes.rows_before(batch)
        waiting = [at for at, text in enumerate(probes.texts) if not self._is_settled(text)]
        vectors = np.zeros((len(waiting), WIDTH), dtype=np.int8)
        for place, at in enumerate(waiting):
            vectors[place] = self._vector(probes.texts[at].first)
        numbers, rows, values = likes(vectors, batch.embeddings, threshold)
        for place, at in enumerate(waiting):
            text, part = probes.texts[at], slice(*np.searchsorted(numbers, [place, place + 1]))
            for row, value in zip(rows[part].tolist(), values[part].tolist(), strict=True):
                if row >= below[at] or self._is_settled(text):
                    break
                other = self._earlier_text(*self._documents(batch, np.array([row]))[row])
                if other is not text and text.is_foreign(other):
                    pair = (text.number, other.number)
                    Links.put(self.links.foreign, pair, Similarity(value, by_meaning=True))
                    self._met[text.number].append(other)

    def _candidates(
        self, probes: Probes, batch: Seen, cursors: Int64s, below: Int64s, limit: int
    ) -> tuple[Int64s, Int64s]:
        index, room = batch.index, limit * len(probes.texts)
        numbers, rows = np.empty(room, np.int64), np.empty(room, np.int64)
        found = matching.next_candidates(
            probes.hashes, probes.signatures, index.texts, index.bits, index.minhash,
            cursors, below, limit, self._least, numbers, rows,
        )  # fmt: skip
        return numbers[:found], rows[:found]

    def _compare(self, pairs: Iterable[tuple[Text, Text]]) -> None:
        for listed in self._portions(pairs):
            self._sets.fetch(item.sample for pair in listed for item in pair)
            for text, other in listed:
                if not self._is_settled(text):
                    self._meet(text, other)

    def _portions(self, pairs: Iterable[tuple[Text, Text]]) -> Iterator[list[tuple[Text, Text]]]:
        """The pairs of different texts, as many at a time as there is room for their sets."""
        portion, filled = list[tuple[Text, Text]](), 0
        for text, other in pairs:
            if text is other:
                continue
            taken = sum(self._sets.bytes_to_read(item.sample) for item in (text, other))
            if portion and filled + taken > self._sets.room:
                yield portion
                portion, filled = [], 0
            portion.append((text, other))
            filled += taken
        if portion:
            yield portion

    def _meet(self, text: Text, other: Text) -> None:
        if text.is_kin(other):
            self._try(text, other, self._dedup.family_threshold, self.links.kin)
        if text.is_foreign(other) and self._try(
            text, other, self._dedup.threshold, self.links.foreign
        ):
            self._met[text.number].append(other)

    def _try(
        self, text: Text, other: Text, threshold: float, links: dict[tuple[int, int], Similarity]
    ) -> bool:
        similarity = self._similarity(text, other)
        if similarity.value >= threshold:
            Links.put(links, (text.number, other.number), similarity)
            return True
        return False

    def _is_settled(self, text: Text) -> bool:
        """Whether each document of the text has a linked one of another family."""
        met = self._met.get(text.number, ())
        return bool(met) and all(
            any(not mine.is_kin(theirs) for other in met for theirs in other.sightings)
            for mine in text.sightings
        )

    def _documents(self, batch: Seen, rows: Int64s) -> dict[int, tuple[str, Sighting]]:
        """Content hash and document of each row."""
        if not len(rows):
            return {}
        frame = batch.rows(np.unique(rows).tolist())
        return {
            row["row"]: (row["content_hash"], sighting(row, batch))
            for row in frame.iter_rows(named=True)
        }

    def _similarity(self, text: Text, other: Text) -> Similarity:
        """Each pair is compared once."""
        pair = (min(text.number, other.number), max(text.number, other.number))
        if pair not in self._known:
            self._known[pair] = self._measure(text.sample, other.sample)
        return self._known[pair]

    def _measure(self, one: Sighting, other: Sighting) -> Similarity:
        self.compared += 1
        mine, theirs = self._sets[one], self._sets[other]
        if mine is not None and theirs is not None:
            return Similarity(jaccard(mine, theirs))
        self.estimated += 1
        agreeing = np.mean(self._signature(one) == self._signature(other))
        return Similarity(float(agreeing), exact=False)

    def _vector(self, item: Sighting) -> Int8s:
        found: Int8s = self._batches[item.batch].embeddings[item.row]
        return found

    def _signature(self, item: Sighting) -> UInt32s:
        found: UInt32s = self._batches[item.batch].index.minhash[item.row]
        return found
