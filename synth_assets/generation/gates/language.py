"""Texts in another language than they should be."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from synth_assets.filtering.language_codes import UNKNOWN
from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.fences import split_fences
from synth_assets.generation.gates.gate import Count, Gate, Generated, Share

PIECE_LETTERS = 300
"""A text is judged in pieces of so many letters, made of whole lines: fewer are a guess."""

MAX_PIECE_CHARS = 1500

CONFIDENT = 0.5
"""Probability from which a piece is taken to be in another language than it should. Of pieces of
Somali and Yoruba news a third are taken for English, Finnish or Irish, all under 0.45."""

_ALIKE = (
    "bos hrv srp hbs cnr",
    "nob nno dan",
    "ind zsm min jav sun",
    "arb arz ary acm acq aeb ajp apc ars",
    "zho yue wuu",
    "pes prs",
    "azj azb",
    "urd hin",
    "ces slk",
    "spa ast arg glg",
    "por glg",
    "afr nld",
    "mkd bul",
)
"""Varieties that language id takes for each other in short or technical text (macrolanguages of
ISO 639-3 and close neighbours); one counts for the other."""

_GROUPS = [frozenset(group.split()) for group in _ALIKE]
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Language(Gate):
    """Less than `min_share` of the text's letters in the language it should be in.

    Code is left out. A piece whose language cannot be told counts for nothing, nor does one in
    another language under CONFIDENT; a text with fewer than `min_letters` letters that can be
    judged passes, and so does every text in a language that the identifier does not know (see
    `filtering.language.KNOWN`).
    """

    name: ClassVar[str] = "language"
    models_only: ClassVar[bool] = True
    min_share: Share = 0.5
    min_letters: Count = 200

    def __call__(self, made: Generated) -> Fault | None:
        text = "\n".join(part for _, part in made.aligned)
        judged, share, other = language_share(text, made.target_lang)
        if judged < max(1, self.min_letters) or share >= self.min_share:
            return None
        return self.fault(f"{share:.2f}, else {other}", f"at least {self.min_share:g}")


def language_share(text: str, lang: str) -> tuple[int, float, str]:
    """Letters that could be judged, the share of them in `lang` (a FLORES code), and the language
    that most of the others are in."""
    from synth_assets.filtering.language import KNOWN, identify

    if lang.split("_", maxsplit=1)[0] not in KNOWN:
        return 0, 1.0, UNKNOWN
    letters: dict[str, int] = {}
    for piece, size in _pieces(text):
        found, confidence = identify(piece)
        if found != UNKNOWN and (_is_alike(found, lang) or (confidence or 0) >= CONFIDENT):
            letters[found] = letters.get(found, 0) + size
    judged = sum(letters.values())
    right = sum(size for found, size in letters.items() if _is_alike(found, lang))
    others = [found for found in letters if not _is_alike(found, lang)]
    other = max(others, key=letters.__getitem__, default=UNKNOWN)
    return judged, right / judged if judged else 1.0, other


def _pieces(text: str) -> Iterator[tuple[str, int]]:
    """Stretches of the text outside code, and how many letters each has."""
    piece, size = "", 0
    for line in split_fences(text).outside:
        for start in range(0, len(line), MAX_PIECE_CHARS):
            part = line[start : start + MAX_PIECE_CHARS]
            piece += part + "\n"
            size += len(_LETTER.findall(part))
            if size >= PIECE_LETTERS:
                yield piece, size
                piece, size = "", 0
    if size:
        yield piece, size


def _is_alike(found: str, lang: str) -> bool:
    """Scripts must agree, but for simplified and traditional Chinese in few characters."""
    (code, script), (wanted, wanted_script) = found.split("_"), lang.split("_")
    if code != wanted and not any({code, wanted} <= group for group in _GROUPS):
        return False
    return script == wanted_script or code != wanted
