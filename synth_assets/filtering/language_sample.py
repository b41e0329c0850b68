"""What of a text a language is judged by."""

import re

SAMPLE_CHARS = 3000
"""How much of a document is looked at. Technical pages open with titles, menus and code in
English, so the first 1000 characters alone take some for English."""

WINDOWS, WINDOW_CHARS = 4, 300
"""Of a longer sample, so many stretches spread evenly: on documentation and news as exact as the
whole sample, at half the time."""

_CODE = re.compile(r"https?://\S+|`[^`\n]*`|<[^>\n]*>")
_NOISE = re.compile(r"[\x00-&(-@\[-`{-\x7f]+")
"""ASCII digits, punctuation and white space; apostrophes stay."""


def sample(text: str) -> str:
    """At most 1200 characters of the first 3000, in lower case, without addresses, inline code,
    tags, ASCII digits and punctuation; one space stands for what was between words."""
    return clean(_windows(_CODE.sub(" ", text[:SAMPLE_CHARS])))


def clean(text: str) -> str:
    """Lower-cased words with one space between them."""
    return " ".join(_NOISE.sub(" ", text).lower().split())


def _windows(text: str) -> str:
    if len(text) <= WINDOWS * WINDOW_CHARS:
        return text
    step = (len(text) - WINDOW_CHARS) / (WINDOWS - 1)
    starts = (int(number * step) for number in range(WINDOWS))
    return " ".join(text[start : start + WINDOW_CHARS] for start in starts)
