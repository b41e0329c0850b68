"""The statistics of the quality rules, written down as plainly as they are defined. Slow; what the
compiled walk is held to."""

from collections import Counter

import regex

from synth_assets.filtering.c4 import WITHOUT_FULL_STOP
from synth_assets.filtering.gopher import OWN_WORD_LENGTH
from synth_assets.filtering.quality import COLUMNS
from synth_assets.filtering.repetition import DUPLICATE_SIZES, TOP_SIZES
from synth_assets.filtering.stop_words import STOP_WORDS
from synth_assets.text.unspaced import CHARACTERS_PER_WORD

UNSPACED = (
    r"[[\p{Han}\p{Hiragana}\p{Katakana}\u30FC\u3005\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]"
    r"&&\p{L}]"
)
WORD_CHARACTER = r"[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]"
SPACES = r"\p{White_Space}"
WORD = regex.compile(rf"{UNSPACED}\p{{M}}*|[{WORD_CHARACTER}--{UNSPACED}]+", regex.V1)
SENTENCE = regex.compile(
    rf"[.!?…]+(?:[\"'”’»)\]]|\[\d*\])*+(?={SPACES}|$)|[。！？｡؟۔।॥។៕።፧։՞]+", regex.V1 | regex.ASCII
)
MARKS = regex.compile(r"(?m)^(?:#{1,6} |```[A-Za-z0-9_+-]*$)")
BULLET = regex.compile(rf"[•‣◦▪●○·∙⁃]|[-*+–—](?={SPACES}|$)", regex.V1)
ELLIPSIS_END = regex.compile(r"(?:\.\.\.|…)[\])]?$")
POLICY = regex.compile(
    r"(?i)terms of use|privacy policy|cookie policy|uses cookies|use of cookies|use cookies",
    regex.ASCII,
)
IN_WORD = r"[0-9A-Za-z_\x80-\U0010FFFF]"
BEFORE = "enabled?|enabling|disabled|activated?|turn on|requires?|supports?"
AFTER = "enabled?|enabling|disabled|activated?|turned o(?:n|ff)|required"
ASKING = regex.compile(
    rf"(?i)(?<!{IN_WORD})(?:{BEFORE})(?!{IN_WORD}).*javascript"
    rf"|javascript.*(?<!{IN_WORD})(?:{AFTER})(?!{IN_WORD})",
    regex.ASCII,
)
JAVASCRIPT = regex.compile("(?i)javascript", regex.ASCII)
LOREM = regex.compile("(?i)lorem ipsum", regex.ASCII)
TERMINAL = regex.compile(r"\p{Sentence_Terminal}$")


def strip(text):
    return regex.sub(rf"^{SPACES}+|{SPACES}+$", "", text)


def share(part, whole, otherwise=None):
    return part / whole if whole else otherwise


def duplicates(parts):
    """How many occurred before, and those."""
    met = set()
    later = [part for part in parts if part in met or met.add(part)]
    return len(later), later


def paragraphs_of(lines):
    """Runs of lines that are not empty."""
    found = [[]]
    for line in lines:
        if line:
            found[-1].append(line)
        else:
            found.append([])
    return ["\n".join(part) for part in found if part]


def top_chars(words, size, joiner):
    """Characters covered by the most frequent n-gram, joiners between its words included."""
    grams = [tuple(words[at : at + size]) for at in range(len(words) - size + 1)]
    counts = Counter(grams)
    most = max(counts.values(), default=0)
    if most < 2:
        return 0
    top = max(
        (gram for gram, count in counts.items() if count == most), key=lambda g: len("".join(g))
    )
    covered, gaps = set(), set()
    for at, gram in enumerate(grams):
        if gram == top:
            covered |= set(range(at, at + size))
            gaps |= set(range(at, at + size - 1))
    return sum(len(words[at]) for at in covered) + joiner * len(gaps)


def duplicate_chars(words, size):
    met, total, at = set(), 0, 0
    while at <= len(words) - size:
        gram = tuple(words[at : at + size])
        if gram in met:
            total += len("".join(gram))
            at += size
        else:
            met.add(gram)
            at += 1
    return total


def keeps_line(line):
    """Whether C4 keeps a line, JavaScript and notices apart."""
    spaced = regex.sub(UNSPACED, "", line, flags=regex.V1)
    unspaced = regex.findall(UNSPACED, line, flags=regex.V1)
    n_words = max(len(regex.split(rf"{SPACES}+", line)), len(unspaced))
    longest = max(map(len, regex.split(rf"{SPACES}+", spaced)))
    return n_words >= 3 and longest <= 1000


