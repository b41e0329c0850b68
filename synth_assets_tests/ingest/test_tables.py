"""JSONL and Parquet: every line and row is an item, and false files are refused."""

import gzip
import re

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.home import Home
from synth_assets.ingest import jsonl
from synth_assets.profile import load_profile
from synth_assets_tests.ingest.making import read_counted, reasons

BAD, NONE, UNREADABLE = "bad_json_line", "missing_text", "unreadable_file"


@pytest.fixture
def ingest(profile):
    return profile.ingest


def with_columns(ingest, **names):
    columns = ingest.columns.model_copy(update=names)
    return ingest.model_copy(update={"columns": columns})


def table_file(path, **data):
    pq.write_table(pa.table(data), path)
    return path


def stream_file(path, table, rows=3):
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=rows)
    return path


def test_columns_are_mapped(tmp_path, ingest):
    mapped = with_columns(ingest, text="content", fetched_at="when")
    row = {"content": "Words.", "url": "u", "title": 7, "lang": "ca", "license": "CC0-1.0"}
    line = orjson.dumps(row | {"when": "2024-05-06", "other": [1]})
    (item,) = read_counted(tmp_path / "a.jsonl", mapped, line)
    document = item.document
    assert (document.text, document.url, document.title) == ("Words.", "u", "7")
    assert (document.license, item.lang_hint, document.lang) == ("CC0-1.0", "ca", "und")
    assert document.fetched_at.isoformat() == "2024-05-06T00:00:00+00:00"
    assert document.source == {"file": "a.jsonl", "offset": 0}


def test_a_dotted_name_leads_into_objects(tmp_path, ingest):
    mapped = with_columns(ingest, text="doc.body", url="meta.url", title="meta.none.title")
    row = {"doc": {"body": "Words."}, "meta": {"url": "http://a.example/"}}
    (line,) = read_counted(tmp_path / "a.jsonl", mapped, orjson.dumps(row))
    path = table_file(tmp_path / "a.parquet", **{name: [value] for name, value in row.items()})
    (cell,) = read_counted(path, mapped)
    for item in (line, cell):
        document = item.document
        found = (document.text, document.url, document.title)
        assert found == ("Words.", "http://a.example/", None)


def test_every_bad_line_has_its_reason_and_its_text(tmp_path, ingest):
    lines = [b'{"text": "ok"}', b'{"text": ', b"[1]", b"", b'{"text": 5}', b'{"text": " "}', b"{}"]
    found = read_counted(tmp_path / "a.jsonl", ingest, b"\n".join(lines))
    assert reasons(found) == [None, BAD, BAD, BAD, NONE, NONE, NONE]
    assert found[1].document.text == '{"text": '
    assert found[1].drop_value.startswith("line 2: ")


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=20), max_size=8), st.booleans())
def test_lines_read_are_lines_counted(tmp_path_factory, lines, is_packed):
    data = b'{"text": "first"}\n' + b"\n".join(lines)
    path = tmp_path_factory.mktemp("jsonl") / ("a.jsonl.gz" if is_packed else "a.jsonl")
    ingest = load_profile(home=Home.find()).ingest
    found = read_counted(path, ingest, gzip.compress(data) if is_packed else data)
    assert found[0].document.text == "first"


def test_lines_longer_than_a_piece_are_whole(tmp_path, ingest, monkeypatch):
    monkeypatch.setattr(jsonl, "CHUNK_BYTES", 7)
    texts = ["a" * 50, "b", "c" * 13]
    data = b"".join(orjson.dumps({"text": text}) + b"\n" for text in texts)
    found = read_counted(tmp_path / "a.jsonl", ingest, data[:-1])
    assert [item.document.text for item in found] == texts


def test_a_line_too_long_for_memory_is_dropped(tmp_path, ingest, monkeypatch):
    monkeypatch.setattr(jsonl, "MAX_RECORD_BYTES", 100)
    monkeypatch.setattr(jsonl, "CHUNK_BYTES", 1000)
    data = b'{"text": "' + b"x" * 5000 + b'"}\n{"text": "y"}\n'
    found = read_counted(tmp_path / "a.jsonl", ingest, data)
    assert reasons(found) == ["too_large", None]
    assert found[0].drop_value == "5012 bytes"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl", gzip.compress(b"{}", mtime=0)),
        ("a.jsonl", b"\x00\x01\x02"),
        ("a.jsonl", b"text,url\nx,y\n"),
        ("a.jsonl", '{"text": "x"}\n'.encode("utf-16")),
        ("a.jsonl.gz", b'{"text": "not gzip"}'),
        ("a.parquet", b"PAR1 nonsense"),
        ("a.arrow", b"nonsense" * 9),
        ("a.arrow", b"ARROW1 nonsense"),
    ],
)
def test_what_is_not_what_it_claims_is_one_drop_with_place_and_cause(tmp_path, ingest, name, data):
    (item,) = read_counted(tmp_path / name, ingest, data)
    assert item.drop_reason == UNREADABLE
    assert re.match(r"(byte|line|row) 0: .*; expected ", item.drop_value)


