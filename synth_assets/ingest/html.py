"""Main text of an HTML page as light Markdown: headings, lists and code keep their marks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Dom = Any
"""A tree or node of resiliparse, whose stubs make every node optional."""

CHROME = frozenset({"nav", "header", "footer", "aside", "menu", "form", "button"})
BLOCKS = frozenset({"p", "div", "section", "article"})
MAX_LINK_SHARE = 0.5
FENCE = "```"

_DATES = (
    'meta[property="article:published_time"]',
    'meta[name="date"]',
    'meta[name="dcterms.date"]',
    'meta[name="DC.date"]',
    'meta[itemprop="datePublished"]',
)
_CHROME_CLASS = re.compile(r"nav|menu|breadcrumb|pager|toolbar|toc\b", re.IGNORECASE)
_CELLS = re.compile(r"[ \t]*\t[ \t]*")
_BLANK = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Page:
    """What is kept of a page; `text` is empty where it has no main text."""

    text: str
    title: str | None
    lang_hint: str | None
    published_at: datetime | None


def read_page(html: str) -> Page:
    """Title, dates, language and main text, by the rules of resiliparse (Bevendorff et al. 2018).

    Its rules take every list near the page's root for a menu. Lists outside the page's chrome
    whose text is mostly no link are content, and are kept here.
    """
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    tree = HTMLTree.parse(html.replace("\0", ""))
    title, lang, published = _title(tree), _lang_hint(tree), _published_at(tree)
    _mark(tree)
    text = extract_plain_text(
        tree, preserve_formatting=True, main_content=True, alt_texts=False, noscript=False
    )
    return Page(tidy(text), title, lang, published)


def tidy(text: str) -> str:
    """Table cells joined by bars, no trailing spaces, at most one blank line in a row; code as it
    stands, between fences."""
    parts = re.split(rf"^[ \t]*{FENCE}[ \t]*$", text, flags=re.MULTILINE)
    shown = [_code(part) if index % 2 else _prose(part) for index, part in enumerate(parts)]
    return "\n\n".join(part for part in shown if part)


def _code(text: str) -> str:
    lines = [line.rstrip() for line in text.splitlines()]
    code = "\n".join(lines).strip("\n")
    return f"{FENCE}\n{code}\n{FENCE}" if code else ""


def _prose(text: str) -> str:
    lines = [_CELLS.sub(" | ", line.strip()).strip(" |") for line in text.splitlines()]
    return _BLANK.sub("\n\n", "\n".join(lines)).strip()


def _mark(tree: Dom) -> None:
    # .values() takes a node list at once; iterating asks for each place anew, in quadratic time.
    body = tree.body
    if body is None:
        return
    for level in range(1, 7):
        for heading in body.query_selector_all(f"h{level}").values():
            if heading.text.strip():
                heading.prepend(tree.create_text_node("#" * level + " "))
    for code in body.query_selector_all("pre").values():
        if code.text.strip() and _tag(code.parent_element) != "pre":
            code.prepend(tree.create_text_node(FENCE + "\n"))
            code.append(tree.create_text_node("\n" + FENCE))
    for items in body.query_selector_all("ul").values():
        if _is_content(items):
            _keep_list(tree, items)


def _is_content(items: Dom) -> bool:
    text = len(items.text.strip())
    links = sum(len(link.text.strip()) for link in items.query_selector_all("a[href]").values())
    return text > 0 and links <= MAX_LINK_SHARE * text and not _in_chrome(items)


def _in_chrome(element: Dom) -> bool:
    while element is not None:
        if _tag(element) in CHROME or element.get_attribute("role") in {"navigation", "menu"}:
            return True
        if _tag(element) == "ul" and _CHROME_CLASS.search(element.class_name or ""):
            return True
        element = element.parent_element
    return False


def _keep_list(tree: Dom, items: Dom) -> None:
    """Put plain blocks in the list's place, each item led by a hyphen."""
    block = tree.create_element("div")
    for item in items.children.values():
        line = tree.create_element("div")
        line.append(*item.child_nodes.values())
        _first_line(line).prepend(tree.create_text_node("- "))
        block.append(line)
    items.replace_with(block)


def _first_line(block: Dom) -> Dom:
    """The innermost block that holds the item's first words, so that the hyphen stands there."""
    for node in block.child_nodes.values():
        if (node.text or "").strip():
            return _first_line(node) if _tag(node) in BLOCKS else block
    return block


def _tag(node: Dom) -> str:
    return str((node.tag if node is not None else None) or "").lower()


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
