"""Counting words as the corpora do."""

from synth_assets.corpus import document

TOKENS_PER_WORD = 4 / 3
r"""Of current models' vocabularies (100,000 entries and more) on English prose, with `\w+` as a
word. Other languages take more: a passage has up to twice as many tokens there."""


def count_words(text: str) -> int:
    return document.count_words([text])[0]


def words_in(n_tokens: int) -> int:
    """How many words of English so many tokens are, for passages that a paper gives in tokens."""
    return round(n_tokens / TOKENS_PER_WORD)
