"""Bytes of a page to text, by the labels it carries and, where there are none, by detection."""

import codecs
import re

Bytes = bytes | memoryview
"""A page may be a stretch of what was unpacked: copying it costs half as much as unpacking it."""

MAX_BROKEN = 0.01
"""Share of replaced characters above which a charset is taken for wrong."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META = re.compile(rb"""<meta[^>]{0,256}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_META_WINDOW = 4096


class UnknownCharsetError(ValueError):
    """No charset fits; the message names the labels that were found."""


def decode(body: Bytes, http_charset: str | None) -> tuple[str, str]:
    """The text and the charset that was used.

    Order as in the HTML standard's encoding sniffing: byte order mark, HTTP header, meta element,
    detection; a label that leaves broken characters gives way to the next. A label that nobody
    knows makes a guess untrustworthy: then only valid UTF-8, which proves itself, is read.

    Raises UnknownCharsetError.
    """
    for mark, charset in _BOMS:
        if body[: len(mark)] == mark:
            return str(body[len(mark) :], charset, "replace"), charset
    labels = _labels(body, http_charset)
    known = [found for label in labels if (found := _lookup(label))]
    if not known:
        known = ["utf-8"] if labels else [_detect(body)]
    return _best(body, known, labels)


def _best(body: Bytes, charsets: list[str], labels: list[str]) -> tuple[str, str]:
    least: tuple[float, str, str] = (2.0, "", "")
    for charset in dict.fromkeys([*charsets, "utf-8"]):
        try:
            return str(body, charset), charset
        except UnicodeDecodeError:
            text = str(body, charset, "replace")
            least = min(least, (text.count("\N{REPLACEMENT CHARACTER}") / len(text), text, charset))
    broken, text, charset = least
    if broken > MAX_BROKEN:
        found = ", ".join(labels) or "no label"
        raise UnknownCharsetError(f"{found}: {broken:.0%} unreadable as {charset}")
    return text, charset


def _labels(body: Bytes, http_charset: str | None) -> list[str]:
    meta = _META.search(body[:_META_WINDOW])
    # A meta element is read as ASCII, so it cannot truthfully claim UTF-16: it means UTF-8.
    named = meta.group(1).decode("ascii", errors="replace").lower() if meta else ""
    named = "utf-8" if named.startswith("utf-16") else named
    found = [(http_charset or "").strip(" \"';").lower(), named]
    return list(dict.fromkeys(label for label in found if label))


def _lookup(label: str) -> str | None:
    """Python's name of a charset label of the WHATWG Encoding standard, or a near spelling."""
    from resiliparse.parse.encoding import map_encoding_to_html5

    for spelling in (label, label.replace("-", "")):
        charset = map_encoding_to_html5(spelling, fallback_utf8=False)
        if charset:
            return str(charset)
    return None


def _detect(body: Bytes) -> str:
    from resiliparse.parse.encoding import detect_encoding

    return str(detect_encoding(bytes(body)) or "utf-8")
