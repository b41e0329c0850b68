"""What a page says of itself: title, language, date, its own address, its licence."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

Dom = Any
"""A tree or node of resiliparse, whose stubs make every node optional."""

_DATES = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "date",
    "dcterms.date",
    "dc.date",
    "dc.date.issued",
    "dcterms.created",
    "citation_publication_date",
    "parsely-pub-date",
    "sailthru.date",
    "pubdate",
)
"""Names, properties and itemprops of meta elements, the most telling first."""

MAX_HEAD = 256 << 10
"""Characters that a head may have."""

_JSON_DATE = re.compile(r'"datePublished"\s*:\s*"([^"\\]{4,40})"')
_TIMES = "[itemprop=datePublished], time[pubdate]"
_HAS_TIMES = re.compile(r"""itemprop=["']?datePublished|<time[^>]{0,200}\spubdate""")
_LICENSE_NAMES = ("dcterms.license", "dc.rights.license", "license")
_CC = re.compile(
    r"//(?:www\.)?creativecommons\.org/(licenses|publicdomain)/([a-z-]{2,12})/(\d\.\d)"
    r"(?:/([a-z]{2,3})(?![\w-]))?",
    re.IGNORECASE,
)
_HREF = re.compile(r"""href\s*=\s*["']?([^"'>\s]{0,40}creativecommons\.org/[^"'>\s]{0,80})""", re.I)
_LICENSE_LINKS = "a[rel~=license], link[rel~=license], area[rel~=license]"
_HAS_LICENSE_LINKS = re.compile(r"""rel\s*=\s*["']?[\w ]{0,60}\blicense\b""")
_PUBLIC = {"zero": "CC0", "mark": "CC-PDM", "certification": "CC-PDDC"}


@dataclass(frozen=True, slots=True)
class Declared:
    """`license` is an SPDX identifier where it is a Creative Commons one, else the linked address;
    dates are UTC."""

    title: str | None
    lang_hint: str | None
    published_at: datetime | None
    canonical_url: str | None
    license: str | None


def head_of(html: str) -> str:
    """The page up to the end of its head, to be parsed alone: a query over a tree walks all of it,
    and over that of a whole page costs more than extracting the text."""
    end = html.find("</head", 0, MAX_HEAD)
    return html[: end if end >= 0 else MAX_HEAD]


def read_declared(tree: Dom, head: Dom, html: str, url: str | None) -> Declared:
    """What a page says by its tree, and that of its `head_of`; `url`, where it is known, completes
    relative addresses."""
    metas = _metas(head)
    base = url or ""
    return Declared(
        title=_title(tree, metas),
        lang_hint=_lang_hint(head),
        published_at=_published_at(tree, html, metas),
        canonical_url=_canonical(head, metas, base),
        license=_license(tree, html, metas, base),
    )


def first_date(values: Iterable[object]) -> datetime | None:
    """The first date or time among the values, ISO 8601 or RFC 5322, in UTC; without a zone UTC is
    meant."""
    for value in values:
        text = str(value or "").strip()
        try:
            moment = _parse_date(text)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _parse_date(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        if text[:4].isdecimal():
            return datetime.fromisoformat(text.replace("/", "-").replace(" +", "+"))
        return parsedate_to_datetime(text)


def _metas(head: Dom) -> dict[str, str]:
    """Contents of the head's meta elements by name, property or itemprop in lower case; the first
    counts."""
    found: dict[str, str] = {}
    for meta in (one for one in _children(head.head, head.body) if one.tag == "meta"):
        content = (meta.get_attribute("content") or "").strip()
        for key in ("property", "name", "itemprop"):
            name = (meta.get_attribute(key) or "").lower()
            if name and content:
                found.setdefault(name, content)
    return found


def _children(*nodes: Dom) -> Iterator[Dom]:
    """From sibling to sibling: the list that a query gives is made anew for every place that is
    looked at. A parser puts what follows an odd element of the head into the body."""
    for node in nodes:
        child = node.first_child if node is not None else None
        while child is not None:
            yield child
            child = child.next


def _title(tree: Dom, metas: dict[str, str]) -> str | None:
    title = " ".join((tree.title or "").split()) or " ".join(metas.get("og:title", "").split())
    if not title:
        heading = tree.document.query_selector("h1")
        title = " ".join((heading.text if heading is not None else "").split())
    return title or None


def _lang_hint(head: Dom) -> str | None:
    root = head.document.query_selector("html")
    if root is None:
        return None
    lang = root.get_attribute("lang") or root.get_attribute("xml:lang")
    return (lang or "").strip() or None


def _published_at(tree: Dom, html: str, metas: dict[str, str]) -> datetime | None:
    return first_date(_dates(tree, html, metas))


def _dates(tree: Dom, html: str, metas: dict[str, str]) -> Iterator[str | None]:
    yield from (metas[name] for name in _DATES if name in metas)
    yield from _JSON_DATE.findall(html)
    if ("datePublished" in html or "pubdate" in html) and _HAS_TIMES.search(html):
        for node in tree.document.query_selector_all(_TIMES):
            yield node.get_attribute("datetime") or node.get_attribute("content")


def _canonical(head: Dom, metas: dict[str, str], base: str) -> str | None:
    link = head.document.query_selector("link[rel~=canonical]")
    named = [link.get_attribute("href") if link is not None else None, metas.get("og:url")]
    return next((full for value in named if value and (full := _address(base, value))), None)


def _address(base: str, value: str) -> str | None:
    """A whole web address, None where it is none."""
    try:
        full = urljoin(base, value.strip())
        parts = urlsplit(full)
    except ValueError:
        return None
    return full if parts.scheme in {"http", "https"} and parts.hostname else None


def _license(tree: Dom, html: str, metas: dict[str, str], base: str) -> str | None:
    """By a link of the relation `license`, else by the only Creative Commons licence that the page
    links to: several may be those of its pictures."""
    named = [metas[name] for name in _LICENSE_NAMES if name in metas]
    if "license" in html and _HAS_LICENSE_LINKS.search(html):
        links = tree.document.query_selector_all(_LICENSE_LINKS)
        named = [link.get_attribute("href") or "" for link in links] + named
    for value in named:
        found = _creative_commons(value) or _address(base, value)
        if found:
            return found
    if "creativecommons.org/" not in html:
        return None
    licenses = {_creative_commons(href) for href in _HREF.findall(html)} - {None}
    return licenses.pop() if len(licenses) == 1 else None


def _creative_commons(url: str) -> str | None:
    """The SPDX identifier of a Creative Commons address, such as CC-BY-SA-3.0-DE."""
    found = _CC.search(url)
    if found is None:
        return None
    kind, code, version, place = (part and part.lower() for part in found.groups())
    name = _PUBLIC.get(code, code) if kind == "publicdomain" else f"CC-{code}"
    if kind == "publicdomain" and code not in _PUBLIC:
        return None
    ported = f"-{place}" if place and kind == "licenses" and place != "deed" else ""
    return f"{name}-{version}{ported}".upper()
