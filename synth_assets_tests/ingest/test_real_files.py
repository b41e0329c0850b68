"""Real web archives, some broken on purpose: exact counts of what becomes of every record."""

from collections import Counter

import pytest

from synth_assets_tests.ingest.making import read_counted

DOCUMENT = None

WANTED = {
    "aut-badexample.arc.gz": {"not_html": 2, "damaged_record": 3},
    "aut-example.warc.gz": {DOCUMENT: 93, "not_html": 158, "http_status": 47, "empty_page": 1},
    "aut-issue-493.warc": {
        DOCUMENT: 3,
        "not_html": 5,
        "revisit": 5,
        "http_status": 1,
        "empty_page": 1,
    },
    "commoncrawl-2020-selected.warc.gz": {DOCUMENT: 6},
    "commoncrawl-whirlwind.warc.gz": {DOCUMENT: 1},
    "commoncrawl-whirlwind.warc.wat.gz": {"metadata_only": 1},
    "commoncrawl-whirlwind.warc.wet.gz": {DOCUMENT: 1},
    "dolma-sample-0000.warc.gz": {DOCUMENT: 22, "not_html": 2},
    "warcio-example-bad-non-chunked.warc.gz": {DOCUMENT: 1, "revisit": 1},
    "warcio-example-iana-chunked.warc": {DOCUMENT: 1},
    "warcio-example-trunc.warc": {"damaged_record": 1},
    "warcio-example.arc.gz": {DOCUMENT: 1},
}


def test_all_files_are_there(data_dir):
    assert sorted(path.name for path in (data_dir / "web" / "fixtures").iterdir()) == list(WANTED)


@pytest.mark.parametrize("name", WANTED)
def test_every_record_is_a_document_or_a_drop_with_file_offset_and_cause(data_dir, profile, name):
    path = data_dir / "web" / "fixtures" / name
    items = read_counted(path, profile.ingest)
    assert Counter(item.drop_reason for item in items) == WANTED[name]
    for item in items:
        assert item.document.source["file"] == name
        assert (
            0 <= item.document.source["offset"] < (data_dir / "web/fixtures" / name).stat().st_size
        )
        if item.drop_reason == "damaged_record":
            assert item.drop_value.startswith(f"byte {item.document.source['offset']}: ")


def test_charsets_of_common_crawl_pages(data_dir, profile):
    path = data_dir / "web" / "fixtures" / "commoncrawl-2020-selected.warc.gz"
    items = read_counted(path, profile.ingest)
    assert Counter(item.charset for item in items) == {
        "cp1251": 1,
        "cp1252": 2,
        "gbk": 1,
        "utf-8": 2,
    }
    assert all("\N{REPLACEMENT CHARACTER}" not in item.document.text for item in items)
