"""What a batch of documents looks like: how long they are, and in which languages."""

from collections import Counter

from synth_assets.corpus.store import Corpus
from synth_assets.report.svg import Bar, as_markdown_image, bars_svg

MAX_BARS = 12


def pictures(corpus: Corpus) -> dict[str, str]:
    """Plots of a corpus of documents by name, as images in Markdown; none of other corpora. Reads
    two columns, a row group at a time."""
    if not {"lang", "n_words"} <= set(corpus.columns):
        return {}
    lengths: Counter[int] = Counter()
    languages: Counter[str] = Counter()
    for frame in corpus.frames(["lang", "n_words"]):
        lengths.update(words.bit_length() for words in frame["n_words"].fill_null(0))
        languages.update(frame["lang"].fill_null("und"))
    plots = {"documents_by_length": _lengths(lengths), "documents_by_language": _most(languages)}
    return {name: as_markdown_image(bars_svg(bars), name) for name, bars in plots.items() if bars}


def _lengths(counts: Counter[int]) -> list[Bar]:
    """By powers of two; a number of n bits lies from 2^(n-1) up to 2^n - 1."""
    if not counts:
        return []
    return [
        _bar("no words" if not bits else f"{1 << bits - 1:,} to {(1 << bits) - 1:,} words", number)
        for bits in range(min(counts), max(counts) + 1)
        for number in (counts[bits],)
    ]


def _most(counts: Counter[str]) -> list[Bar]:
    """The largest groups, and what is left in one."""
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    bars = [_bar(name, number) for name, number in order[:MAX_BARS]]
    if left := order[MAX_BARS:]:
        bars.append(_bar(f"{len(left)} others", sum(number for _, number in left)))
    return bars


def _bar(label: str, documents: int) -> Bar:
    return Bar(label, documents, f"{documents:,} docs")
