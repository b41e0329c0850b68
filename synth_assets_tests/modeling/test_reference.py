"""reference_lm/<lang>: what it is trained on, its file, and the filter's tiers by it."""

import random
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver
from dagster._core.loader import LoadingContextForTest

from synth_assets.corpus.store import Store
from synth_assets.defs.build import build_definitions
from synth_assets.defs.partitions import FORCE_TAG, batches
from synth_assets.errors import CancelledError, InputError, ProfileError
from synth_assets.filtering import perplexity, stage
from synth_assets.home import Home
from synth_assets.modeling.loading import open_model
from synth_assets.modeling.reference import Trained, Training, name_of, train_reference, version
from synth_assets.modeling.training import HELD_OUT
from synth_assets.profile import Profile, load_profile
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import BATCH, document, publish
from synth_assets_tests.filtering.raw import PROSE, write_raw

ENG = "eng_Latn"
SUBJECTS = ("The harbour", "A small museum", "The old station", "Our library")
VERBS = ("was built by", "is loved by", "belongs to", "is closed to")
OBJECTS = ("people of the coast", "the children of the town", "workers from the river")


def told(seed: int, sentences: int = 12) -> str:
    chance = random.Random(seed)
    parts = (SUBJECTS, VERBS, OBJECTS)
    return "\n".join(
        " ".join(chance.choice(part) for part in parts) + "." for _ in range(sentences)
    )


def profile_of(home: Home, text: str) -> Profile:
    path = Path(home.path) / "lm.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"name: lm\n{text}")
    return load_profile(path, home=home)


@pytest.fixture
def trained(home: Home, store: Store) -> Trained:
    pages = [document(n, told(n)) for n in range(3 * HELD_OUT)]
    publish(store, [*pages, document(999, "El puerto está cerrado hoy.", "spa_Latn")])
    return train_reference(Training(store, profile_of(home, "reference_lms: {eng_Latn: {}}"), ENG))


def test_it_is_trained_on_the_documents_of_its_language(trained: Trained) -> None:
    model = open_model(trained.path)
    known = {model.vocabulary.word(n) for n in range(len(model.vocabulary))}
    assert {"harbour", "museum", "people", "."} <= known and "puerto" not in known
    assert model.notes["lang"] == ENG and list(model.notes["inputs"]) == ["filtered/2026-01-01"]
    assert (model.notes["texts"], model.notes["held_out"]) == (3 * HELD_OUT - 3, 3)


def test_the_same_batches_give_the_same_file(trained: Trained, home: Home, store: Store) -> None:
    profile = profile_of(home, "reference_lms: {eng_Latn: {batches: ['2026-01-01']}}")
    assert train_reference(Training(store, profile, ENG)).digest == trained.digest


def test_files_stand_in_for_batches(home: Home, store: Store, tmp_path: Path) -> None:
    rows = {"text": [told(1), told(2), "puerto"], "lang": [ENG, ENG, "spa_Latn"]}
    pl.DataFrame(rows).write_parquet(tmp_path / "pages.parquet")
    asked = f"{{files: [{tmp_path}/pages.parquet], order: 2, min_counts: [1, 1]}}"
    text = f"reference_lms: {{eng_Latn: {asked}}}"
    made = train_reference(Training(store, profile_of(home, text), ENG))
    assert (
        made.notes["texts"] == 2
        and len(made.sizes) == 2
        and list(made.notes["inputs"]) == ["files"]
    )


def test_what_cannot_be_trained_is_said_in_a_sentence(home: Home, store: Store) -> None:
    absent = profile_of(home, "reference_lms: {eng_Latn: {batches: [x]}}")
    with pytest.raises(InputError, match="names x, and filtered has no such batch; it has none"):
        train_reference(Training(store, absent, ENG))
    anything = profile_of(home, "reference_lms: {eng_Latn: {}}")
    with pytest.raises(InputError, match="needs texts with words"):
        train_reference(Training(store, anything, ENG))
    publish(store, [document(0, told(0))])
    with pytest.raises(CancelledError):
        train_reference(Training(store, anything, ENG, lambda: True))
    assert not store.files.list("reference_lm")
    with pytest.raises(ProfileError, match="one number for each order"):
        profile_of(home, "reference_lms: {eng_Latn: {order: 3}}")


def filtering(home: Home, path: str, more: str = "") -> Profile:
    models = f"{{eng_Latn: {{path: {path}{more}}}}}"
    return profile_of(home, f"filtering: {{perplexity: {{models: {models}, drop: [tail]}}}}")


def test_the_filter_sorts_into_tiers_and_drops_what_it_is_told(
    trained: Trained, home: Home, store: Store, make_run: MakeRun
) -> None:
    # an ordinary page by every other rule, and of words that the model has hardly seen
    write_raw(store, [PROSE], batch="2026-01-02")
    stage.run(make_run("2026-01-02", filtering(home, trained.path)))
    dropped = store.open("filtered", "2026-01-02").dropped()
    shown = dropped.select("drop_reason", "drop_limit", "perplexity_tier", "text").rows()
    assert shown == [("perplexity", "in the head or middle of its language", "tail", PROSE)]
    assert float(dropped["drop_value"][0]) == dropped["perplexity"][0]

    high = filtering(home, trained.path, ", head: 1.5, middle: 1000000")
    stage.run(make_run("2026-01-02", high))
    assert store.open("filtered", "2026-01-02").read()["perplexity_tier"].to_list() == ["middle"]