def sentences(line):
    ends = [found.end() for found in SENTENCE.finditer(line)]
    return len(ends) + bool(strip(line[ends[-1] if ends else 0 :]))


def statistics(text, lang="und", *, clean_lines=True):
    """All columns of `quality` by name."""
    text = MARKS.sub("", text) if clean_lines else text
    lines = text.split("\n")
    parts = [strip(line) if clean_lines else line for line in lines]
    filled = [part for part in parts if part]
    seen = [part for part in filled if strip(part)]
    trimmed = [strip(part) for part in seen]
    paragraphs = paragraphs_of(parts)
    words = [word for line in trimmed for word in WORD.findall(line)]
    unspaced = [word for word in words if regex.match(UNSPACED, word, flags=regex.V1)]
    spaced = len(words) - len(unspaced)
    spaced_chars = sum(map(len, words)) - sum(map(len, unspaced))
    unit, joiner = (CHARACTERS_PER_WORD, 0) if len(unspaced) * 2 > len(words) else (1, 1)
    kept = [line for line in trimmed if keeps_line(line)]
    plain = [line for line in kept if not JAVASCRIPT.search(line)]
    language, chars, newlines = lang[:3], len(text), len(lines) - 1
    stops = STOP_WORDS.get(language, "").split()
    written = {word: {word, word.capitalize(), word.upper()} for word in stops}
    n_lines, later_lines = duplicates(filled)
    n_paragraphs, later_paragraphs = duplicates(paragraphs)
    later_chars = sum(map(len, later_lines))
    visible = sum(len(line) for line in later_lines if strip(line))
    symbols = max(
        sum(line.count("#") for line in trimmed),
        sum(len(regex.findall(r"\.\.\.|…", line)) for line in trimmed),
    )
    mean = share(spaced_chars, spaced) if spaced * 2 >= len(words) else None
    return {
        "gopher_words": len(words),
        "gopher_mean_word_length": None if language in OWN_WORD_LENGTH else mean,
        "gopher_words_with_letters": share(
            sum(bool(regex.search(r"\p{L}", word)) for word in words), len(words)
        ),
        "gopher_symbols_per_word": share(symbols, len(words)),
        "gopher_bullet_lines": share(sum(bool(BULLET.match(line)) for line in trimmed), len(seen)),
        "gopher_ellipsis_lines": share(
            sum(bool(ELLIPSIS_END.search(line)) for line in trimmed), len(seen)
        ),
        "gopher_stop_words": sum(bool(forms & set(words)) for forms in written.values())
        if stops
        else None,
        "gopher_duplicate_lines": share(n_lines, len(filled), 0),
        "gopher_duplicate_line_chars": share(later_chars, chars, 0),
        "gopher_duplicate_paragraphs": share(n_paragraphs, len(paragraphs), 0),
        "gopher_duplicate_paragraph_chars": share(sum(map(len, later_paragraphs)), chars, 0),
        **{
            f"gopher_top_{n}grams": share(top_chars(words, n * unit, joiner), chars, 0)
            for n in TOP_SIZES
        },
        **{
            f"gopher_duplicate_{n}grams": share(duplicate_chars(words, n * unit), chars, 0)
            for n in DUPLICATE_SIZES
        },
        "c4_sentences": None
        if lang[-4:] in WITHOUT_FULL_STOP
        else sum(sentences(line) for line in plain if not POLICY.search(line)),
        "c4_curly_brackets": sum(line.count("{") for line in plain),
        "c4_lorem_ipsum": sum(bool(LOREM.search(line)) for line in kept),
        "c4_policy_lines": share(
            sum(bool(POLICY.search(line) or ASKING.search(line)) for line in trimmed), len(seen)
        ),
        "fineweb_punctuated_lines": share(
            sum(bool(TERMINAL.search(line)) for line in seen), len(seen)
        ),
        "fineweb_short_lines": share(sum(len(line) <= 30 for line in seen), len(seen)),
        "fineweb_duplicate_line_chars": share(visible, chars - newlines, 0),
        "fineweb_newlines_per_word": share(newlines, len(words)),
    }


assert list(statistics("")) == list(COLUMNS)