def test_truncated_gzip_keeps_the_lines_before_it_and_says_where_it_ends(tmp_path, ingest):
    lines = b"".join(b'{"text": "text %d"}\n' % (n * 7919) for n in range(5000))
    packed = gzip.compress(lines)
    found = read_counted(tmp_path / "a.jsonl.gz", ingest, packed[: len(packed) // 2])
    assert len(found) > 1000
    assert set(reasons(found[:-2])) == {None}
    assert reasons(found[-2:]) in ([BAD, UNREADABLE], [None, UNREADABLE])
    number = len(found) - 1
    assert found[-1].document.source["offset"] == number
    assert f"line {number}: its gzip cannot be read around byte" in found[-1].drop_value


def test_several_gzip_members_are_one_file(tmp_path, ingest):
    data = gzip.compress(b'{"text": "a"}\n{"te') + gzip.compress(b'xt": "b"}\n')
    found = read_counted(tmp_path / "a.jsonl.gz", ingest, data)
    assert [item.document.text for item in found] == ["a", "b"]


def test_mixed_encodings_and_nul_bytes_cost_their_lines_alone(tmp_path, ingest):
    lines = [
        '{"text": "añb"}'.encode("latin-1"),
        '{"text": "añb"}'.encode(),
        b'{"text": "a\0b"}',
        b'{"text": "a\\u0000b"}',
        b"\xef\xbb\xbf",
    ]
    found = read_counted(tmp_path / "a.jsonl", ingest, b"\xef\xbb\xbf" + b"\n".join(lines))
    assert reasons(found) == [BAD, None, BAD, None, BAD]
    assert found[3].document.text == "a\0b"
    assert "a\N{REPLACEMENT CHARACTER}b" in found[0].document.text


def test_parquet_rows(tmp_path, ingest):
    path = table_file(tmp_path / "a.parquet", text=["one", None, ""] * 200, url=["u"] * 600)
    found = read_counted(path, ingest)
    assert len(found) == 600
    assert reasons(found[:3]) == [None, NONE, NONE]
    assert found[300].document.source["offset"] == 300


def test_tables_without_a_column_of_texts_are_one_drop_that_names_what_is_there(tmp_path, ingest):
    (item,) = read_counted(table_file(tmp_path / "a.parquet", body=["x"] * 7), ingest)
    assert item.drop_value == (
        "row 0: its columns (of 7 rows) are body; expected a column 'text' (ingest.columns.text)"
    )
    (item,) = read_counted(table_file(tmp_path / "a.parquet", text=[1]), ingest)
    assert "column 'text' (of 1 rows) holds int64; expected a column of strings" in item.drop_value


def test_a_damaged_row_group_costs_its_rows_alone(tmp_path, ingest):
    path = tmp_path / "a.parquet"
    table = pa.table({"text": [f"text {n} {n * 7919}" for n in range(900)]})
    pq.write_table(table, path, row_group_size=300, use_dictionary=False)
    data = bytearray(path.read_bytes())
    start = pq.read_metadata(path).row_group(1).column(0).data_page_offset
    data[start : start + 400] = b"\xff" * 400
    found = read_counted(path, ingest, bytes(data))
    lost = [n for n, item in enumerate(found) if item.drop_reason == "damaged_record"]
    assert len(found) == 900
    assert lost == list(range(300, 600))


def test_datasets_saved_to_disk(tmp_path, ingest):
    table = pa.table({"text": [f"text {n}" for n in range(10)] + [None], "label": [1] * 11})
    found = read_counted(stream_file(tmp_path / "data-00000-of-00001.arrow", table), ingest)
    assert [item.document.text for item in found[:10]] == table["text"].to_pylist()[:10]
    assert reasons(found) == [None] * 10 + [NONE]


def test_arrow_files_of_the_other_form_are_read_too(tmp_path, ingest):
    table = pa.table({"text": ["one", "two"]})
    path = tmp_path / "a.arrow"
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    assert reasons(read_counted(path, ingest)) == [None, None]


def test_a_truncated_arrow_stream_keeps_the_rows_before_it(tmp_path, ingest):
    table = pa.table({"text": [f"text {n}" for n in range(300)]})
    data = stream_file(tmp_path / "a.arrow", table, rows=100).read_bytes()
    found = read_counted(tmp_path / "a.arrow", ingest, data[: len(data) * 3 // 4])
    assert reasons(found) == [None] * 200 + [UNREADABLE]
    assert found[-1].drop_value.startswith("row 200: it cannot be read")


def test_real_tables(data_dir, ingest):
    assert len(read_counted(data_dir / "corpora" / "masakhane-news.parquet", ingest)) == 1760
