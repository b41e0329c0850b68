"""Requests that failed for good stay failed until a run is asked to send them again."""

from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from synth_assets.corpus.store import Store
from synth_assets.defs.partitions import RETRY_FAILED_TAG
from synth_assets.generation.engines import opening
from synth_assets.ingest.plan import plan_batches
from synth_assets.line import batches_with_failures, build_line
from synth_assets.profile import Profile, load_profile
from synth_assets_tests.defs.test_guards import BATCH, instance, run
from synth_assets_tests.end_to_end.conftest import write_pages
from synth_assets_tests.engines import ScriptedEngine, broken, upper

__all__ = ["instance"]

CORPORA = ("raw_web", "filtered", "rewritten/faq")


@pytest.fixture
def one_recipe(tmp_path: Path) -> Profile:
    path = tmp_path / "one.yaml"
    path.write_text(
        "rewriting:\n"
        "  recipes:\n"
        "    faq: {engine: {kind: openai, model: m, url: 'http://localhost:9/v1'}, min_words: 1}\n"
        "    tutorial: null\n"
        "    table: null\n"
        "    encyclopedic: null\n"
        "    grammatical_errors: null\n"
        "translation: {targets: {cat_Latn: null}}\n"
    )
    return load_profile(path)


@pytest.fixture
def planned(one_recipe: Profile, tmp_path: Path) -> Store:
    store = Store(one_recipe.root)
    plan_batches(store, [write_pages(tmp_path / "data", 3)], one_recipe, date(2026, 1, 1))
    return store


def test_failed_requests_are_sent_again_when_the_run_is_tagged_so(
    one_recipe: Profile,
    planned: Store,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = build_line(one_recipe)
    failing, working = ScriptedEngine(broken), ScriptedEngine(upper)
    monkeypatch.setattr(opening, "open_engine", lambda spec: failing)
    assert run(one_recipe, instance, *CORPORA).success
    assert failing.sent
    assert batches_with_failures(planned, line) == [BATCH]

    monkeypatch.setattr(opening, "open_engine", lambda spec: working)
    assert run(one_recipe, instance, "rewritten/faq").success
    assert not working.sent
    assert batches_with_failures(planned, line) == [BATCH]

    assert run(one_recipe, instance, "rewritten/faq", **{RETRY_FAILED_TAG: "true"}).success
    assert set(working.sent) >= set(failing.sent)
    assert batches_with_failures(planned, line) == []
