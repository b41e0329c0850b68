"""An HTML page: its title, language, date, and its main text as Markdown."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from synth_assets.ingest.extraction import main_text
from synth_assets.ingest.extraction.peers import peer_text

Dom = Any
"""A tree or node of resiliparse, whose stubs make every node optional."""

BLOCKS = "blocks"
MANY_TAGS = 3000
MAX_OPEN_FORMATTING = 200

_DATES = (
    'meta[property="article:published_time"]',
    'meta[name="date"]',
    'meta[name="dcterms.date"]',
    'meta[name="DC.date"]',
    'meta[itemprop="datePublished"]',
)
_NAMES = "b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u"
_FORMATTING = re.compile(rf"<(/?)(?:{_NAMES})\b", re.IGNORECASE)
_FORMATTING_TAG = re.compile(rf"<({_NAMES})\s[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """What is kept of a page; `text` is empty where it has no main text."""

    text: str
    title: str | None
    lang_hint: str | None
    published_at: datetime | None


def read_page(html: str, extractor: str = BLOCKS) -> Page:
    """Title, dates, language and main text; `extractor` is `blocks`, or `trafilatura` where it is
    installed.

    Raises InputError where it is not.
    """
    tree = parse(html)
    text = main_text(tree) if extractor == BLOCKS else peer_text(html)
    return Page(text, _title(tree), _lang_hint(tree), _published_at(tree))


def parse(html: str) -> Dom:
    """The tree of a page.

    A formatting element that is never closed is opened again in every paragraph after it (HTML
    standard, reconstructing the active formatting elements), so that many of them with different
    attributes make the tree grow with the square of the page. Equal ones are opened again three
    times at most: where many stay open, they lose their attributes.
    """
    from resiliparse.parse.html import HTMLTree

    if html.count("<") > MANY_TAGS and _open_formatting(html) > MAX_OPEN_FORMATTING:
        html = _FORMATTING_TAG.sub(r"<\1>", html)
    try:
        return HTMLTree.parse(html)
    except UnicodeEncodeError:  # half a surrogate pair, as some charsets decode to
        return HTMLTree.parse(html.encode("utf-8", "replace").decode())


def _open_formatting(html: str) -> int:
    if html.count("<") - 2 * html.count("</") <= MAX_OPEN_FORMATTING:
        return 0
    return sum(-1 if slash else 1 for slash in _FORMATTING.findall(html))


def _title(tree: Dom) -> str | None:
    return " ".join((tree.title or "").split()) or None


def _lang_hint(tree: Dom) -> str | None:
    root = tree.document.query_selector("html")
    if root is None:
        return None
    lang = root.get_attribute("lang") or root.get_attribute("xml:lang")
    return (lang or "").strip() or None


def _published_at(tree: Dom) -> datetime | None:
    if tree.head is None:
        return None
    metas = (tree.head.query_selector(selector) for selector in _DATES)
    return first_date(meta.get_attribute("content") for meta in metas if meta is not None)


def first_date(values: Iterable[object]) -> datetime | None:
    """The first ISO 8601 date or time among the values, in UTC; without a zone UTC is meant."""
    for value in values:
        try:
            moment = datetime.fromisoformat(str(value).strip())
        except ValueError:
            continue
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
