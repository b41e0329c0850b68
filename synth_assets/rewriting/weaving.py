"""A document with text put between its passages, none of its own characters changed."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from synth_assets.corpus.schema import Schema
from synth_assets.rewriting.words import count_words

SEPARATOR = "\n\n"
INSERTED: Schema = {"inserted": pl.List(pl.Struct({"start": pl.Int64(), "end": pl.Int64()}))}
"""The characters of the text that are not the parent's, in order: without them it is the parent's
text, byte for byte."""

_PARAGRAPH = re.compile(r".+?(?:\n\s*\n|\Z)", re.DOTALL)


class Around(NamedTuple):
    """What stands before and after a passage; empty where nothing does."""

    before: str = ""
    after: str = ""


def cut_exactly(text: str, max_words: int) -> list[str]:
    """Passages of whole paragraphs that together are the text, to the last blank. Each has at most
    `max_words` words, or is one paragraph that has more."""
    passages: list[str] = []
    size = 0
    paragraphs = _PARAGRAPH.findall(text)
    for paragraph, words in zip(paragraphs, map(count_words, paragraphs), strict=True):
        if passages and size + words <= max_words:
            passages[-1] += paragraph
            size += words
        else:
            passages.append(paragraph)
            size = words
    return passages


def weave(
    passages: Sequence[str], around: Mapping[int, Around]
) -> tuple[str, list[dict[str, int]]]:
    """The text of the passages with what stands around each by its place, and what was inserted,
    as in the column INSERTED."""
    text = ""
    inserted: list[dict[str, int]] = []
    for place, passage in enumerate(passages):
        before, after = around.get(place, Around())
        body = passage.rstrip()
        blank = passage[len(body) :]
        is_last = place == len(passages) - 1
        # the blank behind a passage stands behind what was put there
        parts = [
            (f"{before}{SEPARATOR}" if before else "", True),
            (body, False),
            (f"{SEPARATOR}{after}" if after else "", True),
            (blank, False),
            (SEPARATOR if after and not is_last and "\n" not in blank else "", True),
        ]
        for part, is_new in parts:
            if is_new and part:
                inserted.append({"start": len(text), "end": len(text) + len(part)})
            text += part
    return text, inserted
