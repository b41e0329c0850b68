"""Inputs of every kind, from folders and URLs: what is found, what is passed over."""

import gzip

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synth_assets.ingest.inputs import InputFile, find_inputs
from synth_assets.ingest.read import read_file
from synth_assets_tests.ingest.making import PAGE, arc_head, arc_page, member, page


@pytest.fixture
def files():
    """One input of each kind, by name; each holds one document."""
    table = pa.table({"text": ["Words."]})
    parquet, arrow = pa.BufferOutputStream(), pa.BufferOutputStream()
    pq.write_table(table, parquet)
    with pa.ipc.new_stream(arrow, table.schema) as writer:
        writer.write_table(table)
    return {
        "a.warc.gz": member(page()),
        "deep/er/b.warc": page(),
        "c.arc.gz": member(arc_head()) + member(arc_page()),
        "d.arc": arc_head() + arc_page(),
        "site/index.html": PAGE % b"One.",
        "site/more/page.HTM": PAGE % b"Two.",
        "e.jsonl": b'{"text": "Words."}',
        "f.jsonl.gz": gzip.compress(b'{"text": "Words."}'),
        "hub/data/train-00000-of-00001.parquet": parquet.getvalue().to_pybytes(),
        "saved/train/data-00000-of-00001.arrow": arrow.getvalue().to_pybytes(),
    }


PASSED_OVER = {
    "hub/README.md": b"a card",
    "hub/.gitattributes": b"",
    "saved/dataset_dict.json": b"{}",
    "saved/train/state.json": b"{}",
    "saved/train/dataset_info.json": b"{}",
    "saved/train/cache-0123.arrow": b"",
}


def put(root, files):
    filesystem, folder = fsspec.core.url_to_fs(root)
    for name, data in files.items():
        filesystem.makedirs(f"{folder}/{name}".rsplit("/", 1)[0], exist_ok=True)
        filesystem.pipe_file(f"{folder}/{name}", data)


@pytest.mark.parametrize("where", ["{tmp}/in", "file://{tmp}/in", "memory://inputs/{tmp}"])
def test_every_kind_is_read_from_folders_and_urls(tmp_path, profile, files, where):
    root = where.format(tmp=tmp_path)
    put(root, files | PASSED_OVER | {"picture.png": b"x"})
    found = list(find_inputs(root))
    known = [file for file in found if isinstance(file, InputFile)]
    assert sorted(file.name for file in known) == sorted(files)
    assert [file.path.rsplit("/", 1)[-1] for file in found if file not in known] == ["picture.png"]
    for file in known:
        items = list(read_file(file, profile.ingest))
        assert [item.drop_reason for item in items] == [None], file.name


def test_a_page_file_knows_its_address_by_what_it_says(tmp_path, profile):
    html = b"<html><head><link rel=canonical href='https://a.example/x'></head><p>Some words.</p>"
    put(str(tmp_path), {"page.html": html, "empty.html": b"", "odd.html": b"<p>\xf1\xf1"})
    found = {
        item.document.source["file"]: item
        for file in find_inputs(str(tmp_path))
        for item in read_file(file, profile.ingest)
    }
    assert found["page.html"].document.url == "https://a.example/x"
    assert found["empty.html"].drop_reason == "empty_page"
    assert len(found) == 3
