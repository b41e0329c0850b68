"""Segments: the sentences of a document as they are sent, and how they come back whole."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from synth_assets.translation.blocks import cut
from synth_assets.translation.characters import Characters
from synth_assets.translation.protect import (
    Span,
    find_spans,
    has_letters,
    outside,
    with_unknown,
)
from synth_assets.translation.sentences import Fits, split

MASK_LETTERS = "XZQKWY"
"""A mask is a letter and a number, such as X1: translators copy what looks like a variable. The
first letter is taken that makes no such word with the text's own."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence. `source` is as it stands in the document, `text` what the model is given, and
    `spans` are the stretches of `text` that must come back unaltered.

    `unreadable` says that the model lacks characters of a span, so that it cannot copy it.
    """

    source: str
    text: str
    spans: tuple[Span, ...] = ()
    n_mapped: int = 0
    unreadable: bool = False

    @property
    def has_prose(self) -> bool:
        return any(has_letters(piece) for piece in outside(self.text, self.spans))

    def is_intact(self, target: str) -> bool:
        """Whether every protected span occurs in the target as often as in the text."""
        texts = [span.text for span in self.spans]
        return all(target.count(text) == self.text.count(text) for text in texts)


Plan = Sequence[str | Segment]
"""A document in order: fixed text, and segments between."""


def plan(text: str, characters: Characters, fits: Fits) -> Plan:
    """Cut a text into fixed parts and segments; their sources joined are the text."""
    made: list[str | Segment] = []
    for block in cut(text):
        if not block.is_prose:
            made.append(block.text)
            continue
        for part in split(block.text, find_spans(block.text), fits):
            made.extend(_peeled(part.text, characters) if part.is_prose else [part.text])
    return made


def _peeled(source: str, characters: Characters) -> Plan:
    """A sentence without the markup that it begins or ends with, which stays where it is. Of a pair
    of tags both go or none."""
    spans = find_spans(source)
    partners = _partners(spans)
    first, last, start, end = 0, len(spans) - 1, 0, len(source)
    while first <= last:
        leads = spans[first].start == start and spans[first].text[0] in _MARKUP
        trails = spans[last].end == end and spans[last].text[0] in _MARKUP
        both = leads and trails and partners.get(first) == last
        if both or (leads and not first < partners.get(first, -1) <= last):
            start = _WHITE.match(source, spans[first].end).end()  # type: ignore[union-attr]
            first += 1
        elif trails and not first <= partners.get(last, -1) < last:
            end = len(source[: spans[last].start].rstrip())
            last -= 1
        else:
            break
    if start >= end:
        return [source]
    made: Plan = [source[:start], segment(source[start:end], characters), source[end:]]
    return [part for part in made if part]


def _partners(spans: Sequence[Span]) -> dict[int, int]:
    """Numbers of the spans that are the two tags of one element, each to the other."""
    opened: list[tuple[str, int]] = []
    found: dict[int, int] = {}
    for number, span in enumerate(spans):
        tag = _TAG.match(span.text)
        if tag is None:
            continue
        name = tag["name"].lower()
        if not tag["closes"]:
            opened.append((name, number))
        elif opened and opened[-1][0] == name:
            _, partner = opened.pop()
            found |= {partner: number, number: partner}
    return found


_MARKUP = "<{"
_TAG = re.compile(r"<(?P<closes>/?)(?P<name>[A-Za-z][\w:-]*)(?![^<]*/>)")
_WHITE = re.compile(r"\s*")


def segment(source: str, characters: Characters) -> Segment:
    """Map the characters around the protected spans, and protect what stays unreadable."""
    pieces = outside(source, spans := find_spans(source))
    mapped = [characters.apply(piece) for piece in pieces]
    made, placed = mapped[0].text, []
    for span, after in zip(spans, mapped[1:], strict=True):
        placed.append(Span(len(made), len(made) + len(span.text), span.text))
        made += span.text + after.text
    unknown = frozenset().union(*(piece.unknown for piece in mapped))
    inside = any(not characters.vocabulary.knows(span.text) for span in spans)
    return Segment(
        source,
        made,
        tuple(_joined(with_unknown(made, placed, unknown))),
        sum(piece.n_mapped for piece in mapped),
        unreadable=bool(unknown) or inside,
    )


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Spans that touch as one: nothing may come between them."""
    made: list[Span] = []
    for span in spans:
        if made and made[-1].end == span.start:
            last = made.pop()
            made.append(Span(last.start, span.end, last.text + span.text))
        else:
            made.append(span)
    return made


def masks(item: Segment) -> list[str]:
    """A mask for every span, none of which occurs in the text."""
    letter = next(
        (letter for letter in MASK_LETTERS if not re.search(rf"{letter}\d", item.text)), "XX"
    )
    return [f"{letter}{number}" for number in range(1, len(item.spans) + 1)]


def masked(item: Segment, names: Sequence[str]) -> str:
    """The text with its spans replaced by their masks, each a word of its own."""
    pieces = outside(item.text, item.spans)
    made = pieces[0]
    for name, before, after in zip(names, pieces, pieces[1:], strict=False):
        made += " " * before[-1:].isalnum() + name + " " * after[:1].isalnum() + after
    return made


def unmasked(target: str, item: Segment, names: Sequence[str]) -> str | None:
    """The target with its spans put back, or None unless every mask came back exactly once."""
    pattern = rf"(?<![A-Za-z0-9])(?:{'|'.join(names)})(?![A-Za-z0-9])"
    if sorted(re.findall(pattern, target)) != sorted(names):
        return None
    for name, span in zip(names, item.spans, strict=True):
        left = r"\s?" if item.text[: span.start][-1:].isalnum() else ""
        right = r"\s?" if item.text[span.end :][:1].isalnum() else ""
        mask = rf"{left}(?<![A-Za-z0-9]){name}(?![A-Za-z0-9]){right}"
        target = re.sub(mask, lambda _, kept=span.text: kept, target)  # type: ignore[misc]
    return target
