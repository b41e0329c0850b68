"""What pages say of themselves: title, date, address, licence."""

import gzip
from collections import Counter
from datetime import UTC, datetime

import orjson
import pytest

from synth_assets.ingest.declared import first_date
from synth_assets.ingest.html import read_page
from synth_assets.ingest.rows import rows_of
from synth_assets.ingest.source import SourceFile
from synth_assets.profile.ingest import LicenseRule
from synth_assets_tests.ingest.making import read_counted

URL = "https://a.example/dir/page"
CC = "creativecommons.org/licenses"


def page(head="", body="<p>Some words.</p>"):
    return read_page(f"<html><head>{head}</head><body>{body}</body></html>", url=URL)


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title>A \n page</title><meta property='og:title' content='Other'>", "A page"),
        ("<meta property='og:title' content=' Of the  graph '>", "Of the graph"),
        ("<title> </title>", "Heading"),
    ],
)
def test_titles(html, title):
    assert page(html, "<h1>Heading</h1><p>Some words.</p>").title == title


@pytest.mark.parametrize(
    "html",
    [
        "<meta property='article:published_time' content='2024-05-06T10:00:00+02:00'>",
        "<meta name='DC.date.issued' content='2024/05/06 08:00:00'>",
        "<meta name=date content='no date'><meta name=pubdate content='2024-05-06T08:00:00Z'>",
        "<meta name=date content='Mon, 06 May 2024 10:00:00 +0200'>",
        '<script type="application/ld+json">{"datePublished": "2024-05-06T08:00:00Z"}</script>',
        "</head><body><time itemprop=datePublished datetime='2024-05-06T08:00:00Z'>May</time>",
    ],
)
def test_dates(html):
    assert page(html).published_at == datetime(2024, 5, 6, 8, tzinfo=UTC)


@pytest.mark.parametrize("value", ["", None, "soon", "0001-01-01T00:00:00+14:00", "99999-01-01", 7])
def test_what_is_no_date(value):
    assert first_date([value]) is None


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ("<link rel=canonical href='/x?a=1&amp;b=2'>", "https://a.example/x?a=1&b=2"),
        ("<link rel='x canonical' href='https://b.example/'>", "https://b.example/"),
        ("<meta property='og:url' content='//c.example/y'>", "https://c.example/y"),
        ("<link rel=canonical href='javascript:0'>", None),
        ("<link rel=canonical href='http://[broken/'>", None),
        ("", None),
    ],
)
def test_canonical_addresses(head, url):
    assert page(head).canonical_url == url


@pytest.mark.parametrize(
    ("body", "license_"),
    [
        (f"<a rel=license href='http://{CC}/by-sa/3.0/de/'>x</a>", "CC-BY-SA-3.0-DE"),
        (f"<a rel='x license' href='//{CC}/by/4.0/deed.ca'>x</a>", "CC-BY-4.0"),
        ("<a href='https://creativecommons.org/publicdomain/zero/1.0/'>x</a>", "CC0-1.0"),
        ("<a rel=license href='/terms'>x</a>", "https://a.example/terms"),
        (f"<a href='https://{CC}/by/4.0/'>x</a><a href='https://{CC}/by/4.0/'>y</a>", "CC-BY-4.0"),
        (f"<a href='https://{CC}/by/4.0/'>x</a><a href='https://{CC}/by-nc/2.0/'>y</a>", None),
        ("<a href='https://creativecommons.org/about/'>x</a>", None),
        ("<p>licensed</p>", None),
    ],
)
def test_declared_licences(body, license_):
    assert page(body=body + "<p>Some words.</p>").license == license_


def test_the_profile_s_licence_counts_more_than_the_page_s():
    item = SourceFile("a", "a", "d").blank(0)
    item.document.url, item.document.text, item.document.license = URL, "x", "CC-BY-4.0"
    rules = [LicenseRule(url="https://a.example/", license="MIT")]
    frame, _ = rows_of([item], lambda texts: [1] * len(texts), rules)
    assert frame.select("license", "domain").row(0) == ("MIT", "a.example")


def test_what_real_pages_declare(data_dir, profile):
    """Against titles and dates noted by people; a date may lie a day off by its time zone."""
    with gzip.open(data_dir / "web" / "gold.jsonl.gz") as lines:
        gold = {row["url"]: row for row in map(orjson.loads, lines)}
    items = read_counted(data_dir / "web" / "pages.warc.gz", profile.ingest)
    titles, apart, charsets = [], [], Counter()
    for item in items:
        row = gold[item.document.url]
        charsets[item.charset] += 1
        if row.get("title"):
            titles.append(row["title"].split()[0] in (item.document.title or ""))
        if row.get("date") and item.published_at:
            noted = datetime.fromisoformat(row["date"][:10]).replace(tzinfo=UTC)
            apart.append(abs((item.published_at - noted).total_seconds()))
    assert charsets == {"utf-8": 384, "cp1252": 2, "iso8859-2": 1, "gbk": 1}
    assert sum(titles) / len(titles) > 0.85
    assert len(apart) > 100
    assert sum(seconds < 48 * 3600 for seconds in apart) / len(apart) > 0.85
