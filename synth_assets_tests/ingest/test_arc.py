"""ARC files, versions 1 and 2: the same care for damage as in WARC files."""

import pytest

from synth_assets_tests.ingest.making import (
    PAGE,
    arc_head,
    arc_page,
    arc_record,
    http,
    member,
    read_counted,
    reasons,
)


def pages(count):
    return [arc_page(f"Text number {n}.", f"http://a.example/{n}") for n in range(count)]


@pytest.mark.parametrize("pack", [member, bytes], ids=["gzip", "plain"])
def test_reads_text_and_what_is_known_about_it(tmp_path, profile, pack):
    data = pack(arc_head()) + pack(arc_page("Good text."))
    (item,) = read_counted(tmp_path / "a.arc.gz", profile.ingest, data)
    document = item.document
    assert document.text == "# A page\n\nGood text."
    assert document.url == "http://a.example/"
    assert document.fetched_at.isoformat() == "2024-01-02T03:04:05+00:00"
    assert document.source == {"file": "a.arc.gz", "offset": len(pack(arc_head()))}
    assert (item.charset, item.content_type) == ("utf-8", "text/html")


def test_version_two_has_five_fields_more(tmp_path, profile):
    block = http(PAGE % b"Two.")
    line = (
        f"http://a.example/ 192.0.2.1 20240102030405 text/html 200 check - 0 a.arc {len(block)}\n"
    )
    data = arc_head(2) + line.encode() + block + b"\n"
    (item,) = read_counted(tmp_path / "a.arc", profile.ingest, data)
    assert (item.document.text, item.content_type) == ("# A page\n\nTwo.", "text/html")


def test_a_whole_file_in_one_gzip_member(tmp_path, profile):
    found = read_counted(
        tmp_path / "a.arc.gz", profile.ingest, member(arc_head() + b"".join(pages(4)))
    )
    assert reasons(found) == [None] * 4


def test_damage_costs_one_record_and_reading_goes_on(tmp_path, profile):
    packed = [member(data) for data in (arc_head(), *pages(4))]
    packed[2] = packed[2][:60] + bytes(9) + packed[2][69:]
    found = read_counted(tmp_path / "a.arc.gz", profile.ingest, b"".join(packed))
    assert reasons(found) == [None, "damaged_record", None, None]
    one, two, three = pages(3)
    plain = arc_head() + one + two.replace(b" 20240102", b" unknown0") + three
    found = read_counted(tmp_path / "a.arc", profile.ingest, plain)
    assert reasons(found) == [None, "damaged_record", None]


def test_a_record_that_claims_too_much_swallows_no_other(tmp_path, profile):
    one, two = pages(2)
    line, _, rest = one.partition(b"\n")
    longer = line.rsplit(b" ", 1)[0] + b" 9999\n" + rest
    found = read_counted(tmp_path / "a.arc", profile.ingest, arc_head() + longer + two)
    assert reasons(found) == ["damaged_record", None]
    assert found[0].document.url == "http://a.example/0"
    cut = read_counted(tmp_path / "b.arc", profile.ingest, arc_head() + one + two[:-30])
    assert reasons(cut) == [None, "damaged_record"]


def test_what_is_no_page_has_its_reason(tmp_path, profile):
    data = (
        arc_record(b"192.0.2.1", "dns:a.example", "text/dns")
        + arc_record(http(b"\x89PNG", "Content-Type: image/png"), kind="image/png")
        + arc_record(http(PAGE % b"x", status="404 Not Found"))
        + arc_record(PAGE % b"Without an HTTP header.")
    )
    found = read_counted(tmp_path / "a.arc", profile.ingest, arc_head() + data)
    assert reasons(found) == ["not_html", "not_html", "http_status", None]


@pytest.mark.parametrize("data", [b"", b"plain words", member(b"packed words")], ids=str)
def test_a_file_that_is_no_arc_is_one_drop(tmp_path, profile, data):
    (item,) = read_counted(tmp_path / "a.arc.gz", profile.ingest, data)
    assert item.drop_reason in {"unreadable_file", "damaged_record"}
