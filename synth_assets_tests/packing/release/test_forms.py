"""A release in every form that `export` may name, and through the command line and the asset."""

import json
from pathlib import Path

import dagster as dg
import numpy as np
import pytest
from typer.testing import CliRunner

from synth_assets.cli.app import app
from synth_assets.corpus.store import Store
from synth_assets.defs.releases import release_assets
from synth_assets.packing import stage
from synth_assets.packing.export import FORMS
from synth_assets.packing.release.build import build_release
from synth_assets.packing.release.planning import plan_release
from synth_assets.packing.tokenizer import load_tokenizer
from synth_assets.profile import Profile, load_profile
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.packing.corpora import small_tokenizer
from synth_assets_tests.packing.release.making import (
    documents,
    rows_of,
    with_release,
    write_deduped,
)

BATCH = "2026-01-01"
PROFILE = """
root: {root}
packing: {{tokenizer: {tokenizer}, sequence_lengths: [128]}}
releases:
  base:
    components:
      english: {{languages: [eng_Latn], weight: 0.7}}
      catalan: {{languages: [cat_Latn], weight: 0.3, max_epochs: 4}}
    tokens: 8000
"""


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> str:
    return small_tokenizer(tmp_path_factory.mktemp("tokenizer") / "bpe")


@pytest.fixture
def profile_file(store: Store, tokenizer: str, tmp_path: Path) -> Path:
    path = tmp_path / "profile.yaml"
    path.write_text(PROFILE.format(root=store.files.root, tokenizer=tokenizer))
    return path


@pytest.fixture
def small(profile_file: Path) -> Profile:
    return load_profile(profile_file)


@pytest.fixture
def packed(store: Store, small: Profile, tokenizer: str, make_run: MakeRun) -> Store:
    found = [*documents(250), *documents(40, lang="cat_Latn")]
    write_deduped(store, BATCH, found, tokenizer)
    stage.run(make_run(BATCH, small))
    return store


def test_every_form_holds_the_same_sequences(packed: Store, small: Profile) -> None:
    profile = with_release(small, components={"all": {}}, export=list(FORMS), shard_tokens=2048)
    built = build_release(packed, profile, plan_release(packed, profile, "r"))
    assert all(law.holds for law in built.laws)
    rows = [row["input_ids"] for row in rows_of(built.path)]
    shards = sorted(Path(built.path, "npy").rglob("*.npy"))
    assert len(shards) == len(list(Path(built.path, "parquet").rglob("*.parquet"))) > 1
    arrays = np.concatenate([np.load(path) for path in shards])
    pad = load_tokenizer(profile.packing.tokenizer).eos_id
    assert [row[: len(ids)].tolist() for row, ids in zip(arrays, rows, strict=True)] == rows
    assert all((row[len(ids) :] == pad).all() for row, ids in zip(arrays, rows, strict=True))
    named = set(built.manifest["files"])
    there = {
        path.relative_to(built.path).as_posix()
        for path in Path(built.path).rglob("*")
        if path.is_file()
    }
    assert named == there - {"manifest.json"}
    assert {name.split("/")[0] for name in named} >= set(FORMS)


def test_the_command_plans_without_writing_and_then_builds(
    packed: Store, profile_file: Path
) -> None:
    arguments = ["release", "base", "--profile", str(profile_file)]
    planned = CliRunner().invoke(app, [*arguments, "--plan"])
    assert planned.exit_code == 0, planned.output
    assert "catalan" in planned.output
    assert "30.0" in planned.output or "29.9" in planned.output
    assert not Path(packed.files.path("releases")).exists()
    built = CliRunner().invoke(app, arguments)
    assert built.exit_code == 0, built.output
    newest = json.loads(packed.files.read("releases/base/newest.json"))
    manifest = json.loads(packed.files.read(f"releases/base/{newest['manifest']}"))
    assert manifest["tokens"] == pytest.approx(8000, rel=0.005)
    assert [item["batch"] for item in manifest["batches"]] == [BATCH]


def materialize(profile: Profile, store: Store, **tags: str) -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        assets = release_assets(profile, store, {})
        source = dg.AssetSpec("packed", partitions_def=dg.DynamicPartitionsDefinition(name="batch"))
        own = [item for item in assets if item.key.path[-1] == "base"]
        return dg.materialize(
            [*own, source],
            instance=instance,
            tags={f"synth_assets/{name}": value for name, value in tags.items()},
            raise_on_error=False,
        )


def test_the_asset_shows_its_composition_and_its_law(packed: Store, small: Profile) -> None:
    result = materialize(small, packed, force="true")
    assert result.success
    (event,) = result.asset_materializations_for_node("release__base")
    shown = event.metadata
    assert shown["tokens"].value == pytest.approx(8000, rel=0.005)
    assert "| catalan | main |" in shown["composition"].value
    assert shown["tokens_by_component"].value.startswith("![tokens by component](data:image/svg")
    assert Path(shown["manifest"].value).is_file()
    law, in_force = sorted(result.get_asset_check_evaluations(), key=lambda item: item.check_name)
    assert law.passed and in_force.passed
    assert set(law.metadata) == {"tokens in parquet", "documents"}
    assert "Corpus card of version" in Path(shown["card"].value).read_text()
    assert not shown["withdrawn"].value


def test_the_asset_refuses_a_batch_that_was_not_checked(packed: Store, small: Profile) -> None:
    result = materialize(small, packed)
    assert not result.success
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    description = failure.step_failure_data.user_failure_data.description
    assert description.startswith(
        "release/base refuses batch 2026-01-01 of packed: its blocking check conservation has not"
    )
    assert not Path(packed.files.path("releases")).exists()


def test_an_impossible_release_fails_with_its_sentence(packed: Store, small: Profile) -> None:
    base = small.releases["base"].model_copy(update={"tokens": 10**6})
    result = materialize(
        small.model_copy(update={"releases": {"base": base}}), packed, force="true"
    )
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert "component english lacks" in failure.step_failure_data.user_failure_data.description
