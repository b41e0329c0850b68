"""What the set-up runs so that the first batch does not wait for a compiler."""

from pathlib import Path

import polars as pl

from synth_assets.corpus.store import Store
from synth_assets.filtering.language import identify
from synth_assets.precompile import HAUSA, PAGES, training_text, web_text


def test_the_pages_go_all_the_way_so_that_every_kernel_runs(tmp_path: Path):
    web_text(tmp_path)
    store = Store(tmp_path / "store")
    (batch,) = store.batches("filtered")
    assert store.open("raw_web", batch).n_documents == len(PAGES)


def test_plain_texts_are_judged_and_packed(tmp_path: Path):
    training_text(tmp_path)
    assert pl.read_parquet(tmp_path / "kept.parquet").height > 0
    assert (tmp_path / "packed" / "manifest.json").exists()


def test_the_n_grams_are_asked_about_the_other_text():
    assert identify(HAUSA).lang == "hau_Latn"
