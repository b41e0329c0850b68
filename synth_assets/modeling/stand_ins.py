"""Words that may stand in for each other: what an n-gram model may put in a word's place.

Such a model sees a few words and no meaning: what fits beside its neighbours may say the opposite
(`before` and `after`, `left` and `right`). So a table of a language says which words mean the same;
the model says which of them fits here. A line is a set of words, or one word, an arrow, and those
that may take its place and not the other way round. A hash begins a remark. The tables under
`stand_ins/` are ours.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from synth_assets.errors import InputError

ARROW = "->"
SUFFIX = ".txt"

StandIns = Mapping[str, tuple[str, ...]]
"""By word, those that may take its place, sorted."""

_FOLDER = files(__package__) / "stand_ins"


@cache
def languages() -> frozenset[str]:
    """Those with a table of ours."""
    return frozenset(item.name.removesuffix(SUFFIX) for item in _FOLDER.iterdir())


def table_of(lang: str, own: Mapping[str, str]) -> Path | Traversable | None:
    """The file of a language: one's own, or ours; None where there is none."""
    if lang in own:
        return Path(own[lang])
    return _FOLDER / f"{lang}{SUFFIX}" if lang in languages() else None


def read_stand_ins(path: Path | Traversable) -> StandIns:
    """Raises InputError for a file that cannot be read, and a line that is no set of words."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the table of stand-ins {path} cannot be read: {error}") from None
    found: dict[str, set[str]] = defaultdict(set)
    for number, line in enumerate(lines, start=1):
        given = line.partition("#")[0].strip()
        if given:
            for word, others in _read(given, f"{path}, line {number}").items():
                found[word] |= others
    return {word: tuple(sorted(others)) for word, others in found.items()}


def _read(line: str, place: str) -> dict[str, set[str]]:
    before, arrow, after = line.partition(ARROW)
    left, right = before.split(), after.split()
    words = [*left, *right]
    is_sound = len(left) == 1 and right if arrow else len(left) > 1
    if not is_sound or not all(word.isalpha() and word.islower() for word in words):
        raise InputError(
            f"{place}: {line!r} is no set of words that stand in for each other; give two or more "
            f"in small letters, or one, {ARROW}, and those that may take its place"
        )
    if arrow:
        return {left[0]: set(right)}
    return {word: set(words) - {word} for word in words}