def test_texts_of_other_languages_and_without_words_have_no_tier(
    trained: Trained, home: Home
) -> None:
    measured = perplexity.attribute(filtering(home, trained.path).filtering)
    rows = pl.DataFrame({"text": ["Hola.", "", None, told(7)], "lang": ["spa_Latn", ENG, ENG, ENG]})
    found = measured.measure(rows)
    assert found["perplexity"].is_null().to_list() == [True, True, True, False]
    assert found["perplexity_tier"].null_count() == 3
    given = filtering(home, trained.path, ", head: 0.001, middle: 1000000").filtering
    assert perplexity.attribute(given).measure(rows)["perplexity_tier"].to_list()[-1] == "middle"


def test_a_rule_alone_measures_nothing_again_another_model_does(
    trained: Trained, home: Home
) -> None:
    one = filtering(home, trained.path)
    kept = one.filtering.perplexity.model_copy(update={"drop": []})
    version = perplexity.attribute(one.filtering).version
    same = one.filtering.model_copy(update={"perplexity": kept})
    assert perplexity.attribute(same).version == version
    with Path(trained.path).open("ab") as stream:
        stream.write(b"\0")
    assert perplexity.attribute(one.filtering).version != version


def test_a_model_that_is_not_there_is_named_when_the_profile_is_used(home: Home) -> None:
    with pytest.raises(ProfileError, match=r"filtering.perplexity.models.eng_Latn.path = .*absent"):
        perplexity.attribute(filtering(home, "absent.ngram").filtering)


def test_the_asset_stands_apart_and_trains(home: Home, store: Store) -> None:
    publish(store, [document(n, told(n)) for n in range(HELD_OUT)])
    profile = profile_of(home, f"root: {store.files.root}\nreference_lms: {{eng_Latn: {{}}}}")
    definitions = build_definitions(profile)
    key = dg.AssetKey(["reference_lm", ENG])
    node = definitions.get_repository_def().asset_graph.get(key)
    assert (node.group_name, node.partitions_def) == ("reference_models", None)
    asset = definitions.get_assets_def(key)
    with dg.DagsterInstance.ephemeral() as instance:
        refused = dg.materialize([asset], instance=instance, raise_on_error=False)
        assert not refused.success  # the batch's checks never ran
        made = dg.materialize([asset], instance=instance, tags={FORCE_TAG: "true"})
    metadata = made.asset_materializations_for_node(node.assets_def.node_def.name)[0].metadata
    assert metadata["texts"].value == HELD_OUT - 1 and metadata["forced"].value is True


LINE_OF_EDITS = """
root: {root}
reference_lms: {{eng_Latn: {{}}}}
rewriting:
  recipes:
    {off}
    toedit:
      engine: {{kind: ngram, models: {{eng_Latn: reference_lm/eng_Latn}}}}
      languages: [eng_Latn]
      min_words: 0
      options: {{quantile: 0}}
translation: {{targets: {{cat_Latn: null}}}}
"""


def test_the_first_run_trains_what_a_recipe_needs_and_a_new_model_makes_it_stale(
    home: Home, store: Store
) -> None:
    names = load_profile(home=home).rewriting.recipes
    off = "\n    ".join(f"{name}: null" for name in names)
    profile = profile_of(home, LINE_OF_EDITS.format(root=store.files.root, off=off))
    publish(store, [document(n, told(n)) for n in range(4)])
    edited, model = dg.AssetKey(["rewritten", "toedit"]), dg.AssetKey(["reference_lm", ENG])
    definitions = build_definitions(profile)
    graph = definitions.get_repository_def().asset_graph
    assert graph.get(edited).parent_keys == {dg.AssetKey("filtered"), model}
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(batches.name or "", [BATCH])

        def make(key: dg.AssetKey, **chosen: str) -> None:
            asset = definitions.get_assets_def(key)
            forced = {FORCE_TAG: "true"}
            assert dg.materialize([asset], instance=instance, tags=forced, **chosen).success

        def causes() -> list[str]:
            resolver = CachingStaleStatusResolver(instance, graph, LoadingContextForTest(instance))
            return [one.reason for one in resolver.get_stale_causes(edited, BATCH)]

        make(edited, partition_key=BATCH)
        assert instance.get_latest_materialization_event(model) is not None
        inputs = store.open("rewritten/toedit", BATCH, lawful=False).footer.inputs
        assert inputs[name_of(ENG)] == version(store, ENG)
        assert "has a new dependency data version" not in causes()
        publish(store, [document(n, told(n + 9)) for n in range(4)])
        make(model)
        assert "has a new dependency data version" in causes()
