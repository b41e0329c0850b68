from collections import Counter

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.filtering.attribute import survey
from synth_assets.filtering.boilerplate import MIN_CHARS, PageCounts, attribute, measure
from synth_assets.filtering.rules import judge
from synth_assets.profile.filtering import Boilerplate
from synth_assets.profile.load import load_profile

MENU = "Home | Products | About us | Contact"


def frame(rows: list[tuple[str | None, str | None]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"url": pl.String, "text": pl.String}, orient="row")


def shares(pages: pl.DataFrame, min_pages: int = 3, parts: int = 1) -> list[float | None]:
    counts = PageCounts()
    for part in range(parts):
        counts.add(pages.gather_every(parts, part))
    return measure(pages, counts, min_pages)["boilerplate_share"].to_list()


def page(number: int, *lines: str, host: str = "www.shop.example") -> tuple[str, str]:
    return f"https://{host}/{number}", "\n".join(lines)


def test_lines_that_many_pages_of_a_domain_share() -> None:
    own = "Words that stand nowhere else, page"
    pages = [page(n, MENU, f"{own} {n}", "Example") for n in range(3)]
    pages += [page(9, MENU, MENU, host="other.example"), (None, MENU), ("http://10.0.0.1/", MENU)]
    menu = len(MENU) / (len(MENU) + len(f"{own} 0") + len("Example"))
    assert shares(frame(pages)) == [pytest.approx(menu)] * 3 + [0, None, None]


def test_subdomains_count_together_and_publishers_on_one_host_apart() -> None:
    subdomains = [page(1, MENU, host=f"{name}.shop.example") for name in "abc"]
    assert shares(frame(subdomains)) == [1, 1, 1]
    publishers = [page(1, MENU, host=f"{name}.github.io") for name in "abc"]
    assert shares(frame(publishers)) == [0, 0, 0]


def test_a_line_counts_once_a_page_and_short_ones_never() -> None:
    assert shares(frame([page(1, *[MENU] * 5)])) == [0]
    assert shares(frame([page(n, "x" * (MIN_CHARS - 1)) for n in range(9)])) == [0] * 9
    assert shares(frame([page(n, f"  {MENU}\t", "") for n in range(3)])) == [1, 1, 1]


def test_empty_pages_have_no_share() -> None:
    assert shares(frame([("https://a.example/", ""), ("https://a.example/", None)])) == [None] * 2


LINES = st.lists(st.integers(0, 6), max_size=6)
PAGES = st.lists(st.tuples(st.sampled_from(["a.example", "b.example"]), LINES), max_size=12)


@given(PAGES, st.integers(2, 5), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_the_counts_are_those_of_a_plain_count(pages, min_pages: int, parts: int) -> None:
    text = {number: f"line number {number} of the pages" for number in range(7)}
    counted = Counter((host, line) for host, lines in pages for line in set(lines))
    rows = [(f"http://{host}/", "\n".join(text[line] for line in lines)) for host, lines in pages]
    expected = [
        sum(counted[host, line] >= min_pages for line in lines) / len(lines) if lines else None
        for host, lines in pages
    ]
    assert shares(frame(rows), min_pages, parts) == pytest.approx(expected)


def test_the_rule_after_a_survey_of_the_batch() -> None:
    profile = load_profile().filtering
    limits = Boilerplate(min_pages=3, max_share=0.5)
    one = attribute(profile.model_copy(update={"boilerplate": limits}))
    pages = frame([page(n, MENU, *["own words only here"] * (n == 0) * 3) for n in range(3)])
    survey([one], lambda: pages.iter_slices(1))
    judged = judge(one.measure(pages), one.rules)
    assert judged["drop_reason"].to_list() == [None, "boilerplate", "boilerplate"]


def test_off_measures_and_surveys_nothing() -> None:
    off = attribute(load_profile().filtering.model_copy(update={"boilerplate": None}))
    assert off.survey is None and not off.rules
    assert off.measure(frame([page(1, MENU)]))["boilerplate_share"].to_list() == [None]
