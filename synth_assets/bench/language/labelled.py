"""Texts whose language is known: the folder that `SYNTH_ASSETS_DATA` names holds them.

`corpora/*.jsonl.gz` (documentation in 39 languages), `corpora/masakhane-news.parquet` (news in 16,
14 of them of Africa), `parallel/udhr_articles.jsonl.gz` (the Universal Declaration of Human
Rights), `parallel/test/lafand.dev.*` and `parallel/test/tatoeba.112langs-eng.tsv.gz` (sentences).
"""

import csv
import gzip
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

import orjson

from synth_assets.errors import InputError
from synth_assets.filtering.language_codes import UNKNOWN, to_flores

SETTING = "SYNTH_ASSETS_DATA"
SETS = ("corpora", "news", "udhr", "lafand", "tatoeba")
SENTENCES = 5
"""Sentences of a set of sentences that make one text of about a paragraph."""

HELD_OUT = 5
"""Articles of the UDHR whose number is a multiple of this train no model of ours."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text, the set that it is from, and its language as a FLORES code."""

    source: str
    lang: str
    text: str


def load_labelled() -> list[Labelled]:
    """All texts whose label `to_flores` knows, set by set. Raises InputError without the folder."""
    folder = Path(os.environ.get(SETTING, ""))
    if not os.environ.get(SETTING) or not (folder / "corpora").is_dir():
        raise InputError(
            f"the language benchmark needs texts: set {SETTING} to the folder with corpora/"
        )
    readers = {
        "corpora": _corpora(folder / "corpora"),
        "news": _news(folder / "corpora" / "masakhane-news.parquet"),
        "udhr": _udhr(folder / "parallel" / "udhr_articles.jsonl.gz"),
        "lafand": _lafand(folder / "parallel" / "test"),
        "tatoeba": _tatoeba(folder / "parallel" / "test" / "tatoeba.112langs-eng.tsv.gz"),
    }
    found = (
        Labelled(source, to_flores(_TAGS.get(tag, tag)), text)
        for source, rows in readers.items()
        for tag, text in rows
    )
    return [one for one in found if one.lang != UNKNOWN]


_TAGS = {
    "pcm": "pcm_Latn",
    "qu": "quz_Latn",
    "frp": "frp_Latn",
    "haw": "haw_Latn",
    "nv": "nav_Latn",
    "ku": "kmr_Latn",
}
"""Labels of the sources that come without a script."""


def _corpora(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.jsonl.gz")):
        for line in _lines(path):
            row = orjson.loads(line)
            yield row["lang"], row["text"]


def _news(path: Path) -> Iterator[tuple[str, str]]:
    import polars as pl

    yield from pl.read_parquet(path, columns=["lang", "text"]).iter_rows()


def _udhr(path: Path) -> Iterator[tuple[str, str]]:
    """Articles held out from training."""
    for line in _lines(path):
        row = orjson.loads(line)
        if row["article"] % HELD_OUT == 0:
            yield row["lang"], row["text"]


def _lafand(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("lafand.dev.*.tsv.gz")):
        header, *rows = csv.reader(_lines(path), delimiter="\t", quoting=csv.QUOTE_NONE)
        yield from ((header[1], text) for text in _joined(row[1] for row in rows))


def _tatoeba(path: Path) -> Iterator[tuple[str, str]]:
    _, *rows = csv.reader(_lines(path), delimiter="\t", quoting=csv.QUOTE_NONE)
    for tag, group in groupby(sorted(rows, key=itemgetter(0)), key=itemgetter(0)):
        yield from ((tag, text) for text in _joined(row[1] for row in group))


def _joined(sentences: Iterable[str]) -> Iterator[str]:
    remaining = iter(sentences)
    while some := list(islice(remaining, SENTENCES)):
        yield " ".join(some)


def _lines(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        yield from stream
