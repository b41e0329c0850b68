"""Counting words as the corpora do."""

import re
from itertools import islice

from synth_assets.corpus import document

_WORD = re.compile(r"\w+")

TOKENS_PER_WORD = 4 / 3
r"""Of current models' vocabularies (100,000 entries and more) on English prose, with `\w+` as a
word. Other languages take more: a passage has up to twice as many tokens there."""


def count_words(text: str) -> int:
    return document.count_words([text])[0]


def words_in(n_tokens: int) -> int:
    """How many words of English so many tokens are, for passages that a paper gives in tokens."""
    return round(n_tokens / TOKENS_PER_WORD)


def first_words(text: str, n_words: int) -> str:
    """The text up to the end of its first `n_words` words; all of it where it has no more."""
    found = list(islice(_WORD.finditer(text), n_words + 1))
    return text if len(found) <= n_words else text[: found[n_words - 1].end()]
