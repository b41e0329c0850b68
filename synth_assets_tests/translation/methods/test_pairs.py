"""Bitexts of what was translated: every segment is accounted for."""

from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Corpus
from synth_assets.errors import CorpusError
from synth_assets.generation.spec import SamplingSpec
from synth_assets.profile import Profile
from synth_assets.profile.translation_methods import (
    BackTranslation,
    Bidirectional,
    Noise,
    Pivot,
    RoundTrip,
)
from synth_assets.translation.methods import stage
from synth_assets.translation.methods.back_translation import noised
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.translation.methods.conftest import MODEL, Publish, parent, target_from

PAGES = {
    parent(1): [("One.", "Un."), ("42", "42"), ("Two words.", "Dues paraules.")],
    parent(2): [("Three.", "Tres.")],
}
MakeProfile = Callable[..., Profile]


def make(make_run: MakeRun, profile: Profile, name: str) -> Corpus:
    run = make_run(profile=profile)
    stage.run(run, name=name)
    corpus = run.store.open(f"bitext/{name}", run.batch)
    assert not corpus.footer.broken_laws
    return corpus


def test_a_pivot_pairs_what_both_sides_translated(
    make_run: MakeRun, with_methods: MakeProfile, translated: Publish
) -> None:
    translated("cat_Latn", PAGES | {parent(3): [("Four.", "Quatre."), ("Four.", "Quatre!")]})
    spanish = [("Four.", "Cuatro."), ("Five.", "Cinco."), ("Four.", "¡Cuatro!")]
    translated(
        "spa_Latn",
        {parent(1): [("Two words.", "Dos palabras.")], parent(3): spanish, parent(4): spanish},
    )
    targets = {lang: target_from("eng_Latn") for lang in ("cat_Latn", "spa_Latn")}
    method = Pivot(kind="pivot", left="cat_Latn", right="spa_Latn")
    corpus = make(make_run, with_methods(targets, ca_es=method), "ca_es")
    rows = corpus.read()

    assert rows.select("source", "target", "pivot").rows() == [
        ("Dues paraules.", "Dos palabras.", "Two words."),
        ("Quatre.", "Cuatro.", "Four."),
        ("Quatre!", "¡Cuatro!", "Four."),
    ]
    assert rows["synthetic"].unique().to_list() == ["both"]
    assert rows["root_ids"].to_list() == [[parent(1)], [parent(3)], [parent(3)]]
    assert corpus.footer.counts.other == {
        "segments_copied": 1,
        "segments_document_of_one_side": 1,
        "segments_paired": 3,
        "segments_segment_of_one_side": 1,
    }


def test_sides_without_a_common_document_are_refused(
    make_run: MakeRun, with_methods: MakeProfile, translated: Publish
) -> None:
    translated("cat_Latn", PAGES)
    translated("spa_Latn", {parent(9): [("Nine.", "Nueve.")]})
    targets = {lang: target_from("eng_Latn") for lang in ("cat_Latn", "spa_Latn")}
    method = Pivot(kind="pivot", left="cat_Latn", right="spa_Latn")
    with pytest.raises(CorpusError, match=r"translated/cat_Latn and .* have no documents in comm"):
        make(make_run, with_methods(targets, x=method), "x")


def test_both_ways_has_two_rows_a_pair(
    make_run: MakeRun, with_methods: MakeProfile, translated: Publish
) -> None:
    translated("cat_Latn", PAGES)
    method = Bidirectional(kind="bidirectional", of="cat_Latn")
    targets = {"cat_Latn": target_from("eng_Latn")}
    rows = make(make_run, with_methods(targets, both=method), "both").read()

    assert rows.height == 2 * 3
    assert rows.rows(named=True)[1]["source"] == "Un."
    there, back = rows[0::2], rows[1::2]
    assert there["source"].to_list() == back["target"].to_list()
    assert there["target_lang"].to_list() == back["source_lang"].to_list() == ["cat_Latn"] * 3


