"""Main text held to gold texts, and the figures by which it is."""

import pytest

from synth_assets.bench.extract import cases
from synth_assets.bench.extract.fit import agreements, cross_validated, make_example
from synth_assets.bench.extract.gold import Agreement, agreement, data_folder, holds, load_pages
from synth_assets.errors import InputError
from synth_assets.ingest.html import read_page


@pytest.fixture(scope="module")
def pages(data_dir):
    return load_pages(data_dir)


def test_agreement_is_of_the_multisets_of_words():
    found = agreement("a b b C", "A b d")
    assert (found.precision, found.recall) == (0.5, 2 / 3)
    assert found.f1 == pytest.approx(4 / 7)
    assert agreement("", "a") == Agreement(0.0, 0.0, 0.0)
    assert holds("# One\n\n| two | three |", "one TWO")


def test_missing_data_is_one_sentence(monkeypatch):
    monkeypatch.delenv("SYNTH_ASSETS_DATA", raising=False)
    with pytest.raises(InputError, match=r"^SYNTH_ASSETS_DATA is not set; it must name a folder"):
        data_folder()


def test_the_cases_and_what_they_are_held_to():
    found = {case.name: case for case in cases(quick=True)}
    assert list(found) == ["blocks", "resiliparse", "trafilatura", "trafilatura-precision"]
    assert {(claim.figure, claim.at_least) for claim in found["blocks"].claims} == {
        ("f1 full_text", 0.963),
        ("per_cpu_s", 6),
    }


@pytest.mark.parametrize(
    ("kind", "least"), [("full_text", 0.963), ("extractor_checked", 0.94), ("markdown", 0.81)]
)
def test_main_text_agrees_with_gold(pages, kind, least):
    of_kind = [page for page in pages if page.gold_type == kind]
    found = [agreement(read_page(page.html).text, page.text) for page in of_kind]
    assert len(found) >= 26
    assert Agreement.mean_of(found).f1 >= least


def test_sites_are_told_apart(pages):
    sites = {page.site for page in pages if page.gold_type == "full_text"}
    assert {"bbc.com", "cnbc.com", "autoracing.com.br"} <= sites


@pytest.mark.drill
def test_pages_of_sites_that_were_not_fitted_agree_too(pages):
    examples = [one for page in pages if (one := make_example(page)) is not None]
    found = agreements(examples, cross_validated(examples))
    assert found["full_text"].f1 >= 0.963
