"""Sentences of a stretch of prose, none longer than the model takes.

Rules only: end marks of many scripts, abbreviations, initials. A cut never falls inside a
protected span. Sentences that are still too long are halved at the clause end, or else the space,
nearest to the middle.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

from synth_assets.translation.blocks import Part
from synth_assets.translation.protect import Span

Fits = Callable[[str], bool]
"""Whether a text is short enough to be one segment."""

_CLOSING = r"[\"'”’»›)\]}」』】）]*"
_END = re.compile(
    rf"[.!?…‼⁇⁈⁉]+{_CLOSING}(?P<gap>\s+)"  # Latin, Cyrillic, Greek: a space follows
    rf"|[؟۔।॥։።፧፨᙮។៕။]+{_CLOSING}(?P<gap2>\s*)"  # Arabic, Indic, Armenian, Ethiopic, Khmer...
    rf"|[。！？｡．]+{_CLOSING}(?P<gap3>\s*)"  # Chinese, Japanese: no space
)
_ABBREVIATIONS = frozenset(
    """
    al approx ca cf ch co corp dept ed eds eq est etc e.g fig figs i.e inc incl ltd no nos p pp ref
    refs resp sec viz vol vs capt col dr gen jr lt mr mrs ms prof rev sr st
    abb bspw bzw d.h evtl ggf nr u.a usw vgl z.b av núm p.ej p.ex pág págs sra dra ud uds
    """.split()  # noqa: SIM905  a table of words is read more easily as text
)
"""Words whose full stop ends no sentence (English, German, French, Spanish, Catalan)."""

LOOKED_AT = 40
"""Characters around a full stop that say whether it ends a sentence."""

_LAST_WORD = re.compile(r"[^\s(\[\"'“‘«]*\Z")
_CLAUSE_END = re.compile(r"(?<=[;:,،؛、；：，—])\s*(?=\S)|\s+(?=[–—-]\s)")
_SPACE = re.compile(r"\s+")
_COMBINING = re.compile(r"[\u0300-\u036f\u0900-\u0dff\u0e31-\u0e4e\u200c\u200d\ufe0f]")


def split(text: str, spans: Sequence[Span], fits: Fits) -> Iterator[Part]:
    """Sentences as prose, the white space between them as fixed parts."""
    start = 0
    for end, gap in _ends(text, spans):
        yield from shorten(text[start:end], _within(spans, start, end), fits)
        if gap > end:
            yield Part(text[end:gap])
        start = gap
    if start < len(text):
        yield from shorten(text[start:], _within(spans, start, len(text)), fits)


def shorten(text: str, spans: Sequence[Span], fits: Fits) -> Iterator[Part]:
    """The text as it is when it fits, or else halved until its pieces fit or cannot be cut."""
    cut = None if fits(text) else middle(text, spans)
    if cut is None:
        yield Part(text, is_prose=True)
        return
    end, start = cut
    yield from shorten(text[:end], _within(spans, 0, end), fits)
    if start > end:
        yield Part(text[end:start])
    yield from shorten(text[start:], _within(spans, start, len(text)), fits)


def middle(text: str, spans: Sequence[Span]) -> tuple[int, int] | None:
    """Where to halve: end of the first half, start of the second; white space lies between.

    None where the text cannot be cut outside its protected spans.
    """
    for pattern in (_CLAUSE_END, _SPACE):
        cuts = [found.span() for found in pattern.finditer(text)]
        inner = [cut for cut in cuts if cut[0] > 0 and cut[1] < len(text) and _free(cut, spans)]
        # a clause end counts only where it leaves no scrap
        scrap = len(text) // 5 if pattern is _CLAUSE_END else 0
        inner = [cut for cut in inner if scrap < cut[0] < len(text) - scrap]
        if inner:
            return min(inner, key=lambda cut: abs(cut[0] + cut[1] - len(text)))
    return _between_characters(text, spans)


def _between_characters(text: str, spans: Sequence[Span]) -> tuple[int, int] | None:
    half = len(text) // 2
    for place in sorted(range(1, len(text)), key=lambda place: abs(place - half)):
        if _free((place, place), spans) and not _COMBINING.match(text[place]):
            return place, place
    return None


def _ends(text: str, spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """End of each sentence but the last, and the start of the next."""
    for found in _END.finditer(text):
        gap = next(name for name in ("gap", "gap2", "gap3") if found[name] is not None)
        end, start = found.span(gap)
        if start >= len(text) or not _free((end, start), spans):
            continue
        if gap == "gap" and not _begins_sentence(text[start : start + LOOKED_AT]):
            continue
        if gap == "gap" and _is_abbreviation(text[max(0, end - LOOKED_AT) : end]):
            continue
        yield end, start


def _begins_sentence(rest: str) -> bool:
    """A small letter begins none, nor does a mark that cannot stand first."""
    first = rest.lstrip("\"'“‘«‹([{¿¡-–—*_`")[:1]
    return bool(first) and not first.islower() and first not in ",;:.!?)]}%/=+"


def _is_abbreviation(text: str) -> bool:
    stripped = text.rstrip()
    if not stripped.endswith("."):
        return False
    word = _LAST_WORD.search(stripped[:-1])[0]  # type: ignore[index]
    is_initial = len(word) == 1 and word.isupper() and word != "I"
    return is_initial or word.casefold() in _ABBREVIATIONS


def _free(cut: tuple[int, int], spans: Sequence[Span]) -> bool:
    """Whether a cut lies outside the spans, which are in order and do not overlap."""
    before = bisect_left(spans, cut[1], key=lambda span: span.start)
    return before == 0 or spans[before - 1].end <= cut[0]


def _within(spans: Sequence[Span], start: int, end: int) -> list[Span]:
    first = bisect_left(spans, start, key=lambda span: span.start)
    last = bisect_right(spans, end, key=lambda span: span.end)
    return [Span(span.start - start, span.end - start, span.text) for span in spans[first:last]]
