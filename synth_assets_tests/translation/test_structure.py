"""Whole pages: what is no prose stays as it is, and all that is prose is sent."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth_assets.generation.work import Made
from synth_assets.translation.characters import AnyText, Characters
from synth_assets.translation.gates import Gates
from synth_assets_tests.translation.conftest import Driver
from synth_assets_tests.translation.markdown_tree import LEFT, RIGHT, tree_of

MARKDOWN = ("cncf-glossary", "fastapi-docs", "opensource.guide")
TEXT = ("debian-handbook", "debian-installation-guide", "libreoffice-help")
EVERY = 15
"""The share of the pages that the daily suite takes."""

PAGE = """---
title: Files
---

# Opening *files* { #open .top }

See [the list of `keys`](./keys.md "All keys"), ![a picture](a/b.png) and [notes][1].[^2]

[1]: https://example.org/notes "Notes"
[^2]: A footnote of two words.

/// note | Mind the step

It holds for $a^2 + b^2$ and \\(c\\), not for $5 (or $6).

///

$$
\\text{no prose here}
$$

- [ ] An open task
- [x] A done task with `a | b`

| Key | Effect of it |
|:----|-------------:|
| F1 | Opens `x | y` help |

<!-- a comment
over two lines -->
<div class="box" data-open>Words in a box</div>

```python
print("no prose")
```

{* ../../docs/a.py hl[2] *}
Write to {name} at <jo@example.org> &amp; wait :rocket: for @jo.
"""

SENT = [
    "Opening *files*",
    'See [the list of `keys`](./keys.md "All keys"), ![a picture](a/b.png) and [notes][1].[^2]',
    "A footnote of two words.",
    "Mind the step",
    "It holds for $a^2 + b^2$ and \\(c\\), not for $5 (or $6).",
    "An open task",
    "A done task with `a | b`",
    "Key",
    "Effect of it",
    "F1",
    "Opens `x | y` help",
    "Words in a box",
    "Write to {name} at <jo@example.org> &amp; wait :rocket: for @jo.",
]


@pytest.fixture
def open_driver(drive: Callable[..., Driver]) -> Callable[..., Driver]:
    """Drivers of a translator that reads every character, and that no gate judges."""

    def make(translate: Callable[[str], str]) -> Driver:
        return drive(
            translate, gates=Gates((), ()), readable=Characters(AnyText(), {}), segment_tokens=200
        )

    return make


def mark(text: str) -> str:
    return f"{LEFT}{text}{RIGHT}"


def translated(driver: Driver, text: str) -> str:
    outcome = driver.run(text)
    assert isinstance(outcome, Made), outcome
    return outcome.documents[0].text


def pages(data_dir: Path, name: str, every: int) -> Iterator[str]:
    """English pages of a corpus, one of so many."""
    with gzip.open(data_dir / "corpora" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        read = (json.loads(line) for line in lines)
        english = (page["text"] for page in read if page["lang"] == "en")
        yield from (text for number, text in enumerate(english) if number % every == 0)


def assert_kept(open_driver: Callable[..., Driver], text: str, *, is_markdown: bool) -> None:
    assert translated(open_driver(str), text) == text
    made = translated(open_driver(mark), text)
    assert made.replace(LEFT, "").replace(RIGHT, "") == text
    if is_markdown:
        assert tree_of(made).nodes == tree_of(text).nodes
        assert tree_of(made).unmarked() == []


def test_a_page_with_everything(open_driver: Callable[..., Driver]) -> None:
    driver = open_driver(str)
    assert translated(driver, PAGE) == PAGE
    assert driver.sent == SENT
    made = translated(open_driver(mark), PAGE)
    assert made.replace(LEFT, "").replace(RIGHT, "") == PAGE


@pytest.mark.parametrize("name", [*MARKDOWN, *TEXT])
def test_real_pages(data_dir: Path, open_driver: Callable[..., Driver], name: str) -> None:
    for text in pages(data_dir, name, EVERY):
        assert_kept(open_driver, text, is_markdown=name in MARKDOWN)


@pytest.mark.drill
@pytest.mark.parametrize("name", [*MARKDOWN, *TEXT])
def test_all_real_pages(data_dir: Path, open_driver: Callable[..., Driver], name: str) -> None:
    """346 English pages in all."""
    for text in pages(data_dir, name, 1):
        assert_kept(open_driver, text, is_markdown=name in MARKDOWN)


PIECES = st.sampled_from(
    ["# ", "- ", "> ", "| ", "[a](b)", "![", "](", "`x`", "```\n", "$$\n", "$x_1$", "<b>", "</b>",
     "<!--", "-->", "<pre>", "</pre>", "{#i}", "{{x}}", "/// tip\n", "---\n", "a: b\n", "&amp;",
     "Open it. Now!", " x", "\n", "\n\n", "    ", "\u062f\u06d4 ", "\u6f22\u3002"]
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(text=st.lists(PIECES | st.text(max_size=6), max_size=30).map("".join))
def test_any_text_comes_back(open_driver: Callable[..., Driver], text: str) -> None:
    assert translated(open_driver(str), text) == text
    made = translated(open_driver(mark), text)
    if LEFT not in text and RIGHT not in text:
        assert made.replace(LEFT, "").replace(RIGHT, "") == text


@pytest.mark.parametrize("unit", ["a word and many others here. ", "a"])
def test_one_line_of_200_kb(open_driver: Callable[..., Driver], unit: str) -> None:
    text = unit * (200_000 // len(unit))
    assert translated(open_driver(str), text) == text


@pytest.mark.drill
@pytest.mark.parametrize(
    "unit",
    ["\u6f22", "`x` ", "a.", "a-", "$a ", "[a](", "\\(", "<!--", "{%", "A. ", "f(", "\t\n", "|"],
)
def test_200_kb_that_nothing_closes(open_driver: Callable[..., Driver], unit: str) -> None:
    """In seconds: by the square of the length each of these took minutes."""
    test_one_line_of_200_kb(open_driver, unit)
