"""Staleness: a word of one prompt marks one asset in Dagster and sends its requests again, no
others; a gate sends none; `stale` says it before anything runs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest
from typer.testing import CliRunner

from synth_assets.cli import app
from synth_assets.corpus.store import Store
from synth_assets.defs.build import build_definitions
from synth_assets.defs.partitions import FORCE_TAG, LAW_CHECK, batches
from synth_assets.errors import InputError
from synth_assets.ingest.plan import plan_batches
from synth_assets.line import build_line
from synth_assets.parts import CODE, UNRECORDED, changes
from synth_assets.profile import Profile, load_profile
from synth_assets.rewriting.catalogue import find_recipe
from synth_assets.rewriting.skeleton import write_skeleton
from synth_assets.stale import Follows, stale
from synth_assets_tests.defs.test_guards import BATCH, TEXT
from synth_assets_tests.generation.engines.http_server import Reply, Seen, Server, answered

PAGES = 3
PLACES = ("north", "south", "west")
ANSWER = (
    "People of the town came to the hall in {place} and heard how high the water had been. They "
    "want the bridge made whole again before winter. In May they will sit together once more. "
)
PROFILE = """
name: changing
rewriting:
  folder: {folder}
  recipes:
    {off}
    one: &own
      engine: {{kind: openai, url: "{url}", model: tiny, price: {{}}}}
      min_words: 0
    two: {{<<: *own}}
translation: {{targets: {{cat_Latn: null}}}}
"""


def make(profile: Profile, instance: dg.DagsterInstance, *corpora: str) -> None:
    """Materialize corpora, of their checks the law alone: the others are steps of their own."""
    keys = [dg.AssetKey(corpus.split("/")) for corpus in corpora]
    laws = dg.AssetSelection.checks(*(dg.AssetCheckKey(key, LAW_CHECK) for key in keys))
    job = dg.define_asset_job(
        "some",
        selection=dg.AssetSelection.assets(*keys).without_checks() | laws,
        partitions_def=batches,
        executor_def=dg.in_process_executor,
    )
    merged = dg.Definitions.merge(build_definitions(profile), dg.Definitions(jobs=[job]))
    made = merged.resolve_job_def("some").execute_in_process(
        instance=instance, partition_key=BATCH, tags={FORCE_TAG: "true"}
    )
    assert made.success


def rewrite(seen: Seen) -> Reply:
    place = next(place for place in PLACES if place in seen.prompt)
    return answered(ANSWER.format(place=place) * 3, chat=True)


@dataclass
class Bench:
    """A home whose batch was made by two recipes of the user's own, over a served model."""

    server: Server
    path: Path
    store: Store
    instance: dg.DagsterInstance

    @property
    def profile(self) -> Profile:
        find_recipe.cache_clear()  # as in a location that loads anew
        return load_profile(self.path)

    @property
    def prompt(self) -> Path:
        return self.path.parent / "recipes/prompts/one/write.md"

    def stale_in_dagster(self) -> dict[str, list[str]]:
        """Keys of the assets that the UI marks, with the causes that it names."""
        graph = build_definitions(self.profile).get_repository_def().asset_graph
        resolver = CachingStaleStatusResolver(
            self.instance, graph, LoadingContextForTest(self.instance)
        )
        corpora = [key for key in graph.get_all_asset_keys() if graph.get(key).is_partitioned]
        return {
            key.to_user_string(): [one.reason for one in resolver.get_stale_causes(key, BATCH)]
            for key in corpora
            if resolver.get_status(key, BATCH) == StaleStatus.STALE
        }

    def sent(self) -> list[str]:
        """Prompts since the last call."""
        found = [seen.prompt for seen in self.server.seen]
        self.server.seen.clear()
        return found


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    home = tmp_path_factory.mktemp("stale")
    with pytest.MonkeyPatch.context() as patch, Server(rewrite).running() as server:
        patch.setenv("SYNTH_ASSETS_HOME", str(home))
        patch.setenv("OPENAI_API_KEY", "none")
        for name in ("one", "two"):
            *_, prompt, _ = write_skeleton(home / "recipes", name)
            prompt.write_text(f"{prompt.read_text()}\nThat is number {name}.\n")
        path = home / "profile.yaml"
        off = "\n    ".join(f"{name}: null" for name in load_profile().rewriting.recipes)
        path.write_text(PROFILE.format(folder=home / "recipes", url=server.url, off=off))
        data = home / "data"
        data.mkdir()
        rows = [
            {"text": f"In {place}: {TEXT}", "url": f"https://e.org/{place}"} for place in PLACES
        ]
        (data / "pages.jsonl").write_text("\n".join(map(json.dumps, rows)))
        with dg.DagsterInstance.ephemeral() as instance:
            instance.add_dynamic_partitions(batches.name or "", [BATCH])
            made = Bench(server, path, Store(load_profile(path).root), instance)
            plan_batches(made.store, [data], made.profile, date(2026, 1, 1))
            make(made.profile, instance, *(stage.corpus for stage in build_line(made.profile)))
            assert len(made.sent()) == 2 * PAGES
            yield made


