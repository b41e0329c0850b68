"""What of an item is looked for: sequences of words, and what must follow them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from synth_assets.filtering.decontamination.items import Item
from synth_assets.filtering.decontamination.normal import joined_words, words

SLACK_WORDS = 32
"""What may stand around answers that follow a question, such as `Answer:` or the letters of
choices, in words."""

MIN_QUESTION_WORDS = 2
"""Of a question that only its answers make long enough: fewer would be met everywhere."""

Words = tuple[str, ...]


MIN_JOINED = 0.75
"""Share of the words of a short n-gram that a text must still have when the punctuation inside its
words is taken out, to be looked for by itself."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A sequence of words that belongs to an item: any `size` of them in a row are a candidate.

    Where there are `companions`, all of one group must follow soon.
    """

    item: Item
    words: Words
    size: int
    companions: tuple[tuple[Words, ...], ...] = ()

    def is_answered(self, found: Sequence[str], end: int) -> bool:
        """Whether the words of a text, after those that the sequence takes up to `end`, hold what
        must follow it."""
        return not self.companions or any(_all_in(group, found, end) for group in self.companions)


def probes_of(item: Item, ngram: int, short_ngram: int) -> list[Probe]:
    """None where the item is too short to be told from any other text.

    Each text counts as it is written, and with the punctuation inside its words taken out: in a
    document either may stand.
    """
    probes = [
        probe
        for text in item.texts
        for spelled in dict.fromkeys((tuple(words(text)), tuple(joined_words(text))))
        if (probe := _probe(item, spelled, len(words(text)), ngram, short_ngram))
    ]
    return list({probe.words: probe for probe in probes}.values())


def _probe(item: Item, spelled: Words, n_words: int, ngram: int, short_ngram: int) -> Probe | None:
    """Of one text in one spelling; `n_words` are those of the text as it is written."""
    size = len(spelled)
    if size >= ngram:
        return Probe(item, spelled, ngram)
    if size >= short_ngram:
        return Probe(item, spelled, short_ngram)
    if n_words >= short_ngram and size >= MIN_JOINED * short_ngram:
        return Probe(item, spelled, size)
    companions = tuple(_companions(item, short_ngram - size))
    if size >= MIN_QUESTION_WORDS and companions:
        return Probe(item, spelled, size, companions)
    return None


def _companions(item: Item, at_least: int) -> Iterator[tuple[Words, ...]]:
    """Groups of answers that have so many words together."""
    alone = ((answer,) for answer in item.answers)
    groups = dict.fromkeys(chain(alone, item.choices))
    for group in groups:
        for spell in (words, joined_words):
            parts = tuple(part for part in (tuple(spell(answer)) for answer in group) if part)
            if sum(map(len, parts)) >= at_least:
                yield parts


def _all_in(group: tuple[Words, ...], found: Sequence[str], start: int) -> bool:
    near = found[start : start + sum(map(len, group)) + SLACK_WORDS]
    return all(_is_in(part, near) for part in group)


def _is_in(part: Words, found: Sequence[str]) -> bool:
    size = len(part)
    return any(tuple(found[at : at + size]) == part for at in range(len(found) - size + 1))
