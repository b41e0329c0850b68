"""The statistics of the quality rules in one walk over the bytes of a text column.

It makes no Python object and releases the interpreter's lock, so threads share the cores. What it
computes is written down readably in the tests, which hold the two together.
"""

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy import uint64
from numpy.typing import NDArray

from synth_assets.compiled import Whole, compiled
from synth_assets.filtering import lines as of_lines
from synth_assets.filtering import words as of_words
from synth_assets.filtering.alphabet import kinds
from synth_assets.filtering.lines import (
    Lines,
    Looks,
    Span,
    after_mark,
    hash_line,
    measure_line,
    trim,
)
from synth_assets.filtering.ngrams import Room, make_room, measure_ngrams, number
from synth_assets.filtering.phrases import ASKING, PHRASES
from synth_assets.filtering.stop_words import tables
from synth_assets.filtering.words import Words, split_words
from synth_assets.text.columns import Bytes, Int64s, Texts, UInt64s, in_parallel
from synth_assets.text.unspaced import CHARACTERS_PER_WORD

STATISTICS = (
    "words", "mean_word_length", "words_with_letters", "symbols_per_word", "bullet_lines",
    "ellipsis_lines", "stop_words", "duplicate_lines", "duplicate_line_chars",
    "duplicate_paragraphs", "duplicate_paragraph_chars", "top_2grams", "top_3grams", "top_4grams",
    "duplicate_5grams", "duplicate_6grams", "duplicate_7grams", "duplicate_8grams",
    "duplicate_9grams", "duplicate_10grams", "sentences", "curly_brackets", "lorem_ipsum",
    "policy_lines", "punctuated_lines", "short_lines", "duplicate_chars_of_lines",
    "newlines_per_word",
)  # fmt: skip
"""What the columns of `out` are, in this order; NaN where there is nothing to measure. Sources and
definitions stand in `gopher`, `repetition`, `c4` and `fineweb`."""

_COUNT, _N_UNSPACED = of_words.COUNT, of_words.N_UNSPACED
_SPACED_CHARS, _WITH_LETTERS, _STOPS = of_words.SPACED_CHARS, of_words.WITH_LETTERS, of_words.STOPS
_LINES, _BULLETS, _ELLIPSES = of_lines.LINES, of_lines.BULLETS, of_lines.ELLIPSES
_PUNCTUATED, _SHORT, _POLICIES = of_lines.PUNCTUATED, of_lines.SHORT, of_lines.POLICIES
_HASHES, _ELLIPSIS_MARKS = of_lines.HASHES, of_lines.ELLIPSIS_MARKS
_SENTENCES, _BRACKETS, _LOREM = of_lines.SENTENCES, of_lines.BRACKETS, of_lines.LOREM
_CHARS, _PARTS = of_lines.CHARS, of_lines.PARTS
_NEWLINE = 0x0A

Floats = NDArray[np.float64]


class Desk(NamedTuple):
    """Memory for one text at a time, and what is tallied of it."""

    words: Words
    lines: Lines
    paragraphs: Lines
    room: Room
    of_words: Int64s
    of_lines: Int64s
    ngrams: Int64s


def measure_column(texts: pl.Series, languages: pl.Series, *, clean_lines: bool) -> Floats:
    """(texts, STATISTICS) Of texts, null ones as empty; `languages` are ISO 639-3 codes, of which
    only those with stop words matter. `clean_lines` count without white space at their ends, and
    without the marks of headings and code that ingest writes."""
    rows, stops = tables()
    column = texts.fill_null("").to_arrow(compat_level=pl.CompatLevel.oldest())
    found = Texts.of(column)
    table = np.array([rows.get(language, len(rows)) for language in languages], dtype=np.int64)
    looks = Looks(kinds(), PHRASES, ASKING, clean_lines)
    out = np.empty((len(found), len(STATISTICS)), dtype=np.float64)

    def measure(first: int, last: int) -> None:
        measure_texts(found.data, found.ends, first, last, looks, stops, table, out)

    in_parallel(measure, len(found))
    return out


@compiled
def _make_desk(longest: Whole) -> Desk:
    """For texts of at most so many bytes. Every second byte may end a word or a line."""
    items = longest // 2 + 2
    return Desk(
        Words(np.empty(items, dtype=np.uint64), np.empty(items, dtype=np.int32)),
        Lines(np.empty(items, dtype=np.uint64), np.empty(items, dtype=np.int32)),
        Lines(np.empty(items, dtype=np.uint64), np.empty(items, dtype=np.int32)),
        make_room(items),
        np.zeros(5, dtype=np.int64),
        np.zeros(13, dtype=np.int64),
        np.zeros(9, dtype=np.int64),
    )


@compiled
def measure_texts(
    data: Bytes,
    ends: Int64s,
    first: Whole,
    last: Whole,
    looks: Looks,
    stops: UInt64s,
    languages: Int64s,
    out: Floats,
) -> None:
    """Set the rows `first` to `last` of `out`, (texts, STATISTICS). `ends` are the offsets of an
    Arrow string column, (texts + 1,); `languages`, (texts,), rows of the table of stop words."""
    longest = 0
    for text in range(first, last):
        longest = max(longest, ends[text + 1] - ends[text])
    desk = _make_desk(longest)
    for text in range(first, last):
        table = stops[languages[text]]
        chars, newlines, paragraphs = _walk(data, ends[text], ends[text + 1], looks, table, desk)
        _conclude(chars, newlines, paragraphs, desk, out[text])