def test_back_translation_is_tagged_limited_and_says_how_it_was_drawn(
    make_run: MakeRun, with_methods: MakeProfile, translated: Publish
) -> None:
    long = [("Word.", "Moltes i moltes paraules."), ("a " * 20, "b " * 20)]
    translated("cat_Latn", PAGES | {parent(5): long})
    sampled = MODEL.model_copy(update={"sampling": SamplingSpec(temperature=1, top_k=10)})
    target = target_from("eng_Latn").model_copy(update={"engine": sampled})
    method = BackTranslation(kind="back_translation", of="cat_Latn", max_words=10)
    corpus = make(make_run, with_methods({"cat_Latn": target}, back=method), "back")
    rows = corpus.read()

    assert rows["source"].to_list() == ["<BT> Un.", "<BT> Dues paraules.", "<BT> Tres."]
    assert rows["target"].to_list() == ["One.", "Two words.", "Three."]
    assert rows["decoding"].unique().to_list() == ["top-k 10"]
    assert (rows["source_lang"][0], rows["target_lang"][0]) == ("cat_Latn", "eng_Latn")
    assert corpus.footer.counts.other["segments_too_long"] == 1
    assert corpus.footer.counts.other["segments_length_ratio"] == 1


def test_a_round_trip_keeps_what_came_back_shorter_with_its_numbers(
    make_run: MakeRun, with_methods: MakeProfile, translated: Publish
) -> None:
    texts = {
        "In order to open the 2 files, press it.": ("A.", "To open the 2 files, press it."),
        "In order to open the 3 files, press it.": ("B.", "To open the files, press it."),
        "Press the key now.": ("C.", "Press the key right now."),
        "Hold the key for a while.": ("D.", "Zebras."),
        "Never back.": ("E.", ""),
    }
    translated("cat_Latn", {parent(1): [(text, there) for text, (there, _) in texts.items()]})
    returned = [(there, back) for there, back in texts.values() if back]
    translated("eng_Latn", {f"cat_Latn-{parent(1)}": returned})
    targets = {
        "cat_Latn": target_from("eng_Latn"),
        "eng_Latn": target_from("cat_Latn", "translated/cat_Latn"),
    }
    method = RoundTrip(kind="round_trip", there="cat_Latn", back="eng_Latn")
    corpus = make(make_run, with_methods(targets, short=method), "short")
    (row,) = corpus.read().rows(named=True)

    assert row["target"] == "To open the 2 files, press it."
    assert row["pivot"] == "A."
    assert row["length_ratio"] < 0.9 and row["chrf"] > 40
    assert corpus.footer.counts.other == {
        f"segments_{name}": 1
        for name in ("meaning_lost", "not_back", "not_shorter", "numbers_lost", "paired")
    }


def test_a_changed_method_is_another_version(with_methods: MakeProfile) -> None:
    def version(**changes: object) -> str:
        method = BackTranslation(kind="back_translation", of="cat_Latn", **changes)
        profile = with_methods({"cat_Latn": target_from("eng_Latn")}, back=method)
        return stage.code_version(profile, "back")

    assert version() == version()
    assert version() != version(tag=None) != version(noise=Noise())


@given(st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=30), st.integers())
def test_noise_drops_blanks_and_moves_words_within_its_bounds(words: list[str], seed: int) -> None:
    import random

    numbered = [f"{word}{place}" for place, word in enumerate(words)]
    made = noised(" ".join(numbered), Noise(), random.Random(seed)).split()
    places = [numbered.index(word) for word in made if word != "<blank>"]

    assert 1 <= len(made) <= len(words)
    assert len(set(places)) == len(places)
    moved = noised(" ".join(numbered), Noise(drop=0, blank=0), random.Random(seed)).split()
    assert sorted(moved) == sorted(numbered)
    assert all(abs(numbered.index(word) - place) <= 3 for place, word in enumerate(moved))


def test_noise_has_its_rates() -> None:
    import random

    words = [str(number) for number in range(20_000)]
    made = noised(" ".join(words), Noise(), random.Random(1)).split()

    assert abs(len(made) / len(words) - 0.9) < 0.01
    assert abs(made.count("<blank>") / len(made) - 0.1) < 0.01


def test_segments_reach_over_row_groups(
    run: StageRun, translated: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    from synth_assets.corpus import writer
    from synth_assets.translation.methods.aligned import aligned

    monkeypatch.setattr(writer, "ROW_GROUP_BYTES", 1)
    pages = {parent(n): [(f"S {n} {k}.", f"T {n} {k}.") for k in range(n)] for n in range(9)}
    corpus = translated("cat_Latn", pages)
    found = {one.parent: [(p.source, p.target) for p in one.pairs] for one in aligned(corpus)}

    assert found == pages
    assert isinstance(corpus.read(), pl.DataFrame)
