"""An HTML page: what it declares, and its main text as Markdown."""

import re
from dataclasses import asdict, dataclass

from synth_assets.ingest.declared import Declared, Dom, head_of, read_declared
from synth_assets.ingest.extraction.main_text import main_text
from synth_assets.ingest.extraction.peers import peer_text

BLOCKS = "blocks"
MANY_TAGS = 3000
MAX_OPEN_FORMATTING = 200

_NAMES = "b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u"
_FORMATTING = re.compile(rf"<(/?)(?:{_NAMES})\b", re.IGNORECASE)
_FORMATTING_TAG = re.compile(rf"<({_NAMES})\s[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page(Declared):
    """What is kept of a page; `text` is empty where it has no main text."""

    text: str


def read_page(html: str, extractor: str = BLOCKS, url: str | None = None) -> Page:
    """What the page at `url` declares, and its main text; `extractor` is `blocks`, or `trafilatura`
    where it is installed.

    Raises InputError where it is not.
    """
    tree = parse(html)
    text = main_text(tree) if extractor == BLOCKS else peer_text(html)
    declared = read_declared(tree, parse(head_of(html)), html, url)
    return Page(**asdict(declared), text=text)


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
