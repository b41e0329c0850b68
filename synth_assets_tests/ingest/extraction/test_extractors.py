"""The choice of extractor: what it changes, and what is said where one is missing."""

import sys

import pytest

from synth_assets.errors import InputError, ProfileError
from synth_assets.ingest import stage
from synth_assets.ingest.extraction.features import NAMES
from synth_assets.ingest.extraction.scorer import load_weights
from synth_assets.ingest.html import read_page

HTML = (
    "<html><body><main><h1>A page</h1><p>" + "Some words, and more of them. " * 30 + "</p></main>"
)


def test_there_is_a_weight_for_every_feature():
    weights, _ = load_weights()
    assert len(weights) == len(NAMES) == len(set(NAMES))


def test_trafilatura_where_it_is_installed():
    pytest.importorskip("trafilatura", reason="the extra [bench] is not installed")
    page = read_page(HTML, "trafilatura")
    assert "Some words, and more of them." in page.text


def test_a_missing_extractor_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(
        InputError, match=r"^ingest.extractor is trafilatura, .*; install .*blocks$"
    ):
        read_page(HTML, "trafilatura")


def test_the_extractor_is_part_of_the_code_version(profile):
    other = profile.ingest.model_copy(update={"extractor": "trafilatura"})
    changed = profile.model_copy(update={"ingest": other})
    assert stage.code_version(changed) != stage.code_version(profile)


def test_an_unknown_extractor_is_refused(tmp_path):
    from synth_assets.profile.load import load_profile

    path = tmp_path / "profile.yaml"
    path.write_text("ingest: {extractor: guess}\n")
    with pytest.raises(ProfileError, match=r"ingest.extractor"):
        load_profile(path)
