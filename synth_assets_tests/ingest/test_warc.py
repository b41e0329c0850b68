"""WARC reading: every page record and every damage ends as one item, whatever the file is like."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.errors import InputError
from synth_assets.hashing import digest_file
from synth_assets.ingest import frames as framing
from synth_assets.ingest.source import SourceFile
from synth_assets.ingest.warc import count_warc, read_warc
from synth_assets_tests.ingest.making import PAGE, http, member, page, record, source


def reasons(found):
    return [item.drop_reason for item in found]


def urls(found):
    return [item.document.url for item in found if item.drop_reason is None]


def pages(count):
    return [page(f"Text number {n} of this page.", f"http://a.example/{n}") for n in range(count)]


def test_reads_text_and_what_is_known_about_it(tmp_path):
    file = source(tmp_path / "a.warc.gz", member(page("Good text.")))
    (item,) = read_warc(file)
    document = item.document
    assert document.text == "# A page\n\nGood text."
    assert (document.title, document.url) == ("A page", "http://a.example/")
    assert document.fetched_at.isoformat() == "2024-01-02T03:04:05+00:00"
    assert document.source == {"file": "a.warc.gz", "offset": 0}
    assert document.root_ids == [document.doc_id]
    assert (item.lang_hint, item.charset, item.content_type) == ("en", "utf-8", "text/html")


def test_the_same_page_twice_is_two_documents(tmp_path):
    for name, data in (("a.warc", page() * 2), ("b.warc.gz", member(page()) * 2)):
        found = list(read_warc(source(tmp_path / name, data)))
        assert len({item.document.doc_id for item in found}) == 2


def test_damage_costs_one_record_and_reading_goes_on(tmp_path):
    members = [member(data) for data in pages(5)]
    middle = len(members[2]) // 2
    members[2] = members[2][:middle] + b"\xff" * 20 + members[2][middle + 20 :]
    file = source(tmp_path / "a.warc.gz", b"".join(members))
    found = list(read_warc(file))
    assert reasons(found) == [None, None, "damaged_record", None, None]
    assert found[2].document.source["offset"] == len(members[0]) + len(members[1])
    assert found[2].drop_value.startswith(f"byte {found[2].document.source['offset']}: gzip: ")
    assert count_warc(file) == (5, len(b"".join(members)))


@pytest.mark.parametrize("cut", [1, 9, 40, 120])
def test_a_file_that_ends_inside_a_record(tmp_path, cut):
    first, second = (member(data) for data in pages(2))
    file = source(tmp_path / "a.warc.gz", first + second[:-cut])
    assert reasons(read_warc(file)) == [None, "damaged_record"]


def test_a_wrong_checksum_is_damage(tmp_path):
    first, second = (member(data) for data in pages(2))
    file = source(tmp_path / "a.warc.gz", first[:-8] + b"abcd" + first[-4:] + second)
    assert reasons(read_warc(file)) == ["damaged_record", None]


def test_a_record_that_claims_too_much_swallows_no_other(tmp_path):
    one, two = pages(2)
    long = record(http(PAGE % b"x"), length=9999)
    packed = source(tmp_path / "a.warc.gz", member(one) + member(long) + member(two))
    assert reasons(read_warc(packed)) == [None, "damaged_record", None]
    plain = source(tmp_path / "a.warc", one + record(http(PAGE % b"x"), length=300) + two)
    assert reasons(read_warc(plain)) == [None, "damaged_record", None]


def test_garbage_between_records_of_a_plain_file(tmp_path):
    one, two = pages(2)
    file = source(tmp_path / "a.warc", one + b"\x00\x07garbage\r\n" * 50 + two)
    assert reasons(read_warc(file)) == [None, "damaged_record", None]


def test_damaged_blank_lines_between_two_records_cost_the_first_alone(tmp_path):
    one, two, three = pages(3)
    file = source(tmp_path / "a.warc", one[:-4] + bytes(4) + two + three)
    assert reasons(read_warc(file)) == ["damaged_record", None, None]


def test_a_whole_file_in_one_gzip_member(tmp_path):
    file = source(tmp_path / "a.warc.gz", member(b"".join(pages(4))))
    found = list(read_warc(file))
    assert len(urls(found)) == len({item.document.doc_id for item in found}) == 4
    assert count_warc(file) == (4, (tmp_path / "a.warc.gz").stat().st_size)


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(st.text("abc ñ漢<&", min_size=1, max_size=200), min_size=1, max_size=6),
    is_packed=st.booleans(),
    hit=st.integers(0, 10_000),
    noise=st.binary(min_size=1, max_size=30),
)
def test_whatever_is_overwritten_every_byte_is_framed_and_the_rest_is_read(
    tmp_path_factory, texts, is_packed, hit, noise
):
    records = [page(text, f"http://a.example/{n}") for n, text in enumerate(texts)]
    records = [member(data) for data in records] if is_packed else records
    whole = b"".join(records)
    hit %= len(whole)
    data = (whole[:hit] + noise + whole[hit + len(noise) :])[: len(whole)]
    file = source(tmp_path_factory.mktemp("warc") / "a.warc.gz", data)
    try:
        found, (count, size) = list(read_warc(file)), count_warc(file)
    except InputError:
        assert hit < 5 or len(texts) == 1
        return
    assert size == len(data)
    assert count == len(found)
    untouched, start = [], 0
    for n, part in enumerate(records):
        if start + len(part) <= hit or start >= hit + len(noise):
            untouched.append(f"http://a.example/{n}")
        start += len(part)
    seen = {item.document.url for item in found}
    assert set(untouched) <= seen


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (record(http(b"\x89PNG", "Content-Type: image/png")), "not_html"),
        (record(http(PAGE % b"x", status="404 Not Found")), "http_status"),
        (record(http(b"<html><body></body></html>")), "empty_page"),
        (record(http(b"<p>\xf1\xf1\xf1", "Content-Type: text/html; charset=x")), "unknown_charset"),
        (record(b"no http at all"), "damaged_record"),
        (record(b"127.0.0.1", content_type="text/dns", url="dns:a.example"), "not_html"),
    ],
)
def test_every_page_without_text_has_its_reason(tmp_path, data, reason):
    (item,) = read_warc(source(tmp_path / "a.warc", data))
    assert item.drop_reason == reason
    assert item.drop_value
    assert item.document.url


def test_payload_encodings_are_undone(tmp_path):
    body = PAGE % b"Encoded text."
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    data = [
        record(http(gzip.compress(body), "Content-Type: text/html\r\nContent-Encoding: gzip")),
        record(http(body, "Content-Type: text/html\r\nContent-Encoding: gzip")),
        record(http(chunked, "Content-Type: text/html\r\nTransfer-Encoding: chunked")),
        record(http(body, "Content-Type: text/html\r\nTransfer-Encoding: chunked")),
    ]
    found = list(read_warc(source(tmp_path / "a.warc", b"".join(data))))
    assert ["Encoded text." in item.document.text for item in found] == [True] * 4


def test_wet_records_are_text_and_other_records_are_no_pages(tmp_path):
    data = record(b"Plain text.", kind="conversion", content_type="text/plain")
    others = record(b"x", kind="request") + record(b"x", kind="warcinfo")
    (item,) = read_warc(source(tmp_path / "a.warc", others + data))
    assert item.document.text == "Plain text."


def test_a_record_too_large_for_memory_is_dropped(tmp_path, monkeypatch):
    monkeypatch.setattr(framing, "MAX_RECORD_BYTES", 2000)
    file = source(tmp_path / "a.warc", page("long " * 1000) + page())
    assert reasons(read_warc(file)) == ["too_large", None]


@pytest.mark.parametrize(
    "data", [b"", b"plain words", member(b"packed words"), member(b"")], ids=str
)
def test_a_file_that_is_no_warc_is_refused_by_name_and_offset(tmp_path, data):
    file = source(tmp_path / "a.warc.gz", data)
    with pytest.raises(InputError, match=r"a\.warc\.gz, byte 0: .*; expected a WARC file"):
        list(read_warc(file))


def test_real_and_broken_fixtures_are_read_or_refused_in_one_sentence(data_dir):
    refused = []
    for path in sorted((data_dir / "web" / "fixtures").iterdir()):
        file = SourceFile(str(path), path.name, digest_file(path))
        try:
            found = list(read_warc(file))
        except InputError as error:
            refused.append(path.name)
            assert path.name in str(error)
            continue
        assert count_warc(file) == (len(found), path.stat().st_size)
        assert all(item.document.text or item.drop_reason for item in found)
    assert refused == ["aut-badexample.arc.gz", "warcio-example.arc.gz"]


def test_record_counts_of_real_crawls(data_dir):
    wanted = {
        "aut-example.warc.gz": 299,
        "aut-issue-493.warc": 10,
        "commoncrawl-2020-selected.warc.gz": 6,
        "dolma-sample-0000.warc.gz": 22 + 2,
        "warcio-example-trunc.warc": 1,
    }
    for name, count in wanted.items():
        path = data_dir / "web" / "fixtures" / name
        assert count_warc(SourceFile(str(path), name, ""))[0] == count
