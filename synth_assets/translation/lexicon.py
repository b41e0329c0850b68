"""Word lists in two or more languages: glossaries, dictionaries, and where they occur in a text.

A lexicon is a TSV file whose first line holds language codes: `eng_Latn<TAB>cat_Latn<TAB>spa_Latn`.
Every further line holds one entry. In a dictionary a term may stand in several lines, which are
its translations; in a glossary it has one. Terms are compared by their words, in any case.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from synth_assets.errors import InputError
from synth_assets.filtering.language_codes import UNKNOWN, to_flores
from synth_assets.translation.work import SPACELESS

_WORD = re.compile(r"\w+")
_CHARACTER = re.compile(r"\w")

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """An entry at a place of a text: `text[start:end]` is the term as it stands there."""

    start: int
    end: int
    term: str

    def moved(self, by: int) -> "Found":
        """The same in a text that has so many characters before."""
        return Found(self.start + by, self.end + by, self.term)


class Lexicon:
    """The entries of a file, looked up by their terms in `source`; see `load`."""

    def __init__(
        self, languages: Sequence[str], rows: Sequence[Sequence[str]], source: str
    ) -> None:
        self.languages = tuple(languages)
        self.source = source
        self._rows = rows
        self._column = self.languages.index(source)
        self._places: dict[Words, list[int]] = {}
        for number, row in enumerate(rows):
            self._places.setdefault(_words(row[self._column], source), []).append(number)
        self._longest = max(map(len, self._places), default=0)

    def __len__(self) -> int:
        return len(self._rows)

    def find(self, text: str) -> Iterator[Found]:
        """The terms that occur in the text, in order and without overlap, longest first."""
        units = list(_units(text, self.source))
        folded = [unit[0].casefold() for unit in units]
        start = 0
        while start < len(units):
            length = self._longest_at(folded, start)
            if length:
                begin, stop = units[start].start(), units[start + length - 1].end()
                yield Found(begin, stop, text[begin:stop])
            start += max(length, 1)

    def _longest_at(self, folded: Sequence[str], start: int) -> int:
        """Words of the longest term that begins here; 0 where none does."""
        lengths = range(min(self._longest, len(folded) - start), 0, -1)
        return next((n for n in lengths if tuple(folded[start : start + n]) in self._places), 0)

    def translations(self, found: Found, lang: str) -> list[str]:
        """The term in another of the lexicon's languages, as the lines have it, each once."""
        column = self.languages.index(lang)
        rows = self._places[_words(found.term, self.source)]
        return list(dict.fromkeys(self._rows[row][column] for row in rows))

    def required(self, text: str, lang: str) -> dict[str, str]:
        """Terms that occur in the text, each once, with their first translation into `lang`."""
        return {found.term: self.translations(found, lang)[0] for found in self.find(text)}


def occurs(term: str, text: str, lang: str) -> bool:
    """Whether the term's words stand in the text one after the other, in any case."""
    wanted, words = _words(term, lang), _words(text, lang)
    return any(words[n : n + len(wanted)] == wanted for n in range(len(words) - len(wanted) + 1))


def missed(required: Mapping[str, str], text: str, lang: str) -> dict[str, str]:
    """Those of the required translations that the text does not hold."""
    return {term: other for term, other in required.items() if not occurs(other, text, lang)}


def load(path: str, source: str, target: str, *, one_each: bool = False) -> Lexicon:
    """The lexicon of a file, for terms of `source` that have translations into `target`;
    `one_each` makes it a glossary.

    Raises InputError with one sentence for a file that is not there, of other languages, or with an
    empty, repeated or missing term.
    """
    lines = _lines(path)
    languages = [_language(code, path) for code in lines[0].split("\t")]
    for lang in (source, target):
        if lang not in languages:
            raise InputError(
                f"{path} is a lexicon of {', '.join(languages)} and has no {lang}; its first line "
                f"must name the languages of its columns"
            )
    rows = [_row(line, number, languages, path) for number, line in enumerate(lines[1:], 2) if line]
    if one_each:
        _refuse_repeated(rows, languages.index(source), source, path)
    return Lexicon(languages, rows, source)


def _lines(path: str) -> list[str]:
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"lexicon {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"lexicon {path} is not UTF-8 at byte {error.start}") from None
    if not text.strip():
        raise InputError(f"lexicon {path} is empty; its first line must name its languages")
    return text.rstrip("\n").split("\n")


def _language(code: str, path: str) -> str:
    found = to_flores(code.strip())
    if found == UNKNOWN:
        raise InputError(
            f"{path}, line 1: {code.strip()!r} is no language; the first line of a lexicon names "
            f"the languages of its columns, such as eng_Latn<TAB>cat_Latn"
        )
    return found


def _row(line: str, number: int, languages: Sequence[str], path: str) -> list[str]:
    terms = [term.strip() for term in line.split("\t")]
    if len(terms) != len(languages):
        raise InputError(
            f"{path}, line {number}: {len(terms)} columns, and the first line names "
            f"{len(languages)} languages"
        )
    for term, lang in zip(terms, languages, strict=True):
        if not _CHARACTER.search(term):
            raise InputError(f"{path}, line {number}: the term in {lang} is empty")
    return terms


def _refuse_repeated(rows: Sequence[Sequence[str]], column: int, lang: str, path: str) -> None:
    seen: dict[Words, str] = {}
    for row in rows:
        words = _words(row[column], lang)
        if words in seen:
            raise InputError(
                f"glossary {path} has the term {row[column]!r} twice; a glossary has one "
                f"translation of a term"
            )
        seen[words] = row[column]


def _units(text: str, lang: str) -> Iterator[re.Match[str]]:
    """Words; characters where the script puts no space between words."""
    is_spaceless = lang.rpartition("_")[2] in SPACELESS
    return (_CHARACTER if is_spaceless else _WORD).finditer(text)


def _words(text: str, lang: str) -> Words:
    return tuple(unit[0].casefold() for unit in _units(text, lang))
