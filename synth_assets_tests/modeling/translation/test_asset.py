"""translation_model/<pair> in the profile, as an asset, and on the command line."""

from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from synth_assets.cli.app import app
from synth_assets.corpus.store import Store
from synth_assets.defs.build import build_definitions
from synth_assets.errors import InputError, ProfileError
from synth_assets.executor.lanes import GPU
from synth_assets.executor.marks import LANE_TAG
from synth_assets.home import Home
from synth_assets.modeling.translation.corpora import batches_of
from synth_assets.profile import Profile, load_profile
from synth_assets_tests.modeling.translation.conftest import TINY
from synth_assets_tests.modeling.translation.made_up import PAIR, bitext

KEY = dg.AssetKey(["translation_model", PAIR])


def profile_of(home: Home, pair: str = PAIR, **changes: object) -> Profile:
    settings = TINY.model_copy(update=changes).model_dump_json(exclude_unset=True)
    path = home.path / "profile.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"name: pair\ntranslation_models: {{{pair}: {settings}}}\n")
    return load_profile(path, home=home)


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.parquet"
    bitext(120, 8, seed=2).write_parquet(path)
    return path


def test_materialized_it_is_a_checkpoint_that_profiles_name(home: Home, pairs: Path) -> None:
    profile = profile_of(home, files=[str(pairs)], steps=4)
    definitions = build_definitions(profile)
    node = definitions.resolve_asset_graph().get(KEY)
    assert (node.group_name, node.partitions_def) == ("reference_models", None)
    assert not node.parent_keys
    asset = definitions.get_assets_def(KEY)
    assert asset.op.tags[LANE_TAG] == GPU and asset.op.pool == GPU
    with dg.DagsterInstance.ephemeral() as instance:
        made = dg.materialize([asset], instance=instance)
    metadata = made.asset_materializations_for_node(node.assets_def.node_def.name)[0].metadata
    folder = Path(str(metadata["path"].value))
    assert folder == Path(profile.root) / "translation_model" / PAIR
    names = {one.name for one in folder.iterdir()}
    assert {"model.safetensors", "source.spm", "README.md"} <= names
    assert metadata["pairs"].value == 116 and metadata["steps"].value == 4


def test_without_files_it_learns_from_the_corpus_of_its_pair(home: Home, store: Store) -> None:
    graph = build_definitions(profile_of(home)).resolve_asset_graph()
    assert graph.get(KEY).parent_keys == {dg.AssetKey(["bitext", PAIR])}
    with pytest.raises(InputError, match=f"learns from bitext/{PAIR}, which has no batches"):
        batches_of(store, TINY, PAIR)


def test_a_pair_or_shape_that_is_none_is_named(home: Home) -> None:
    with pytest.raises(ProfileError, match="en is no language pair"):
        profile_of(home, "en")
    with pytest.raises(ProfileError, match="d_model = 30 is not allowed with heads = 4"):
        profile_of(home, d_model=30)


def run(*arguments: object) -> str:
    words = ["train-translator", *map(str, arguments)]
    return CliRunner().invoke(app, words, catch_exceptions=False).output


def test_the_command_trains_from_files(home: Home, pairs: Path, tmp_path: Path) -> None:
    profile_of(home)
    options = ("--pair", PAIR, "--profile", home.path / "profile.yaml", "--steps", 2)
    said = run(pairs, tmp_path / "model", *options)
    assert "step 2 of 2" in said and "held-out pairs: BLEU" in said
    assert (tmp_path / "model" / "README.md").exists()
    with pytest.raises(InputError, match="exists already"):
        run(pairs, tmp_path / "model", *options)
    with pytest.raises(InputError, match="--pair: en is no language pair"):
        run(pairs, tmp_path / "other", "--pair", "en")
    with pytest.raises(InputError, match="name the files of the bitext"):
        run(tmp_path / "other", *options)
    with pytest.raises(InputError, match=r"another licence: 120"):
        run(pairs, tmp_path / "other", *options, "--license", "MIT")