@pytest.fixture(autouse=True)
def in_home(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTH_ASSETS_HOME", str(bench.path.parent))
    monkeypatch.setenv("OPENAI_API_KEY", "none")


def test_what_was_just_made_is_not_stale(bench: Bench):
    assert stale(bench.profile, bench.store) == []
    assert bench.stale_in_dagster() == {}


def test_a_word_of_a_prompt_marks_one_asset_and_sends_its_requests_alone(bench: Bench):
    bench.prompt.write_text(bench.prompt.read_text().replace("clearly", "plainly"))
    profile = bench.profile
    assert bench.stale_in_dagster() == {"rewritten/one": ["has a new code version"]}
    first, *downstream = stale(profile, bench.store)
    why = ["prompt write.eng_Latn changed"]
    assert first == Follows(BATCH, "rewritten/one", why, PAGES, PAGES)
    assert [(one.batch, one.corpus) for one in downstream] == [
        (f"{BATCH}.late1", corpus) for corpus in ("signatures", "deduped", "packed")
    ]
    assert all(one.requests == 0 for one in downstream)
    assert bench.sent() == []
    make(profile, bench.instance, "rewritten/one")
    assert [("plainly" in prompt) for prompt in bench.sent()] == [True] * PAGES
    assert "rewritten/one" not in {one.corpus for one in stale(profile, bench.store)}


def test_a_gate_makes_rows_anew_and_sends_nothing(bench: Bench):
    before = bench.stale_in_dagster().keys()
    text = bench.path.read_text()
    change = "two: {<<: *own, gates: {too_short: {min_words: 5}}}"
    bench.path.write_text(text.replace("two: {<<: *own}", change))
    profile = bench.profile
    assert bench.stale_in_dagster().keys() - before == {"rewritten/two"}
    (first, *_) = stale(profile, bench.store, BATCH)
    assert first == Follows(BATCH, "rewritten/two", ["gate too_short of step write changed"], 0, 0)
    make(profile, bench.instance, "rewritten/two")
    assert bench.sent() == []


def test_an_input_made_again_leads_to_all_behind_it(bench: Bench):
    profile = bench.profile
    filtering = profile.filtering.model_copy(update={"min_language_confidence": 0.01})
    changed = profile.model_copy(update={"filtering": filtering})
    found = {one.corpus: one for one in stale(changed, bench.store, BATCH)}
    assert found["filtered"].why == ["filtering.min_language_confidence: 0.0 -> 0.01"]
    for name in ("rewritten/one", "rewritten/two"):
        assert found[name].why[0] == "follows filtered" and found[name].requests is None
    assert {"signatures", "deduped", "packed"} < set(found)


def test_the_command_prints_it_as_a_table_and_as_json(bench: Bench):
    extra = bench.path.with_name("extra.yaml")
    extra.write_text(bench.path.read_text().replace("min_words: 0", "min_words: 1"))
    runner = CliRunner()
    shown = runner.invoke(app, ["stale", "--profile", str(extra), "--batch", BATCH])
    assert shown.exit_code == 0 and "rewriting.recipes.one.min_words: 0 -> 1" in shown.stdout
    rows = json.loads(runner.invoke(app, ["stale", "--profile", str(extra), "--json"]).stdout)
    first = next(row for row in rows if row["corpus"] == "rewritten/one")
    assert (first["batch"], first["requests"]) == (BATCH, 0)
    with pytest.raises(InputError, match="batch nowhere was never planned"):
        stale(bench.profile, bench.store, "nowhere")


def test_parts_that_are_alike_leave_the_code():
    assert changes({"a": "1"}, {"a": "1"}) == [CODE]
    assert changes(None, {"a": "1"}) == [UNRECORDED]
    assert changes({"gate x of step y": "1"}, {"a": "2"}) == [
        "gate x of step y is gone",
        "a: none -> 2",
    ]
