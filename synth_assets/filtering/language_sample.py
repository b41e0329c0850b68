"""What of a text a language is judged by."""

import re
import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

from synth_assets.compiled import compiled
from synth_assets.filtering.alphabet import SPACE, kinds

CodePoints = NDArray[np.uint32]

SAMPLE_CHARS = 3000
"""How much of a document is looked at. Technical pages open with titles, menus and code in
English, so the first 1000 characters alone take some for English."""

WINDOWS, WINDOW_CHARS = 4, 300
"""Of a longer sample, so many stretches spread evenly: on documentation and news as exact as the
whole sample, at half the time."""

_CODE = re.compile(r"https?://\S+|`[^`\n]*`|<[^>\n]*>")
_BLANK = 0x20


def sample(text: str) -> str:
    """At most 1200 characters of the first 3000, in lower case, without addresses, inline code,
    tags, ASCII digits and punctuation; one space stands for what was between words."""
    return as_text(sample_codes(text))


def sample_codes(text: str) -> CodePoints:
    """`sample` as code points."""
    head = text[:SAMPLE_CHARS]
    if "`" in head or "<" in head or "://" in head:
        head = _CODE.sub(" ", head)
    return clean_codes(_windows(head))


def clean_codes(text: str) -> CodePoints:
    """Code points of a text's lower-cased words in normal form C, with one space between them."""
    lowered = unicodedata.normalize("NFC", text.lower())
    return _clean(_codes_of(lowered), _blanks())


def as_text(codes: CodePoints) -> str:
    return codes.tobytes().decode("utf-32-le")


def _codes_of(text: str) -> CodePoints:
    """A surrogate, which stands for no character, counts as punctuation."""
    return np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32)


@cache
def _blanks() -> NDArray[np.bool_]:
    """(0x110000,) What words end at: white space, and of ASCII all but letters and apostrophes."""
    table: NDArray[np.bool_] = (kinds() & SPACE) > 0
    table[:0x80] = [not (chr(code).isalpha() or chr(code) == "'") for code in range(0x80)]
    return table


@compiled
def _clean(codes: CodePoints, blanks: NDArray[np.bool_]) -> CodePoints:
    found = np.empty(len(codes), dtype=np.uint32)
    count, waiting = 0, False
    for code in codes:
        if blanks[code]:
            waiting = count > 0
            continue
        if waiting:
            found[count] = _BLANK
            count += 1
            waiting = False
        found[count] = code
        count += 1
    return found[:count]


def _windows(text: str) -> str:
    if len(text) <= WINDOWS * WINDOW_CHARS:
        return text
    step = (len(text) - WINDOW_CHARS) / (WINDOWS - 1)
    starts = (int(number * step) for number in range(WINDOWS))
    return " ".join(text[start : start + WINDOW_CHARS] for start in starts)
