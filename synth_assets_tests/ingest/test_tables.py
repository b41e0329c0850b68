"""JSONL and Parquet: every line and row is an item, and false files are refused."""

import gzip

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.errors import InputError
from synth_assets.ingest import tables
from synth_assets.ingest.tables import count_jsonl, count_parquet, read_jsonl, read_parquet
from synth_assets_tests.ingest.making import source


@pytest.fixture
def columns(profile):
    return profile.ingest.columns


def table_file(path, **data):
    pq.write_table(pa.table(data), path)
    return source(path, path.read_bytes())


def test_columns_are_mapped(tmp_path, columns):
    mapped = columns.model_copy(update={"text": "content", "fetched_at": "when"})
    row = {"content": "Words.", "url": "u", "title": 7, "lang": "ca", "license": "CC0-1.0"}
    line = orjson.dumps(row | {"when": "2024-05-06", "other": [1]})
    (item,) = read_jsonl(source(tmp_path / "a.jsonl", line), mapped)
    document = item.document
    assert (document.text, document.url, document.title) == ("Words.", "u", "7")
    assert (document.license, item.lang_hint, document.lang) == ("CC0-1.0", "ca", "und")
    assert document.fetched_at.isoformat() == "2024-05-06T00:00:00+00:00"
    assert document.source == {"file": "a.jsonl", "offset": 0}


def test_every_bad_line_has_its_reason_and_its_text(tmp_path, columns):
    lines = [b'{"text": "ok"}', b'{"text": ', b"[1]", b"", b'{"text": 5}', b'{"text": " "}', b"{}"]
    file = source(tmp_path / "a.jsonl", b"\n".join(lines))
    found = list(read_jsonl(file, columns))
    bad, no_text = "bad_json_line", "missing_text"
    assert [i.drop_reason for i in found] == [None, bad, bad, bad, no_text, no_text, no_text]
    assert found[1].document.text == '{"text": '
    assert found[1].drop_value.startswith("line 2: ")
    assert count_jsonl(file) == 7


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=20).map(lambda b: b.replace(b"\0", b"")), max_size=8))
def test_lines_read_are_lines_counted(tmp_path_factory, lines):
    data = b'{"text": "first"}\n' + b"\n".join(lines)
    file = source(tmp_path_factory.mktemp("jsonl") / "a.jsonl", data)
    columns = tables.Columns(
        text="text", url=None, title=None, lang=None, license=None, fetched_at=None
    )
    found = list(read_jsonl(file, columns))
    assert len(found) == count_jsonl(file)
    assert len({item.document.doc_id for item in found}) == len(found)


def test_a_line_too_long_for_memory_is_dropped(tmp_path, columns, monkeypatch):
    monkeypatch.setattr(tables, "MAX_RECORD_BYTES", 100)
    data = b'{"text": "' + b"x" * 5000 + b'"}\n{"text": "y"}\n'
    found = list(read_jsonl(source(tmp_path / "a.jsonl", data), columns))
    assert [item.drop_reason for item in found] == ["too_large", None]
    assert found[0].drop_value == "5013 bytes"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl", gzip.compress(b"{}")),
        ("a.jsonl", b"\x00\x01\x02"),
        ("a.jsonl", b"text,url\nx,y\n"),
        ("a.jsonl.gz", b'{"text": "not gzip"}'),
        ("a.jsonl.gz", gzip.compress(b'{"text": "x"}\n' * 1000)[:-30]),
    ],
)
def test_what_is_no_jsonl_is_refused_by_name_and_offset(tmp_path, columns, name, data):
    with pytest.raises(InputError, match=r"a\.jsonl.*, byte \d+: .*; expected "):
        list(read_jsonl(source(tmp_path / name, data), columns))


def test_parquet_rows(tmp_path, columns):
    file = table_file(tmp_path / "a.parquet", text=["one", None, ""] * 200, url=["u"] * 600)
    found = list(read_parquet(file, columns))
    assert len(found) == count_parquet(file) == 600
    assert [i.drop_reason for i in found[:3]] == [None, "missing_text", "missing_text"]
    assert found[300].document.source["offset"] == 300


def test_what_is_no_parquet_of_texts_is_refused(tmp_path, columns):
    with pytest.raises(InputError, match=r"its columns are body; expected a column 'text'"):
        list(read_parquet(table_file(tmp_path / "a.parquet", body=["x"]), columns))
    with pytest.raises(InputError, match="column 'text' holds int64; expected a column of strings"):
        list(read_parquet(table_file(tmp_path / "a.parquet", text=[1]), columns))
    with pytest.raises(InputError, match=r"a\.parquet, byte 0: .*expected a whole Parquet file"):
        list(read_parquet(source(tmp_path / "a.parquet", b"PAR1 nonsense"), columns))


def test_parquet_damaged_inside_is_refused_by_row(tmp_path, columns):
    path = tmp_path / "a.parquet"
    table_file(path, text=[f"text {n} {n * 7919}" for n in range(5000)])
    data = bytearray(path.read_bytes())
    data[4:400] = b"\xff" * 396
    with pytest.raises(InputError, match="from row 0 on"):
        list(read_parquet(source(path, bytes(data)), columns))


def test_real_tables(data_dir, columns):
    path = data_dir / "corpora" / "masakhane-news.parquet"
    file = source_of(path)
    assert sum(1 for _ in read_parquet(file, columns)) == count_parquet(file) == 1760


def source_of(path):
    return tables.SourceFile(str(path), path.name, "digest")
