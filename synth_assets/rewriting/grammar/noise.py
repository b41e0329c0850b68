"""Mistakes in the prose of a document, after GECTurk (Kara et al. 2023): rules in an order of
chance, each with a rate of its own, and no word touched twice.

Only lines that look like prose are spoilt, sentences and not headings, tables, code or addresses.
Edits are of the correct text; they are drawn line by line under a seed of the line, so that the
same line gets the same mistakes wherever it stands.
"""

import re
from bisect import bisect
from collections.abc import Iterator, Mapping
from functools import cache
from random import Random

from synth_assets.generation.engines.rules import NoStructureError
from synth_assets.hashing import digest
from synth_assets.rewriting.edits import Edit, apply_edits, dump_edits, undoing
from synth_assets.rewriting.grammar import catalan, english
from synth_assets.rewriting.grammar.rules import ErrorRule

VERSION = "1"
"""Raise by hand when the same text and seed give other mistakes."""

RULES: Mapping[str, tuple[ErrorRule, ...]] = {
    "eng_Latn": english.RULES,
    "cat_Latn": catalan.RULES,
}

RATE = "rate"
"""The option that all rates are multiplied by."""

MIN_WORDS = 8
"""Of a line: shorter ones are labels more often than sentences."""

_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_NOT_PROSE = re.compile(r"[ \t]*[#|>]|\t| {4}|.*[|{}<>=\\_]|.*\w\(\)")
_SENTENCE_END = re.compile(r"[.!?:][)\"”’»]*\s*$")
_ADDRESS = re.compile(r"\S*(?:://|www\.|@|/\w)\S*|\S*\w\.\w\S*|`[^`]*`")


def draw(text: str, lang: str, options: Mapping[str, float]) -> str:
    """The mistakes of a document as `edits.dump_edits` writes them; the seed is an option.

    Raises NoStructureError where there is no place for one.
    """
    edits = make_errors(text, lang, options)
    if not edits:
        raise NoStructureError("no sentence with a place for a mistake was drawn")
    return dump_edits(edits)


def make_errors(text: str, lang: str, options: Mapping[str, float]) -> list[Edit]:
    """Edits that spoil the text, in order."""
    found: list[Edit] = []
    for at, line in prose_lines(text):
        chance = Random(int(digest(str(options["seed"]), lang, line), 16))
        found += [edit.moved(at) for edit in _spoil(line, lang, options, chance)]
    if apply_edits(apply_edits(text, found), undoing(found)) != text:
        raise AssertionError("mistakes that do not lead back to the correct text")
    return found


def prose_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines of prose, with where they begin."""
    at, fence = 0, ""
    for line in text.splitlines(keepends=True):
        if found := _FENCE.match(line):
            fence = "" if fence and found[1].startswith(fence) else fence or found[1]
        elif not fence and _is_prose(line):
            yield at, line
        at += len(line)


def _is_prose(line: str) -> bool:
    long_enough = len(line.split()) >= MIN_WORDS
    return long_enough and not _NOT_PROSE.match(line) and bool(_SENTENCE_END.search(line))


def _spoil(line: str, lang: str, options: Mapping[str, float], chance: Random) -> list[Edit]:
    taken = [found.span() for found in _ADDRESS.finditer(line)]
    edits: list[Edit] = []
    for rule in chance.sample(RULES[lang], len(RULES[lang])):
        rate = options[RATE] * options[option_of(lang, rule)]
        for start, end, after in rule.places(line):
            if chance.random() < rate and _free(line, start, end, taken):
                taken.append((start, end))
                taken.sort()
                edits.append(Edit(start, end, rule.type, line[start:end], after))
    return sorted(edits)


def _free(line: str, start: int, end: int, taken: list[tuple[int, int]]) -> bool:
    """Whether no word of the span was touched, nor one beside it."""
    first, last = _word_start(line, start), _word_end(line, end)
    place = bisect(taken, (first, -1))
    before = taken[place - 1][1] if place else -1
    behind = taken[place][0] if place < len(taken) else len(line) + 1
    return before < first and behind > last


def _word_start(line: str, at: int) -> int:
    while at and not line[at - 1].isspace():
        at -= 1
    return at


def _word_end(line: str, at: int) -> int:
    while at < len(line) and not line[at].isspace():
        at += 1
    return at


@cache
def default_options() -> Mapping[str, float]:
    """Every rule's own rate, and what all are multiplied by."""
    rates = {option_of(lang, one): one.rate for lang, rules in RULES.items() for one in rules}
    return {RATE: 1.0, **rates}


def option_of(lang: str, rule: ErrorRule) -> str:
    """The option that sets a rule's rate, such as eng_missing_article."""
    return f"{lang[:3]}_{rule.name}"
