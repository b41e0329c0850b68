"""Code points as the filter sees them: one table of bits by Unicode property."""

from functools import cache

import numpy as np
import regex
from numpy.typing import NDArray

WORD, UNSPACED, MARK, LETTER, SPACE, STOP, TERMINAL, BULLET = (1 << bit for bit in range(8))

SIZE = 0x110000

_PROPERTIES = {
    # what a word is made of (UTS 18, annex C): without marks, Devanagari falls to pieces
    WORD: r"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}",
    # letters of scripts that put no space between words, the marks of kana iteration included
    UNSPACED: (
        r"[\p{Han}\p{Hiragana}\p{Katakana}\u30FC\u3005"
        r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]&&\p{L}"
    ),
    MARK: r"\p{M}",
    LETTER: r"\p{L}",
    SPACE: r"\p{White_Space}",
    # full stops that need no space behind them
    STOP: "。！？｡؟۔।॥។៕።፧։՞",
    TERMINAL: r"\p{Sentence_Terminal}",
    BULLET: "•‣◦▪●○·∙⁃",
}


@cache
def kinds() -> NDArray[np.uint8]:
    """(SIZE,) The bits of every code point."""
    surrogates = range(0xD800, 0xE000)
    every = "".join("\0" if code in surrogates else chr(code) for code in range(SIZE))
    table = np.zeros(SIZE, dtype=np.uint8)
    for bit, members in _PROPERTIES.items():
        for run in regex.finditer(rf"[{members}]+", every, regex.V1):
            table[run.start() : run.end()] |= bit
    return table