@compiled
def _walk(
    data: Bytes, start: Whole, end: Whole, looks: Looks, stops: UInt64s, desk: Desk
) -> tuple[Whole, Whole, Whole]:
    """Tally a text, and gather its words, lines and paragraphs. Returns its code points, without
    ingest's marks, its line breaks, and its paragraphs: lines up to a blank one."""
    desk.of_words[:] = 0
    desk.of_lines[:] = 0
    at, newlines, paragraphs, in_paragraph = start, 0, 0, False
    while at < end:
        stop = at
        while stop < end and data[stop] != _NEWLINE:
            stop += 1
        begin = after_mark(data, at, stop) if looks.clean else at
        left, right = trim(data, begin, stop, looks.kinds)
        desk.of_lines[_CHARS] += _code_points(data, begin, stop)
        first, last = (left, right) if looks.clean else (at, stop)
        if first < last:
            _take_line(data, (first, last), (left, right), looks, stops, desk)
            paragraphs += not in_paragraph
            _join(desk, paragraphs - 1, in_paragraph)
        in_paragraph = first < last
        newlines += stop < end
        at = stop + 1
    return desk.of_lines[_CHARS] + newlines, newlines, paragraphs


@compiled
def _code_points(data: Bytes, start: Whole, end: Whole) -> Whole:
    found = 0
    for at in range(start, end):
        found += (data[at] & 0xC0) != 0x80
    return found


@compiled
def _take_line(
    data: Bytes, whole: Span, text: Span, looks: Looks, stops: UInt64s, desk: Desk
) -> None:
    """Add a line as it counts, and tally its `text` without white space at the ends, if any."""
    line = desk.of_lines[_PARTS]
    desk.of_lines[_PARTS] = line + 1
    chars = _code_points(data, whole[0], whole[1])
    desk.lines.hashes[line] = hash_line(data, whole[0], whole[1])
    desk.lines.lengths[line] = chars if text[0] < text[1] else -chars
    if text[0] < text[1]:
        before = desk.of_words[_N_UNSPACED]
        split_words(data, text[0], text[1], looks.kinds, stops, desk.words, desk.of_words)
        n_unspaced = desk.of_words[_N_UNSPACED] - before
        measure_line(data, text, whole[1], chars, n_unspaced, looks, desk.of_lines)


@compiled
def _join(desk: Desk, paragraph: Whole, further: Whole) -> None:
    """Begin a paragraph with the newest line, or add that to it."""
    line = desk.of_lines[_PARTS] - 1
    state, chars = desk.lines.hashes[line], abs(desk.lines.lengths[line])
    if further:
        state ^= (desk.paragraphs.hashes[paragraph] + uint64(1)) * uint64(0x9E3779B97F4A7C15)
        chars += desk.paragraphs.lengths[paragraph] + 1
    desk.paragraphs.hashes[paragraph], desk.paragraphs.lengths[paragraph] = state, chars


@compiled
def _duplicates(parts: Lines, count: Whole, room: Room) -> tuple[Whole, Whole, Whole]:
    """How many lines or paragraphs occurred before, their code points, and those of them that are
    not blank."""
    for part in range(count):
        room.starts[part] = part
    number(parts.hashes, count, room)
    met, found, chars, visible = 0, 0, 0, 0
    for part in range(count):
        if room.ids[part] == met:
            met += 1
        else:
            found += 1
            chars += abs(parts.lengths[part])
            visible += max(parts.lengths[part], 0)
    return found, chars, visible


@compiled
def _share(part: Whole, whole: Whole, otherwise: Whole) -> Whole:
    return part / whole if whole else otherwise


@compiled
def _conclude(chars: Whole, newlines: Whole, n_paragraphs: Whole, desk: Desk, out: Floats) -> None:
    """The row of a text, of what was tallied."""
    words, lines = desk.of_words, desk.of_lines
    n_words, n_lines, n_unspaced = words[_COUNT], lines[_LINES], words[_N_UNSPACED]
    spaced = n_words - n_unspaced
    out[0] = n_words
    out[1] = _share(words[_SPACED_CHARS], spaced, np.nan) if 2 * spaced >= n_words else np.nan
    out[2] = _share(words[_WITH_LETTERS], n_words, np.nan)
    out[3] = _share(max(lines[_HASHES], lines[_ELLIPSIS_MARKS]), n_words, np.nan)
    out[4] = _share(lines[_BULLETS], n_lines, np.nan)
    out[5] = _share(lines[_ELLIPSES], n_lines, np.nan)
    out[6] = _bits(words[_STOPS])
    duplicates, duplicate_chars, visible = _duplicates(desk.lines, lines[_PARTS], desk.room)
    out[7] = _share(duplicates, lines[_PARTS], 0.0)
    out[8] = _share(duplicate_chars, chars, 0.0)
    out[26] = _share(visible, chars - newlines, 0.0)
    duplicates, duplicate_chars, _ = _duplicates(desk.paragraphs, n_paragraphs, desk.room)
    out[9] = _share(duplicates, n_paragraphs, 0.0)
    out[10] = _share(duplicate_chars, chars, 0.0)
    unit, joiner = (CHARACTERS_PER_WORD, 0) if 2 * n_unspaced > n_words else (1, 1)
    desk.ngrams[:] = 0
    measure_ngrams(desk.words, n_words, unit, joiner, desk.room, desk.ngrams)
    for size in range(9):
        out[11 + size] = _share(desk.ngrams[size], chars, 0.0)
    out[20], out[21], out[22] = lines[_SENTENCES], lines[_BRACKETS], lines[_LOREM]
    out[23] = _share(lines[_POLICIES], n_lines, np.nan)
    out[24] = _share(lines[_PUNCTUATED], n_lines, np.nan)
    out[25] = _share(lines[_SHORT], n_lines, np.nan)
    out[27] = _share(newlines, n_words, np.nan)


@compiled
def _bits(word: Whole) -> Whole:
    found = 0
    while word:
        word &= word - 1
        found += 1
    return found
