"""Main text of pages: what is kept of structure, what is left out."""

import gzip

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.ingest.html import read_page

CHROME = "<nav><ul><li><a href=x>Menu</a></li></ul></nav>", "<footer>Imprint</footer>"


def text_of(body):
    return read_page(f"<html><body>{CHROME[0]}<main>{body}</main>{CHROME[1]}</body></html>").text


def test_headings_paragraphs_and_breaks():
    text = text_of("<h1>One</h1><p>First  <b>bold</b>\n words.</p><h3>Two</h3><p>a<br>b</p>")
    assert text == "# One\n\nFirst bold words.\n\n### Two\n\na\nb"


def test_lists_are_kept_and_menus_are_not():
    body = (
        "<p>Choose:</p><ul><li>red</li><li><p>green</p></li><li>blue<ul><li>sky</li></ul></li></ul>"
    )
    text = text_of(body + "<ul><li><a href=a>Page A</a></li><li><a href=b>Page B</a></li></ul>")
    assert [line for line in text.splitlines() if line] == [
        "Choose:",
        "- red",
        "- green",
        "- blue",
        "  - sky",
    ]


def test_a_page_navigation_by_class_is_no_list():
    menu = "<ul class='docnav'><li>Home</li></ul>"
    assert text_of(menu + "<p>Words.</p>") == "Words."


def test_numbered_lists_keep_their_numbers():
    assert text_of("<p>Do:</p><ol><li>This.</li><li>That.</li></ol>") == "Do:\n\n1. This.\n2. That."


def test_code_keeps_its_lines_between_fences():
    text = text_of("<p>Run:</p><pre>\ndef f():\n    return 1\n\n\n\nf()\n</pre><p>Done.</p>")
    assert text == "Run:\n\n```\ndef f():\n    return 1\n\n\n\nf()\n```\n\nDone."


def test_table_cells_are_told_apart():
    assert text_of("<table><tr><td>a</td><td>b c</td></tr></table>") == "a | b c"


def test_what_the_head_says():
    page = read_page(
        "<html lang=ca-ES><head><title> A \n title </title>"
        "<meta property='article:published_time' content='2024-05-06T10:00:00+02:00'></head>"
        "<body><p>x</p></body></html>"
    )
    assert (page.title, page.lang_hint) == ("A title", "ca-ES")
    assert page.published_at.isoformat() == "2024-05-06T08:00:00+00:00"


@pytest.mark.parametrize("html", ["", "<html>", "\0", "<body><ul><li></ul><pre></pre><h1></h1>"])
def test_pages_without_text(html):
    page = read_page(html)
    assert (page.text, page.published_at) == ("", None)


SOUP = ["<ul>", "<li>", "</ul>", "<h2>", "</h2>", "<pre>", "</pre>", "<p>", "<div>", "word", "<a>"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(SOUP)))
def test_no_tag_soup_breaks_it(pieces):
    text = read_page("<body><main>" + "".join(pieces)).text
    assert text == text.strip()
    assert "\n\n\n" not in text or "```" in text


def test_a_long_list_of_links_is_read_in_linear_time():
    items = "".join(f"<li><a href=/{n}>link {n}</a></li>" for n in range(20_000))
    assert text_of(f"<p>Words.</p><ul>{items}</ul>") == "Words."


def test_text_of_real_pages_holds_what_their_source_holds(data_dir):
    """Word recall and precision against the texts that were made by page structure."""
    from fastwarc.warc import ArchiveIterator

    with gzip.open(data_dir / "corpora" / "libreoffice-help.jsonl.gz") as lines:
        gold = {row["id"]: row["text"] for row in map(orjson.loads, lines)}
    recalls, precisions = [], []
    with (data_dir / "web" / "docs_pages.warc.gz").open("rb") as stream:
        for record in ArchiveIterator(stream):
            wanted = set(gold.get(record.headers.get("WARC-Target-URI"), "").split())
            if wanted:
                found = set(read_page(record.reader.read().decode()).text.split())
                recalls.append(len(wanted & found) / len(wanted))
                precisions.append(len(wanted & found) / max(len(found), 1))
    assert len(recalls) > 200
    assert sum(recalls) / len(recalls) > 0.93
    assert sum(precisions) / len(precisions) > 0.9
