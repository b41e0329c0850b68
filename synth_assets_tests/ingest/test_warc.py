"""WARC reading: every page record and every damage ends as one item, whatever the file is like."""

import gzip
import io
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.ingest import frames as framing
from synth_assets.ingest import payload
from synth_assets.ingest.source import SourceFile
from synth_assets.ingest.warc import count_warc, read_warc
from synth_assets_tests.ingest.making import (
    PAGE,
    http,
    member,
    page,
    read_counted,
    reasons,
    record,
    source,
)


def urls(found):
    return [item.document.url for item in found if item.drop_reason is None]


def counted(file):
    frames = list(count_warc(file))
    return sum(page for page, _ in frames), sum(size for _, size in frames)


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
    assert counted(file) == (5, len(b"".join(members)))


@pytest.mark.parametrize("noise", [b"\0", b"\0" * 10, b"\x1f\x8b\x08\0" * 3])
def test_a_damaged_copy_of_the_record_before_it_is_not_taken_for_its_rest(tmp_path, noise):
    whole = member(page())
    file = source(tmp_path / "a.warc.gz", whole + noise + whole[len(noise) :] + whole)
    assert reasons(read_warc(file)) == [None, "damaged_record", None]


@pytest.mark.parametrize("mtime", [0, 1, 2])
def test_members_that_say_when_they_were_made_and_what_was_packed(tmp_path, mtime):
    packed = io.BytesIO()
    for n, data in enumerate(pages(4)):
        with gzip.GzipFile(f"{n}", "wb", fileobj=packed, mtime=mtime * n) as one:
            one.write(data)
    file = source(tmp_path / "a.warc.gz", packed.getvalue())
    assert reasons(read_warc(file)) == [None] * 4
    assert counted(file) == (4, len(packed.getvalue()))


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
    assert counted(file) == (4, (tmp_path / "a.warc.gz").stat().st_size)


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
    found, (count, size) = list(read_warc(file)), counted(file)
    assert size == len(data)
    assert count == len(found)
    untouched, start = [], 0
    for n, part in enumerate(records):
        if start + len(part) <= hit or start >= hit + len(noise):
            untouched.append(f"http://a.example/{n}")
        start += len(part)
    seen = {item.document.url for item in found}
    if hit >= 2:  # the first two bytes tell gzip from plain
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


BODY = PAGE % b"Encoded text."
RAW = zlib.compressobj(wbits=-zlib.MAX_WBITS)
PACKED = gzip.compress(BODY, mtime=0)
RAW_DEFLATE = RAW.compress(BODY) + RAW.flush()


def chunked(data):
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(data), data)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (PACKED, "Content-Encoding: gzip"),
        (PACKED, "Content-Encoding: x-gzip"),
        (zlib.compress(BODY), "Content-Encoding: deflate"),
        (RAW_DEFLATE, "Content-Encoding: deflate"),
        (chunked(BODY), "Transfer-Encoding: chunked"),
        (chunked(PACKED), "Transfer-Encoding: chunked\r\nContent-Encoding: gzip"),
        (PACKED, "Transfer-Encoding: chunked\r\nContent-Encoding: gzip"),
        (BODY, "Transfer-Encoding: chunked\r\nContent-Encoding: gzip"),
        (BODY, "Transfer-Encoding: chunked"),
        (BODY, "Content-Encoding: gzip"),
        (BODY, "Content-Encoding: deflate"),
        (BODY, "Content-Encoding: nobody-knows"),
    ],
)
def test_payload_encodings_are_undone_where_they_are_there(tmp_path, profile, body, headers):
    block = http(body, f"Content-Type: text/html\r\n{headers}")
    (item,) = read_counted(tmp_path / "a.warc", profile.ingest, record(block))
    assert item.document.text == "# A page\n\nEncoded text."


def test_a_payload_that_cannot_be_decoded_is_dropped_by_name(tmp_path, profile):
    packed = gzip.compress(BODY * 9)
    broken = packed[:20] + bytes(20) + packed[40:]
    block = http(broken, "Content-Type: text/html\r\nContent-Encoding: gzip")
    (item,) = read_counted(tmp_path / "a.warc", profile.ingest, record(block))
    assert item.drop_reason == "damaged_payload"


def test_a_small_payload_that_unpacks_to_too_much_is_dropped(tmp_path, profile, monkeypatch):
    monkeypatch.setattr(payload, "MAX_RECORD_BYTES", 100_000)
    body, headers = (
        gzip.compress(b"<p>" * 50_000, mtime=0),
        "Content-Type: text/html\r\nContent-Encoding: gzip",
    )
    block = http(body, headers)
    (item,) = read_counted(tmp_path / "a.warc", profile.ingest, record(block))
    assert item.drop_reason == "too_large"


def test_http_headers_of_old_crawlers_with_bare_line_feeds(tmp_path, profile):
    block = http(PAGE % b"Old words.").replace(b"\r\n", b"\n")
    (item,) = read_counted(tmp_path / "a.warc", profile.ingest, record(block))
    assert (item.document.text, item.charset) == ("# A page\n\nOld words.", "utf-8")


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
    ("data", "reason"),
    [
        (b"", "unreadable_file"),
        (member(b""), "unreadable_file"),
        (b"plain words", "damaged_record"),
        (member(b"packed words"), "damaged_record"),
        (b"\x1f\x8b\x08 no gzip", "damaged_record"),
    ],
    ids=str,
)
def test_a_file_that_is_no_warc_is_one_drop_with_offset_and_cause(tmp_path, profile, data, reason):
    (item,) = read_counted(tmp_path / "a.warc.gz", profile.ingest, data)
    assert item.drop_reason == reason
    assert item.drop_value.startswith("byte 0: ")
    assert item.document.source == {"file": "a.warc.gz", "offset": 0}


def test_garbage_before_the_first_record_costs_itself_alone(tmp_path, profile):
    found = read_counted(tmp_path / "a.warc", profile.ingest, b"garbage\r\n" * 9 + page())
    assert reasons(found) == ["damaged_record", None]


def test_revisits_segments_and_wat_records_say_why_they_are_no_documents(tmp_path, profile):
    revisit = record(b"", kind="revisit").replace(
        b"WARC-Date", b"WARC-Refers-To-Date: 2020-01-01T00:00:00Z\r\nWARC-Date"
    )
    data = (
        revisit
        + record(b"more", kind="continuation")
        + record(b"{}", kind="metadata", content_type="application/json")
        + record(b"via: x", kind="metadata", content_type="application/warc-fields")
    )
    found = read_counted(tmp_path / "a.warc.wat", profile.ingest, data)
    assert reasons(found) == ["revisit", "segmented", "metadata_only"]
    assert found[0].drop_value == "the same as http://a.example/ fetched 2020-01-01T00:00:00Z"


def test_record_counts_of_real_crawls(data_dir):
    wanted = {
        "aut-example.warc.gz": 299,
        "aut-issue-493.warc": 10 + 5,
        "commoncrawl-2020-selected.warc.gz": 6,
        "dolma-sample-0000.warc.gz": 22 + 2,
        "warcio-example-trunc.warc": 1,
    }
    for name, count in wanted.items():
        path = data_dir / "web" / "fixtures" / name
        assert counted(SourceFile(str(path), name, ""))[0] == count
