"""Whatever the bytes are, a batch ends, and records = documents + drops."""

import gzip

import orjson
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth_assets.ingest.rows import rows_of
from synth_assets_tests.ingest.making import (
    PAGE,
    arc_head,
    arc_page,
    http,
    member,
    page,
    read_counted,
    reasons,
    record,
)

QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

TAGS = st.sampled_from(
    [
        *(f"<{name}>" for name in ("p", "div", "ul", "li", "table", "td", "pre", "b", "a href=x")),
        *("</p>", "</div>", "</li>", "<title>", "<svg>", "<!--", "-->", "<![CDATA[", "<script>"),
        *("<meta charset=", "utf-16", "x-nobody", "'", '"', ">", "&#0;", "&nbsp", "\0", "\r\n"),
        *("<link rel=canonical href=//", "<a rel=license href=http://[", "datePublished"),
    ]
)
HTML = st.lists(TAGS | st.text(max_size=12), max_size=25).map(lambda parts: "".join(parts).encode())
BODY = HTML | st.binary(max_size=60) | HTML.map(gzip.compress)
HEADERS = st.lists(
    st.sampled_from(
        [
            "Content-Type: text/html",
            "Content-Type: text/html; charset=windows-1251",
            "Content-Type: ;;;",
            "Content-Encoding: gzip",
            "Content-Encoding: br",
            "Content-Encoding: deflate",
            "Transfer-Encoding: chunked",
            "no header at all",
        ]
    ),
    min_size=1,
    max_size=3,
).map("\r\n".join)
RECORD = st.builds(
    record,
    st.builds(http, BODY, HEADERS) | BODY,
    kind=st.sampled_from(["response", "resource", "conversion", "revisit", "metadata", "Response"]),
    length=st.none() | st.integers(0, 300),
) | st.builds(page)
ARC = st.builds(arc_page, st.text("ab <>", max_size=20)) | st.just(arc_head())
PIECE = RECORD | RECORD.map(member) | ARC | ARC.map(member) | st.binary(max_size=30)


@st.composite
def archives(draw):
    """Records and noise one after the other, some of it overwritten or cut off."""
    data = bytearray(b"".join(draw(st.lists(PIECE, min_size=1, max_size=5))))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 8))] = draw(st.binary(max_size=8))
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


def rows(items):
    kept, dropped = rows_of(items, lambda texts: [len(text) for text in texts], [])
    assert kept.height + dropped.height == len(items)
    assert dropped["drop_reason"].null_count() == 0


@pytest.fixture
def gathered():
    """Takes the items of all examples, which become rows together at the end: frames of a row or
    two would be most of the work."""
    items = []
    yield items.extend
    rows(items)


@settings(QUICK, max_examples=1000)
@given(data=archives(), name=st.sampled_from(["a.warc", "a.warc.gz", "a.arc", "a.arc.gz"]))
def test_web_archives_of_any_bytes(tmp_path, profile, gathered, data, name):
    gathered(read_counted(tmp_path / name, profile.ingest, data))


@settings(QUICK, max_examples=1000)
@given(data=BODY)
def test_pages_of_any_bytes(tmp_path, profile, gathered, data):
    (item,) = read_counted(tmp_path / "a.html", profile.ingest, data)
    gathered([item])


@settings(QUICK, max_examples=150)
@given(data=st.binary(max_size=200), name=st.sampled_from(["a.jsonl", "a.parquet", "a.arrow"]))
def test_tables_of_any_bytes(tmp_path, profile, gathered, data, name):
    gathered(read_counted(tmp_path / name, profile.ingest, data))


SCRIPTS = {
    "arb": "هذه صفحة عادية فيها نص عربي يكتب من اليمين إلى اليسار.",
    "heb": "זהו עמוד רגיל עם טקסט בעברית הנכתב מימין לשמאל.",
    "jpn": "これは単語の間に空白のない日本語の普通のページです。",
    "tha": "นี่คือหน้าธรรมดาที่มีข้อความภาษาไทยซึ่งไม่เว้นวรรคระหว่างคำ",
    "khm": "នេះជាទំព័រធម្មតាដែលមានអត្ថបទជាភាសាខ្មែរ។",
    "amh": "ይህ በአማርኛ የተጻፈ ተራ ገጽ ነው።",
}


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_right_to_left_and_unsegmented_scripts_come_through(tmp_path, profile, text):
    (item,) = read_counted(tmp_path / "a.html", profile.ingest, PAGE % text.encode())
    assert item.document.text == f"# A page\n\n{text}"


def test_nul_bytes_in_pages(tmp_path, profile):
    (item,) = read_counted(tmp_path / "a.html", profile.ingest, PAGE % b"Some\0 words\0.")
    assert "words" in item.document.text
    rows([item])


@pytest.mark.drill
def test_a_document_of_50_mb_in_one_line(tmp_path, profile):
    words = "Words of a very long line. " * 2_000_000
    (line,) = read_counted(tmp_path / "a.jsonl", profile.ingest, orjson.dumps({"text": words}))
    assert len(line.document.text) == len(words)
    pl.DataFrame({"text": [words]}).write_parquet(tmp_path / "a.parquet")
    (cell,) = read_counted(tmp_path / "a.parquet", profile.ingest)
    assert cell.document.text == words
    (html,) = read_counted(tmp_path / "a.html", profile.ingest, PAGE % words.encode())
    assert len(html.document.text) > 50_000_000
    rows([line, cell, html])


@pytest.mark.drill
def test_a_million_tiny_documents(tmp_path, profile):
    data = b"".join(b'{"text":"t%d"}\n' % n for n in range(1_000_000))
    items = read_counted(tmp_path / "a.jsonl", profile.ingest, data)
    assert len(items) == 1_000_000
    assert set(reasons(items)) == {None}
