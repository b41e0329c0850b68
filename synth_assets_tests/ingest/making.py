"""Small WARC files made by hand."""

import gzip
from pathlib import Path

from synth_assets.hashing import digest_file
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
