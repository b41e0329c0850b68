"""Pages with gold text, and how a text compares to it.

The folder that `SYNTH_ASSETS_DATA` names holds `web/gold.jsonl.gz` (one JSON object a page:
`record_id`, `url`, `gold_type`, and `gold_text` or passages in `must_have` and `must_not_have`) and
`web/pages.warc.gz` with the pages.
"""

import gzip
import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from urllib.parse import urlsplit

import orjson

from synth_assets.errors import InputError
from synth_assets.ingest.charset import UnknownCharsetError, decode

SETTING = "SYNTH_ASSETS_DATA"
HUMAN = "full_text"
TEXT_TYPES = (HUMAN, "extractor_checked", "markdown")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class GoldPage:
    """One page. `text` is None where there are passages alone."""

    url: str
    html: str
    gold_type: str
    text: str | None
    must_have: tuple[str, ...]
    must_not_have: tuple[str, ...]

    @property
    def site(self) -> str:
        """The host's last two labels, or three where the last two are a suffix such as co.uk."""
        labels = urlsplit(self.url).netloc.lower().partition(":")[0].split(".")
        is_deep = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
        return ".".join(labels[-3:] if is_deep else labels[-2:])


@dataclass(frozen=True, slots=True)
class Agreement:
    """Word-level precision, recall and F1; the mean of pages where it is of several."""

    precision: float
    recall: float
    f1: float

    @classmethod
    def mean_of(cls, pages: Sequence["Agreement"]) -> "Agreement":
        return cls(
            mean(page.precision for page in pages),
            mean(page.recall for page in pages),
            mean(page.f1 for page in pages),
        )


def agreement(text: str, gold: str) -> Agreement:
    """Of the multisets of lower-cased words."""
    found, wanted = Counter(_WORD.findall(text.lower())), Counter(_WORD.findall(gold.lower()))
    both = (found & wanted).total()
    if not both:
        return Agreement(0.0, 0.0, 0.0)
    precision, recall = both / found.total(), both / wanted.total()
    return Agreement(precision, recall, 2 * precision * recall / (precision + recall))


def holds(text: str, passage: str) -> bool:
    """Whether a passage is in a text, white space and Markdown's marks aside."""
    return plain(passage) in plain(text)


def plain(text: str) -> str:
    """A text in lower case, one space between words, bars and hashes of Markdown left out."""
    return " ".join(text.replace("|", " ").replace("#", " ").lower().split())


def load_pages(folder: Path | None = None) -> list[GoldPage]:
    """The pages in the order of their file. Raises InputError where the data are not there."""
    from fastwarc.warc import ArchiveIterator

    place = (folder or data_folder()) / "web"
    with gzip.open(place / "gold.jsonl.gz") as lines:
        gold = {row["record_id"]: row for row in map(orjson.loads, lines)}
    pages = []
    with (place / "pages.warc.gz").open("rb") as stream:
        for record in ArchiveIterator(stream):
            row = gold.get(record.headers.get("WARC-Record-ID"))
            if row is not None:
                charset = record.http_charset
                pages.append(_page(row, record.reader.read(), charset))
    return pages


def data_folder() -> Path:
    """Raises InputError where the setting or its folder is missing."""
    value = os.environ.get(SETTING)
    if not value or not (Path(value) / "web" / "gold.jsonl.gz").exists():
        raise InputError(
            f"{SETTING} is {value or 'not set'}; it must name a folder with web/gold.jsonl.gz and "
            "web/pages.warc.gz"
        )
    return Path(value)


def _page(row: dict[str, object], body: bytes, charset: str | None) -> GoldPage:
    try:
        html = decode(body, charset)[0]
    except UnknownCharsetError:
        html = body.decode(errors="replace")
    must, must_not = (row.get(name) or () for name in ("must_have", "must_not_have"))
    text = row["gold_text"]
    return GoldPage(
        url=str(row["url"]),
        html=html,
        gold_type=str(row["gold_type"]),
        text=None if text is None else str(text),
        must_have=tuple(must),  # type: ignore[arg-type]
        must_not_have=tuple(must_not),  # type: ignore[arg-type]
    )
