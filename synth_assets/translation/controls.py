"""Control rows: translations spoiled on purpose, which the gates in force must refuse.

A gate with a loose limit, or with a model that does not fit the language, passes everything in
silence. So translations that were kept are spoiled, and the gate is asked again. After the papers
that translate corpora and rank their translations (Doshi et al. 2024, shuffled words come last).
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from synth_assets.generation.gates.gate import Gate, Generated
from synth_assets.generation.gates.language import Language
from synth_assets.generation.gates.length import TranslatedLength
from synth_assets.generation.gates.units import pieces
from synth_assets.hashing import digest

DROPPED = 0.5
"""Chance of a word to be dropped: half of a text is what the limits of length must tell."""

Pairs = Sequence[tuple[str, str]]
"""Source and target of a document's segments."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A translation that the gates let pass; `foreign` are another document's sentences in the
    language of the source."""

    doc_id: str
    pairs: Pairs
    foreign: Sequence[str]


def wrong_language(one: Kept, _: random.Random) -> Iterator[str]:
    """What another document says, not translated."""
    return (one.foreign[place % len(one.foreign)] for place in range(len(one.pairs)))


def dropped_words(one: Kept, chance: random.Random) -> Iterator[str]:
    for _, text in one.pairs:
        yield "".join(word for word in pieces(text) if chance.random() >= DROPPED)


def shuffled_words(one: Kept, chance: random.Random) -> Iterator[str]:
    """The words of every segment in another order."""
    for _, text in one.pairs:
        words = [word.strip() for word in pieces(text)]
        chance.shuffle(words)
        yield " ".join(words)


Spoil = Callable[[Kept, random.Random], Iterator[str]]

SPOILT: Mapping[str, Spoil] = {Language.name: wrong_language, TranslatedLength.name: dropped_words}
"""What each gate of documents is there for."""


def spoiled(spoil: Spoil, one: Kept) -> Pairs:
    """The pairs with their targets spoiled, by chance that hangs on the document alone."""
    texts = spoil(one, random.Random(digest(spoil.__name__, one.doc_id)))
    return [(source, text) for (source, _), text in zip(one.pairs, texts, strict=True)]


def caught(gate: Gate, spoil: Spoil, kept: Sequence[Kept], langs: tuple[str, str]) -> float:
    """The share of the spoiled translations that the gate refuses; 0 of none."""
    made = [spoiled(spoil, one) for one in kept]
    refused = [gate(Generated("", text_of(pairs), *langs, parts=pairs)) for pairs in made]
    return sum(fault is not None for fault in refused) / max(1, len(kept))


def text_of(pairs: Pairs) -> str:
    return "\n".join(text for _, text in pairs)
