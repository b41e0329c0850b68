"""How much of a text is in one language: judged in stretches of whole lines."""

from collections.abc import Iterable, Iterator

from synth_assets.filtering.language_codes import UNKNOWN

PIECE_LETTERS = 300
"""A text is judged in pieces of so many letters, made of whole lines: fewer are a guess."""

MAX_PIECE_CHARS = 1500

CONFIDENT = 0.5
"""Probability from which a piece is taken to be in another language than it should."""

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
    "kin run",
    "zul xho nbl ssw",
    "eng pcm",
    "fao isl",
    "twi fat",
    "bam dyu emk",
)
"""Varieties that language id takes for each other in short or technical text (macrolanguages of
ISO 639-3 and close neighbours); one counts for the other."""

_GROUPS = [frozenset(group.split()) for group in _ALIKE]


def language_share(
    lines: Iterable[str], lang: str, *, most_pieces: int | None = None
) -> tuple[int, float, str]:
    """Letters that could be judged, the share of them in `lang` (a FLORES code), and the language
    that most of the others are in.

    A piece whose language cannot be told counts for nothing, nor does one in another language under
    CONFIDENT. Nothing is judged where no model knows `lang`. Of more than `most_pieces`, that many
    spread evenly are looked at.
    """
    from synth_assets.filtering.language import identify, known

    if lang.split("_", maxsplit=1)[0] not in known():
        return 0, 1.0, UNKNOWN
    letters: dict[str, int] = {}
    for piece, size in _evenly(list(_pieces(lines)), most_pieces):
        found, confidence = identify(piece)
        if found != UNKNOWN and (is_alike(found, lang) or (confidence or 0) >= CONFIDENT):
            letters[found] = letters.get(found, 0) + size
    judged = sum(letters.values())
    right = sum(size for found, size in letters.items() if is_alike(found, lang))
    others = [found for found in letters if not is_alike(found, lang)]
    other = max(others, key=letters.__getitem__, default=UNKNOWN)
    return judged, right / judged if judged else 1.0, other


def is_alike(found: str, lang: str) -> bool:
    """Whether one language counts for the other. Scripts must agree, but for simplified and
    traditional Chinese in few characters."""
    (code, script), (wanted, wanted_script) = found.split("_"), lang.split("_")
    if code != wanted and not any({code, wanted} <= group for group in _GROUPS):
        return False
    return script == wanted_script or code != wanted


def _pieces(lines: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Stretches of the lines, and how many letters each has."""
    piece, size = "", 0
    for line in lines:
        for start in range(0, len(line), MAX_PIECE_CHARS):
            part = line[start : start + MAX_PIECE_CHARS]
            piece += part + "\n"
            size += sum(map(str.isalpha, part))
            if size >= PIECE_LETTERS:
                yield piece, size
                piece, size = "", 0
    if size:
        yield piece, size


def _evenly(pieces: list[tuple[str, int]], most: int | None) -> list[tuple[str, int]]:
    if most is None or len(pieces) <= most:
        return pieces
    return [pieces[index * len(pieces) // most] for index in range(most)]
