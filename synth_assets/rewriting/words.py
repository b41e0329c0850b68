"""Counting words as the corpora do."""

from synth_assets.corpus import document


def count_words(text: str) -> int:
    return document.count_words([text])[0]
