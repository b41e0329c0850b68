"""Small WARC files made by hand."""

import gzip
from pathlib import Path

from synth_assets.hashing import digest_file
from synth_assets.ingest.inputs import InputFile, format_of
from synth_assets.ingest.read import count_file, read_file
from synth_assets.ingest.source import SourceFile

PAGE = (
    b"<html lang='en'><head><title>A page</title></head><body><main><h1>A page</h1>"
    b"<p>%s</p></main></body></html>"
)


def http(body: bytes, headers: str = "Content-Type: text/html; charset=utf-8", status="200 OK"):
    return f"HTTP/1.1 {status}\r\n{headers}\r\n\r\n".encode() + body


def record(
    block: bytes,
    *,
    kind: str = "response",
    url: str = "http://a.example/",
    content_type: str = "application/http; msgtype=response",
    length: int | None = None,
) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\n"
        f"WARC-Date: 2024-01-02T03:04:05Z\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(block) if length is None else length}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def page(text: str = "Some words of text.", url: str = "http://a.example/") -> bytes:
    return record(http(PAGE % text.encode()), url=url)


def member(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def source(path: Path, data: bytes) -> SourceFile:
    path.write_bytes(data)
    return SourceFile(str(path), path.name, digest_file(path))


def read_counted(path: Path, ingest, data: bytes | None = None):
    """The items of a file through the one door for all formats; as many as were counted, each with
    an id of its own."""
    if data is not None:
        path.write_bytes(data)
    kind = format_of(path.name)
    file = InputFile(str(path), path.name, path.stat().st_size, digest_file(path), kind)
    items, counted = list(read_file(file, ingest)), count_file(file, ingest)
    if kind in {"warc", "arc"}:
        assert counted.pop("framed bytes", 0) == file.bytes
    assert len(items) == counted.total()
    assert len({item.document.doc_id for item in items}) == len(items)
    assert all(item.drop_value for item in items if item.drop_reason)
    assert all(item.document.text.strip() for item in items if not item.drop_reason)
    return items


def reasons(items):
    return [item.drop_reason for item in items]


def arc_record(block: bytes, url="http://a.example/", kind="text/html", date="20240102030405"):
    return f"{url} 192.0.2.1 {date} {kind} {len(block)}\n".encode() + block + b"\n"


def arc_page(text: str = "Some words of text.", url: str = "http://a.example/") -> bytes:
    return arc_record(http(PAGE % text.encode()), url)


def arc_head(version: int = 1) -> bytes:
    fields = "URL IP-address Archive-date Content-type Archive-length"
    block = f"{version} 0 Somebody\n{fields}\n".encode()
    return arc_record(block, "filedesc://a.arc", "text/plain")
