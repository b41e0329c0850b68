"""SQL models as assets, and broken files of SQL that cost nothing else."""

from pathlib import Path

import dagster as dg
import polars as pl

from synth_assets.corpus.store import Store
from synth_assets.defs.build import build_definitions
from synth_assets.profile import Profile, load_profile
from synth_assets_tests.corpora import document, publish

TORN = "-- corpus: filtered\n-- severity: error\n-- blocking: true\n-- description: x\nSELECT\nFROM"


def with_own(tmp_path: Path) -> Profile:
    """A profile with a model, a broken model, a broken check and a check without header."""
    for kind, name, sql in (
        ("models", "sites", "-- Sites.\nSELECT url FROM filtered JOIN funnel USING (batch)"),
        ("models", "torn_model", "SELECT\nFROM"),
        ("checks", "torn_check", TORN),
        ("checks", "headless", "SELECT 1"),
    ):
        folder = tmp_path / "own" / kind
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.sql").write_text(sql)
    path = tmp_path / "own.yaml"
    path.write_text(f"sql: {{folders: ['{tmp_path / 'own'}']}}")
    return load_profile(path)


def test_a_model_hangs_on_what_it_reads(profile: Profile) -> None:
    graph = build_definitions(profile).get_repository_def().asset_graph
    node = graph.get(dg.AssetKey(["model", "gate_rates"]))
    assert (node.group_name, node.partitions_def) == ("models", None)
    assert node.kinds == {"duckdb", "sql"}
    assert node.description == "What every gate let pass, by generated corpus and batch."
    recipes = ("encyclopedic", "faq", "grammatical_errors", "table", "tutorial")
    parents = {key.to_user_string() for key in node.parent_keys}
    assert parents == {f"rewritten/{name}" for name in recipes} | {"translated/cat_Latn"}


def test_files_of_a_profile_are_assets_and_checks_and_broken_ones_say_so(tmp_path: Path) -> None:
    definitions = build_definitions(with_own(tmp_path))
    repository = definitions.get_repository_def()
    graph = repository.asset_graph
    sites = graph.get(dg.AssetKey(["model", "sites"]))
    assert {key.to_user_string() for key in sites.parent_keys} == {"filtered", "model/funnel"}
    torn = graph.get(dg.AssetKey(["model", "torn_model"]))
    assert "torn_model.sql, line 2: Parser Error" in str(torn.description)
    names = {key.name for key in graph.asset_check_keys}
    assert "torn_check" in names
    assert "headless" not in names
    told = str(definitions.metadata["broken_sql_files"].value)
    assert "headless.sql lacks the header line '-- corpus: ...'" in told
    assert "torn_model.sql, line 2: Parser Error" in told


def test_models_run_in_the_order_in_which_they_read_each_other(tmp_path: Path) -> None:
    profile = with_own(tmp_path)
    publish(Store(profile.root), [document(1, "a page")])
    with dg.DagsterInstance.ephemeral() as instance:
        definitions = build_definitions(profile)
        job = definitions.get_implicit_global_asset_job_def()
        keys = [dg.AssetKey(["model", name]) for name in ("sites", "funnel", "torn_model")]
        result = job.execute_in_process(
            instance=instance, asset_selection=keys, raise_on_error=False
        )
        (event,) = result.asset_materializations_for_node("model__sites")
    rows = pl.read_parquet(Path(profile.root) / "model/sites.parquet")
    assert set(rows["url"]) == {"https://example.org/1"}
    assert event.metadata["dagster/row_count"].value == rows.height
    (dep,) = event.metadata["dagster/column_lineage"].value.deps_by_column["url"]
    assert (dep.asset_key, dep.column_name) == (dg.AssetKey("filtered"), "url")
    (failed,) = [item for item in result.all_events if item.is_step_failure]
    assert "torn_model.sql, line 2" in str(failed.step_failure_data.user_failure_data.description)
