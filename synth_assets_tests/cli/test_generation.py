"""`estimate`, `costs`, `failed`: tables for people, JSON for programs, one sentence for faults."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from synth_assets.cli import app
from synth_assets.corpus.store import Store
from synth_assets.errors import CorpusError
from synth_assets.profile import Profile
from synth_assets.rewriting.stage import run as rewrite
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import BATCH, document, publish
from synth_assets_tests.generation.money.test_accounting import judged
from synth_assets_tests.rewriting.pages import EDITOR, LETTER


def call(*arguments: str) -> str:
    outcome = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert outcome.exit_code == 0, outcome.output
    return outcome.stdout


@pytest.fixture
def store(profile: Profile) -> Store:
    """A batch of filtered in the home's own store."""
    store = Store(profile.root)
    publish(store, [document(0, EDITOR * 2, title="Editor"), document(1, LETTER * 2)])
    return store


def test_an_estimate_as_a_table(store: Store) -> None:
    shown = call("estimate", "--batch", BATCH)
    assert "rewritten/faq" in shown
    assert "translated/cat_Latn" in shown
    assert "requests are those that each document needs next" in shown
    assert "1.00 completion tokens per prompt token, an assumption" in shown
    assert "the ledger knows no speed of bundled:en-ca yet" in shown


def test_an_estimate_as_json(store: Store) -> None:
    made = json.loads(call("estimate", "--batch", BATCH, "--corpus", "rewritten/faq", "--json"))
    (faq,) = made["corpora"]
    assert (faq["corpus"], faq["requests"], faq["cost"]) == ("rewritten/faq", 2, 0.0)
    assert made["budget"] == []


def test_an_estimate_without_its_input_is_one_sentence(store: Store) -> None:
    with pytest.raises(CorpusError, match="corpus filtered has no batch nothing"):
        call("estimate", "--batch", "nothing")


def test_costs(store: Store, make_run: MakeRun, profile: Profile) -> None:
    assert "nothing has been generated yet" in call("costs")
    rewrite(make_run(BATCH, profile, store=store), recipe="faq")
    shown = call("costs")
    assert "rewritten/faq" in shown
    assert "free" in shown
    (row,) = json.loads(call("costs", "--batch", BATCH, "--corpus", "rewritten/faq", "--json"))[
        "accounts"
    ]
    assert (row["requests"], row["cost"]) == (2, 0.0)
    assert row["seconds"] > 0


def test_failed_requests_and_how_to_send_them_again(store: Store) -> None:
    assert "no request has failed for good" in call("failed")
    judged(store)
    shown = call("failed", "rewritten/shout", BATCH)
    assert "https://example.org/3" in shown
    assert "prompt_too_long" in shown
    assert "synth-assets up --retry-failed" in shown
    (letter,) = json.loads(call("failed", "--json"))
    assert letter["kind"] == "prompt_too_long"


def test_estimating_writes_nothing(store: Store, profile: Profile) -> None:
    root = Path(profile.root)
    before = sorted(root.rglob("*"))
    call("estimate", "--batch", BATCH)
    assert sorted(root.rglob("*")) == before
