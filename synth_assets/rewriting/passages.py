"""Cutting a long document into passages, on paragraph ends, then sentence ends."""

import re
from collections.abc import Iterator

from synth_assets.rewriting.restructure.sentences import split_sentences
from synth_assets.rewriting.words import count_words

VERSION = "1"
MAX_HEADINGS = 3
"""Short lines that are taken for headings of the paragraph below; more are a list."""

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})", re.MULTILINE)
_CUTS = re.compile(r"(?:\S+[^\S\n]*){1,32}\n?|\s+")
"""Some words of one line, with the blanks behind them."""
_HEADING = re.compile(r"#{1,6}\s.*|[^\n.!?:;]{1,80}")


def cut_passages(text: str, max_words: int) -> list[str]:
    """Passages of at most `max_words` words, in order; together they are the whole text.

    Headings stay with the paragraph below them. A fenced block is never cut, and a sentence
    neither: where one is too long, its passage is longer than the limit rather than broken.
    """
    passages: list[str] = []
    waiting: list[str] = []
    size = 0
    for unit in _units(text, max_words):
        words = count_words(unit)
        if waiting and size + words > max_words:
            passages.append("\n\n".join(waiting))
            waiting, size = [], 0
        waiting.append(unit)
        size += words
    return [*passages, "\n\n".join(waiting)] if waiting else passages


def _units(text: str, max_words: int) -> Iterator[str]:
    """What is never torn: paragraphs with the headings above them, or parts of long ones."""
    headings: list[str] = []
    for paragraph in _paragraphs(text):
        if _HEADING.fullmatch(paragraph):
            headings.append(paragraph)
            if len(headings) > MAX_HEADINGS:
                yield headings.pop(0)
            continue
        room = max_words - sum(map(count_words, headings))
        first, *rest = _pieces(paragraph, room)
        yield "\n\n".join([*headings, first])
        headings = []
        yield from rest
    yield from headings


def _pieces(paragraph: str, max_words: int) -> list[str]:
    """The paragraph, or runs of its sentences where it is too long."""
    if count_words(paragraph) <= max_words or _FENCE.search(paragraph):
        return [paragraph]
    pieces: list[str] = []
    size = 0
    for sentence in split_sentences(paragraph):
        words = count_words(sentence)
        if pieces and size + words <= max_words:
            pieces[-1] += " " + sentence
            size += words
        else:
            pieces.append(sentence)
            size = words
    return pieces


def _paragraphs(text: str) -> Iterator[str]:
    """Blocks between blank lines; what stands between fences is one block."""
    block: list[str] = []
    fence = ""
    for line in text.splitlines():
        if not line.strip() and not fence:
            if block:
                yield "\n".join(block)
            block = []
            continue
        block.append(line)
        if found := _FENCE.match(line):
            if not fence:
                fence = found[1]
            elif line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
    if block:
        yield "\n".join(block)


def cut_exactly(text: str, max_words: int) -> list[str]:
    """Pieces of about `max_words` words that, put together, are the text byte for byte. A piece
    ends behind a line where it can; of lines that are longer the words are counted off."""
    pieces, begin, words = [], 0, 0
    for found in _CUTS.finditer(text):
        words += len(found[0].split())
        ends_line = found[0].endswith("\n")
        if words >= max_words and (ends_line or words >= 2 * max_words):
            pieces.append(text[begin : found.end()])
            begin, words = found.end(), 0
    return [*pieces, text[begin:]] if begin < len(text) else pieces
