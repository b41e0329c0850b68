"""The headers of WARC and ARC records.

WARC 1.1 is ISO 28500:2017; ARC 1 and 2 are described by Burner and Kahle, "Arc File Format"
(Internet Archive, 1996).
"""

import re
from datetime import UTC, datetime

from synth_assets.ingest.frames import HTTP, Dialect, Header

_HEADER_END = re.compile(rb"\n\r?\n")
_MAX_DIGITS = 18


def _warc_header(head: memoryview) -> Header | None:
    end = _HEADER_END.search(head) if bytes(head[:5]) == b"WARC/" else None
    if end is None:
        return None
    fields: dict[str, str] = {}
    for line in str(head[: end.start()], "utf-8", "replace").split("\n")[1:]:
        name, _, value = line.partition(":")
        fields.setdefault(name.lower(), value.strip())
    length = fields.get("content-length", "")
    if not length.isdecimal() or len(length) > _MAX_DIGITS:
        return None
    return Header(end.end(), int(length), fields)


_FIELDS = rb"([A-Za-z][A-Za-z0-9+.-]{0,20}:[^\r\n]{0,4096}?) (\S{1,64}) (\d{8,17}) ([^\r\n]{1,512})"
_ARC_LINE = re.compile(rb"^" + _FIELDS + rb"\r?\n", re.MULTILINE)
"""URL, IP address, date, then content type and length; ARC 2 has five more fields between them."""

_ARC_REST = re.compile(rb"(.*?) ?(\d{1,18})")
_VERSION_BLOCK = "filedesc:"


def _arc_header(head: memoryview) -> Header | None:
    line = _ARC_LINE.match(head)
    rest = _ARC_REST.fullmatch(line[4].strip()) if line else None
    if line is None or rest is None:
        return None
    length, block = line.end(), int(rest[2])
    url, media = line[1].decode(errors="replace"), rest[1].split(b" ")[0].decode(errors="replace")
    fields = {"warc-type": "resource", "warc-target-uri": url, "content-type": media}
    fields["warc-date"] = _iso_date(line[3])
    if url.startswith(_VERSION_BLOCK):
        fields["warc-type"] = "warcinfo"
    elif bytes(head[length : length + 5]) == b"HTTP/":
        fields |= {"warc-type": "response", "content-type": f"{HTTP}; msgtype=response"}
    return Header(length, block, fields)


def _iso_date(digits: bytes) -> str:
    """The date of 14 digits as WARC writes it; empty where it is none."""
    try:
        moment = datetime.strptime(digits[:14].decode(), "%Y%m%d%H%M%S")
    except ValueError:
        return ""
    return moment.replace(tzinfo=UTC).isoformat()


WARC = Dialect("WARC", re.compile(rb"WARC/\d\.\d{1,2}\r?\n[A-Za-z][\w-]{0,40}:"), _warc_header)
ARC = Dialect("ARC", _ARC_LINE, _arc_header)
