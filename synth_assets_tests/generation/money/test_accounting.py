"""What a batch took and cost, from the ledger, the journal and the sidecar of requests."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.store import Store
from synth_assets.generation.dead_letters import dead_letters
from synth_assets.generation.money.accounting import accounts, gate_rates, register_accounts
from synth_assets.generation.money.entries import Ledger
from synth_assets.generation.money.ledger import LedgerMeter, Marks
from synth_assets.generation.spec import Budget, Price, TransformersSpec
from synth_assets.generation.stage import generate_corpus
from synth_assets.generation.tables import REQUESTS
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import BATCH, document, frame, publish
from synth_assets_tests.engines import ScriptedEngine, broken, upper
from synth_assets_tests.generation.test_stage import DOCUMENTS, TwoSteps, generate

CORPUS = "rewritten/shout"
SPEC = TransformersSpec(
    kind="transformers",
    task="causal",
    model="a/b",
    device="cuda",
    price=Price(currency="EUR", per_million_completion_tokens=1e6, per_gpu_hour=3600),
)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger", now=lambda: datetime(2026, 5, 1, 12, tzinfo=UTC))


def metered(ledger: Ledger, spec: TransformersSpec = SPEC, batch: str = BATCH) -> LedgerMeter:
    return LedgerMeter(ledger, Marks("run", CORPUS, batch, "scripted", "m"), spec, Budget())


def shout(run, meter, engine=None):
    return generate_corpus(
        run,
        CORPUS,
        [run.open("filtered")],
        TwoSteps(),
        engine or ScriptedEngine(upper),
        count_tokens=lambda texts: [100 for _ in texts],
        meter=meter,
    )


def row(store: Store, ledger: Ledger, batch: str = BATCH) -> dict:
    (found,) = accounts(store, ledger, CORPUS, batch).to_dicts()
    return found


def test_a_batch_s_tokens_time_cost_and_what_it_kept(
    store: Store, make_run: MakeRun, ledger: Ledger
) -> None:
    publish(store, DOCUMENTS)
    meter = metered(ledger)
    shout(make_run(BATCH), meter)
    before = row(store, ledger)
    meter.tick(9.0)
    made = row(store, ledger)
    assert (made["requests"], made["model"]) == (6, "m")
    assert (made["prompt_tokens"], made["completion_tokens"]) == (14, 14)
    assert made["seconds"] - before["seconds"] == pytest.approx(9.0)
    assert made["gpu_seconds"] == pytest.approx(made["seconds"])
    assert made["tokens_per_second"] == pytest.approx(14 / made["seconds"])
    assert made["cost"] == pytest.approx(14 + made["gpu_seconds"])
    assert made["currency"] == "EUR"
    assert (made["kept_documents"], made["kept_tokens"]) == (3, 300)
    assert made["cost_per_million_kept_tokens"] == pytest.approx(made["cost"] * 1e6 / 300)
    # eight requests of four parents; those of the dropped one did not get through
    assert (made["accepted"], made["rejected"], made["failed"]) == (6, 2, 0)
    assert made["acceptance_rate"] == 0.75


def test_what_an_earlier_batch_paid_for_costs_a_later_one_nothing(
    store: Store, make_run: MakeRun, ledger: Ledger
) -> None:
    for batch in (BATCH, "later"):
        publish(store, DOCUMENTS, batch=batch)
        shout(make_run(batch), metered(ledger, batch=batch))
    later = row(store, ledger, "later")
    assert (later["requests"], later["prompt_tokens"], later["kept_tokens"]) == (0, 0, 300)
    assert set(accounts(store, ledger)["batch"]) == {BATCH, "later"}


def test_tokens_of_a_killed_run_come_from_the_journal(
    store: Store, make_run: MakeRun, ledger: Ledger
) -> None:
    publish(store, DOCUMENTS)
    generate(make_run(BATCH), ScriptedEngine(upper))  # its ticks were lost
    made = row(store, ledger)
    assert (made["requests"], made["completion_tokens"], made["seconds"]) == (6, 14, 0.0)
    assert (made["cost"], made["tokens_per_second"]) == (None, None)


def test_what_no_journal_keeps_comes_from_the_ledger(store: Store, ledger: Ledger) -> None:
    meter = metered(ledger)
    for _ in range(3):
        meter.count(broken(TwoSteps()._ask("first", "text")))
    meter.tick(1.0)
    assert row(store, ledger)["requests"] == 3


def test_money_of_two_currencies_is_no_sum(store: Store, ledger: Ledger) -> None:
    assert SPEC.price is not None
    dollars = SPEC.model_copy(update={"price": SPEC.price.model_copy(update={"currency": "USD"})})
    for spec in (SPEC, dollars):
        metered(ledger, spec).tick(1.0)
    assert (row(store, ledger)["cost"], row(store, ledger)["currency"]) == (None, None)


def judged(store: Store) -> None:
    """A batch whose requests came to every end."""
    documents = [document(number, f"text {number}") for number in range(4)]
    ends = [
        (0, "accepted", None),
        (0, "rejected", "length_ratio"),
        (1, "rejected", "length_ratio"),
        (1, "rejected", "refusal"),
        (2, "rejected", "document_dropped"),
        (3, "failed", "prompt_too_long"),
    ]
    rows = [
        (documents[at].doc_id, f"{n:032x}", end, reason, "5,000 tokens", "4,096", "stop", 1, 1)
        for n, (at, end, reason) in enumerate(ends)
    ]
    with store.write(CORPUS, BATCH, schema=DOCUMENT, code_version="1", inputs={}) as writer:
        writer.sidecar("requests", REQUESTS)
        writer.keep(frame(documents[:1]))
        writer.drop(frame(documents[1:]).with_columns(drop_reason=pl.lit("gone")))
        writer.add("requests", pl.DataFrame(rows, schema=REQUESTS, orient="row"))
        writer.commit()
    manifest = b'{"lines": 6, "prompt_tokens": 6, "completion_tokens": 6}'
    store.files.write(f"journal/{CORPUS}/{BATCH}.json", manifest)
    store.files.write(f"journal/{CORPUS}/{BATCH}.parquet", b"")


def test_a_gate_s_rate_is_over_all_texts_that_were_judged(store: Store, ledger: Ledger) -> None:
    judged(store)
    gates = {found["gate"]: found for found in gate_rates(store).to_dicts()}
    assert gates.keys() == {"length_ratio", "refusal"}
    assert (gates["length_ratio"]["judged"], gates["length_ratio"]["refused"]) == (5, 2)
    assert gates["length_ratio"]["acceptance_rate"] == pytest.approx(0.6)
    assert row(store, ledger)["acceptance_rate"] == pytest.approx(1 / 6)


def test_dead_letters_name_the_document_the_kind_and_the_error(store: Store) -> None:
    judged(store)
    (letter,) = dead_letters(store).to_dicts()
    assert (letter["corpus"], letter["batch"]) == (CORPUS, BATCH)
    assert (letter["url"], letter["kind"]) == ("https://example.org/3", "prompt_too_long")
    assert (letter["error"], letter["key"]) == ("5,000 tokens", f"{5:032x}")
    assert dead_letters(store, "rewritten/other").is_empty()


def test_dead_letters_of_a_real_run(store: Store, make_run: MakeRun) -> None:
    publish(store, DOCUMENTS)
    generate(make_run(BATCH), ScriptedEngine(broken))
    letters = dead_letters(store, CORPUS, BATCH)
    assert letters.height == 4
    assert set(letters["kind"]) == {"prompt_too_long"}
    assert letters["url"].null_count() == 0


def test_both_are_duckdb_tables(store: Store, ledger: Ledger) -> None:
    judged(store)
    metered(ledger).tick(2.0)
    with duckdb.connect(":memory:") as connection:
        register_accounts(connection, store, ledger)
        register_accounts(connection, store, ledger)
        found = connection.execute(
            "SELECT cost, kept_documents, gate, refused FROM accounts "
            "JOIN gates USING (corpus, batch) ORDER BY gate"
        ).fetchall()
    assert found == [(2.0, 1, "length_ratio", 2), (2.0, 1, "refusal", 1)]


def test_nothing_generated_is_an_empty_table(store: Store, ledger: Ledger) -> None:
    assert accounts(store, ledger).is_empty()
    assert gate_rates(store).is_empty()
    assert dead_letters(store).is_empty()
