"""Words as SQLite's FTS5 takes them, of texts and of what people search.

FTS5 breaks text at everything that is no letter, digit or mark. Scripts that put no space between
words are broken up letter by letter, and what is searched becomes a phrase: two letters of a word
are found wherever they stand together. Trigrams, the other way, find nothing shorter than three
letters, and half of the words of Chinese have two.
"""

import regex

TOKENIZER = "unicode61 remove_diacritics 2 categories 'L* N* Co M*'"
"""Marks belong to words, as the vowel signs of Hindi and Bengali do."""

_UNSPACED = regex.compile(
    r"[[\p{Han}\p{Hiragana}\p{Katakana}\u30FC\u3005\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]"
    r"&&\p{L}]\p{M}*",
    regex.V1,
)
_TERM = regex.compile(r'"([^"]*)"|(\S+)')
_WORD = regex.compile(r"[\p{L}\p{N}]")


def broken_up(text: str) -> str:
    """The text with a space around each letter of an unspaced script, and without NUL, at which
    SQLite would end it."""
    if text.isascii():
        return text.replace("\0", " ")
    return str(_UNSPACED.sub(r" \g<0> ", text)).replace("\0", " ")


def query_of(searched: str) -> str | None:
    """What is searched as an FTS5 query: all words, phrases in double quotes as they stand, a word
    that ends in `*` as the beginning of words. None where there is no word in it."""
    terms = (_term(match[1] or match[2] or "") for match in _TERM.finditer(searched))
    return " ".join(term for term in terms if term) or None


def _term(text: str) -> str:
    if not _WORD.search(text):
        return ""
    quoted = broken_up(text.removesuffix("*")).replace('"', '""')
    return f'"{quoted}"' + ("*" if text.endswith("*") else "")
