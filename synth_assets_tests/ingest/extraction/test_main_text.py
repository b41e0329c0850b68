"""Main text: which blocks are kept, how they are written, and that nothing makes it fall over."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.ingest.extraction.main_text import main_text
from synth_assets.ingest.html import parse

LONG = "The river rose by a metre in one night, and the mill had to be left, they said. "
ARTICLE = "".join(f"<p>{LONG * 2} Part {n}.</p>" for n in range(5))
LINKS = "".join(f"<li><a href='/{n}'>Another story, number {n}</a></li>" for n in range(8))


def text_of(body):
    return main_text(parse(f"<html><body>{body}</body></html>"))


def test_an_article_is_kept_and_what_surrounds_it_is_not():
    text = text_of(
        "<div class='topbar'><a href=/>Home</a> <a href=/news>News</a></div>"
        f"<div class='content'><h1>The flood</h1>{ARTICLE}</div>"
        f"<div class='related'><h3>Read also</h3><ul>{LINKS}</ul></div>"
        f"<div id='comments'><p>{LONG}</p><p>I was there and it was worse. {LONG}</p></div>"
        "<div class='footer'>© 2024 The Paper. All rights reserved.</div>"
    )
    assert text.startswith("# The flood\n\nThe river rose")
    assert text.endswith("Part 4.")
    assert text.count("Part") == 5


def test_hidden_text_is_no_text():
    hidden = (
        f"<p hidden>{LONG}A</p><p style='display: none'>{LONG}B</p><div aria-hidden=true>C</div>"
    )
    assert text_of(f"<main>{hidden}<p>{LONG}</p></main>") == LONG.strip()


def test_an_article_in_a_layout_table():
    text = text_of(f"<table><tr><td><ul>{LINKS}</ul></td><td>{ARTICLE}</td></tr></table>")
    assert text.count("Part") == 5
    assert text.startswith("The river") and "Another story" not in text


def test_a_table_of_data_is_kept_whole_and_written_with_pipes():
    rows = "".join(f"<tr><td>{n}</td><td>{n * n} | m</td></tr>" for n in range(3))
    text = text_of(f"<main>{ARTICLE}<table><tr><th>n<th>area</tr>{rows}</table></main>")
    assert text.endswith(
        "| n | area |\n| --- | --- |\n| 0 | 0 \\| m |\n| 1 | 1 \\| m |\n| 2 | 4 \\| m |"
    )


def test_code_keeps_its_lines_and_its_fence_is_longer_than_those_in_it():
    text = text_of(
        f"<main>{ARTICLE}<pre><span>  a = 1</span>\n\n```\n<b>b</b> &lt; 2\n</pre></main>"
    )
    assert text.endswith("\n\n````\n  a = 1\n\n```\nb < 2\n````")


def test_lists_are_nested_and_numbered():
    inner = "<ol><li>This is the first of the steps.</li><li><p>That.</p><p>More.</p></li></ol>"
    text = text_of(f"<main>{ARTICLE}<ul><li>One item, with a comma.{inner}</li></ul></main>")
    assert text.endswith(
        "- One item, with a comma.\n  1. This is the first of the steps.\n  2. That.\n     More."
    )


def test_a_text_may_repeat_in_the_container_but_not_beside_it():
    note = "<p>Basis is optional and says how days are counted in a year.</p>"
    text = text_of(f"<p>{LONG * 2} Part 0.</p><main>{ARTICLE}{note}{ARTICLE}{note}</main>")
    assert text.count("Basis is optional") == 2
    assert text.startswith("The river") and text.count("Part 0") == 2


def test_breaks_are_lines_and_two_of_them_paragraphs():
    assert text_of(f"<main>{LONG}<br>{LONG}<br> <br>{LONG}</main>") == (
        f"{LONG.strip()}\n{LONG.strip()}\n\n{LONG.strip()}"
    )


def test_texts_of_scripts_and_of_comments_are_none():
    noise = "<script>if (a < b) '</p>'</script><!-- <p>no</p> --><style>p > b {}</style>"
    assert text_of(f"<main><p>{LONG}{noise}And more.</p></main>") == f"{LONG}And more."


SOUP = (
    "<div>", "</div>", "<p>", "<table>", "<tr>", "<td>", "<ul>", "<ol>", "<li>", "<pre>", "</pre>",
    "<a href=x>", "</a>", "<b>", "<br>", "<hr>", "<script>", "</script>", "<!--", "-->", "<svg>",
    "<h1>", "<h2>", "</h2>", "<nav>", "<blockquote>", "<plaintext>", "<textarea>", "<xmp>", "&amp;",
    "<p hidden>", "<div class='comment'>", LONG, "word ", "漢字。", "\0", "\ud800", "<", "&", "<?x",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(SOUP), max_size=60), st.text(max_size=40))
def test_no_soup_breaks_it_and_it_is_the_same_twice(pieces, noise):
    html = "<body>" + "".join(pieces) + noise
    text = main_text(parse(html))
    assert text == main_text(parse(html))
    assert text == text.strip()
    assert "\0" not in text


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_break_it(data):
    main_text(parse("<main>" + data.decode("utf-8", "replace")))


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + LONG,
        "<ul><li>" * 50_000 + LONG,
        "<blockquote><p>x" * 50_000,
        "<a href=x>" * 100_000 + LONG,
        "<table><tr><td>" * 30_000 + LONG,
        "<br>" * 200_000,
        "<" * 500_000,
        '<p class="' + "comment " * 100_000 + f'">{LONG}',
        "".join(f"<p><b id={n}>w" for n in range(8000)),
    ],
    ids=["div", "list", "quote", "link", "table", "break", "less", "class", "formatting"],
)
def test_time_is_bounded_whatever_the_nesting(html):
    begun = time.process_time()
    text_of(html)
    assert time.process_time() - begun < 20


@pytest.mark.drill
def test_a_line_of_fifty_megabytes():
    text = text_of("<main><p>" + LONG * (50_000_000 // len(LONG)) + "</p></main>")
    assert len(text) > 49_000_000
