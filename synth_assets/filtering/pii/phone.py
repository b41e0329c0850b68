"""Telephone numbers: what looks like one, and is valid in its country's numbering plan."""

import re
from collections.abc import Iterator
from functools import lru_cache

from synth_assets.filtering.pii.spans import Bounds

_SEPARATORS = " \t\u00a0\u2009\u202f().\u2010\u2011\u2013/\\-"
_DIGITS = rf"\(?\d(?:[{_SEPARATORS}]{{0,3}}\d){{6,14}}"
_CUES = (
    "tel(?:e?phone|e?fono?|éfono|èfon|éphone|efax|efoon)?|phone|mobile|mob|cell|fax|call|whatsapp|"
    "hotline|handy|móvil|mòbil|tlf|puh|тел(?:ефон)?|电话|電話|전화|هاتف|simu"
)
_CUED = (
    rf"\b(?:{_CUES})(?:\s?(?:number|no|nr|nummer))?[.:]?[^\w\n+(]{{0,4}}(?P<number>{_DIGITS})(?!\w)"
)

_INTERNATIONAL = re.compile(
    rf"(?<![\w+./=&^*-])\+{_DIGITS.replace('/', '')}+(?![\w/*^]|[,.]\d|[ -]{{1,2}}\d)"
)
_NORTH_AMERICAN = re.compile(r"(?<![\w.(+/=-])(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?!\w|[-.]\d)")
_NATIONAL = re.compile(_CUED, re.IGNORECASE)
"""Other national numbers are only looked for after a word that announces one: without it they are
any digits."""

_APART = re.compile(rf"(?<=\d)[{_SEPARATORS}]{{2,3}}(?=\d)")


def _spelled(cues: str) -> str:
    """In the three ways that a word begins: a search that folds case is five times as slow."""
    plain = re.sub(r"\(.*?\)\??", "", cues).split("|")
    return "|".join(dict.fromkeys(way for cue in plain for way in (cue, cue.title(), cue.upper())))


HINT = "|".join(
    [
        "[+][(]?[0-9]",
        "[0-9]{3}(?:[)] ?|[-.])[0-9]{3}[-.][0-9]{4}",
        rf"(?:{_spelled(_CUES)})[^\n0-9]{{0,24}}[0-9][{_SEPARATORS}0-9]{{5}}",
    ]
)


def find(text: str, lang: str) -> Iterator[Bounds]:
    """Numbers with their country's code anywhere; those without it after a word such as `phone`,
    or written as in North America."""
    for found in _INTERNATIONAL.finditer(text):
        yield from _valid(text, *found.span(), ())
    for found in _NORTH_AMERICAN.finditer(text):
        yield from _valid(text, *found.span(), ("US",))
    for found in _NATIONAL.finditer(text):
        yield from _valid(text, *found.span("number"), _regions(lang))


def _valid(text: str, start: int, end: int, regions: tuple[str, ...]) -> Iterator[Bounds]:
    for shorter in _ends(text, start, end):
        if _is_valid(text[start:shorter], regions):
            yield start, shorter
            return


def _ends(text: str, start: int, end: int) -> Iterator[int]:
    """The end, and earlier ones: two separators or more may lead to another number."""
    yield end
    for found in reversed(list(_APART.finditer(text, start, end))):
        yield found.start()


@lru_cache(maxsize=4096)
def _is_valid(written: str, regions: tuple[str, ...]) -> bool:
    import phonenumbers

    for region in regions or (None,):
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(written, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


@lru_cache(maxsize=512)
def _regions(lang: str) -> tuple[str, ...]:
    """Where a language is spoken most (CLDR's likely subtags)."""
    from langcodes import Language

    territory = Language.get(lang.replace("_", "-")).maximize().territory
    regions = [territory, "US", "GB"] if lang.startswith("eng") else [territory, "US"]
    return tuple(dict.fromkeys(region for region in regions if region))
