"""Sidecar `requests`, the counts per gate, and which retries are sent."""

from pathlib import Path

import polars as pl
import pytest

from synth_assets.corpus.footer import Footer
from synth_assets.corpus.store import Store
from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.passes import Case
from synth_assets.generation.protocol import Request, Result
from synth_assets.generation.request_table import verdicts
from synth_assets.generation.tables import REQUESTS
from synth_assets.generation.work import Drop, Failed, Made, NotSelected, Outcome
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import BATCH, document, publish
from synth_assets_tests.generation import gated
from synth_assets_tests.generation.gated import CORPUS, GatedWork, LoggingEngine, generate

N_DOCUMENTS = 120


@pytest.fixture
def engine(tmp_path: Path) -> LoggingEngine:
    return LoggingEngine(tmp_path / "engine.log")


@pytest.fixture(autouse=True)
def inputs(store: Store) -> None:
    documents = [document(number, f"text number {number}") for number in range(N_DOCUMENTS)]
    publish(store, [*documents, document(999, "un poema", lang="cat_Latn")])


def rows(store: Store) -> pl.DataFrame:
    return pl.concat(store.open(CORPUS, BATCH).sidecar_frames("requests"))


def counted(footer: Footer, prefix: str) -> dict[str, int]:
    other = footer.counts.other
    return {name.removeprefix(prefix): n for name, n in other.items() if name.startswith(prefix)}


def test_every_planned_request_has_one_row_with_its_reason(
    make_run: MakeRun, store: Store, engine: LoggingEngine
) -> None:
    footer = generate(make_run(BATCH), engine)
    table = rows(store)
    assert dict(table.schema) == REQUESTS
    assert not footer.broken_laws
    law = next(law for law in footer.laws if law.name == "requests")
    assert law.left == {"planned": table.height}
    assert law.right == dict(table["outcome"].value_counts().iter_rows())
    assert sorted(table["key"]) == sorted(engine.sent)
    assert table.select("doc_id", "key").is_duplicated().sum() == 0
    reasons = table.group_by("outcome").agg(pl.col("reason").unique())
    assert {outcome: set(names) for outcome, names in reasons.iter_rows()} == {
        "accepted": {None},
        "rejected": {"banned", "finished"},
        "failed": {"operation"},
    }
    outcomes = pl.concat(store.open(CORPUS, BATCH).sidecar_frames("outcomes"))
    assert outcomes["n_requests"].sum() == table.height
    assert outcomes["outcome"].value_counts().height == 4


def test_rows_say_what_was_measured_and_what_it_took(
    make_run: MakeRun, store: Store, engine: LoggingEngine
) -> None:
    generate(make_run(BATCH), engine)
    table = rows(store)
    banned = table.filter(pl.col("reason") == "banned").row(0, named=True)
    assert banned["value"].startswith("bad text number")
    assert (banned["limit"], banned["finish_reason"]) == ("bad", "stop")
    assert banned["completion_tokens"] > 0
    failed = table.filter(pl.col("outcome") == "failed").row(0, named=True)
    assert (failed["reason"], failed["value"]) == ("operation", "it cannot")
    cut = table.filter(pl.col("reason") == "finished")
    assert set(cut["finish_reason"]) == {"length"}


def test_the_footer_counts_requests_by_gate_and_error(
    make_run: MakeRun, store: Store, engine: LoggingEngine
) -> None:
    footer = generate(make_run(BATCH), engine)
    reasons = dict(rows(store)["reason"].value_counts().iter_rows())
    assert counted(footer, "gate_") == {name: reasons[name] for name in ("banned", "finished")}
    assert counted(footer, "error_") == {"operation": reasons["operation"]}
    assert sum(counted(footer, "requests_").values()) == rows(store).height
    assert sum(counted(footer, "parents_").values()) == N_DOCUMENTS + 1


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Drop("copied"), [("rejected", "document_dropped"), ("failed", "refused")]),
        (Failed("refused", ""), [("rejected", "document_failed"), ("failed", "refused")]),
        (NotSelected("topic"), [("rejected", "document_not_selected"), ("failed", "refused")]),
        (Drop("refused"), [("rejected", "document_dropped"), ("rejected", "refused")]),
        (
            Drop("echo", faults={"a": Fault("echo", "0.9", "0.5")}),
            [("rejected", "echo"), ("failed", "refused")],
        ),
        (Made([]), [("accepted", None), ("failed", "refused")]),
    ],
)
def test_a_passed_text_of_a_lost_document_is_told_from_a_refused_one(
    outcome: Outcome, expected: list[tuple[str, str | None]]
) -> None:
    case = Case(document(1, "text"), 0, outcome=outcome)
    case.results["a"] = Result("a", "passed", "stop")
    case.results["b"] = Result("b", None, "error", error_kind="refused")
    assert [(verdict.outcome, verdict.reason) for _, verdict in verdicts(case)] == expected


STRICTER = GatedWork(banned=("bad", "good"))


def test_a_changed_gate_generates_nothing(
    make_run: MakeRun, store: Store, engine: LoggingEngine
) -> None:
    first = generate(make_run(BATCH), engine)
    before = len(engine.sent)
    footer = generate(make_run(BATCH), engine, work=STRICTER)
    assert len(engine.sent) == before
    assert not footer.broken_laws
    assert counted(footer, "parents_")["dropped"] > counted(first, "parents_")["dropped"]
    assert "declined" not in set(rows(store)["reason"])
    assert "error_declined" not in footer.counts.other
    assert (
        rows(store).height
        == counted(footer, "requests_")["rejected"] + counted(footer, "requests_")["failed"]
    )


def test_a_changed_gate_asks_again_where_the_profile_says_so(
    make_run: MakeRun, store: Store, engine: LoggingEngine
) -> None:
    generate(make_run(BATCH), engine)
    before = set(engine.sent)
    generate(make_run(BATCH), engine, work=STRICTER, regenerate=True)
    new = engine.sent[len(before) :]
    assert new and not before & set(new) and len(new) == len(set(new))


def test_a_stopped_batch_still_asks_again_when_it_goes_on(
    make_run: MakeRun, store: Store, engine: LoggingEngine
) -> None:
    """Its refused texts lie in the live journal: they are of this batch's own work."""
    run = make_run(BATCH, cancelled=lambda: len(engine.sent) >= N_DOCUMENTS)
    with pytest.raises(Exception, match="asked to stop"):
        generate(run, engine)
    generate(make_run(BATCH), engine)
    whole = Store(Path(store.files.root).parent / "whole")
    publish(whole, [document(number, f"text number {number}") for number in range(N_DOCUMENTS)])
    unstopped = LoggingEngine(engine.log)
    generate(make_run(BATCH, store=whole), unstopped)
    assert sorted(set(engine.sent)) == sorted(unstopped.sent)


def test_another_batch_finds_retries_that_were_paid_for(
    make_run: MakeRun, store: Store, engine: LoggingEngine
) -> None:
    generate(make_run(BATCH), engine)
    documents = [document(1000 + number, f"text number {number}") for number in range(N_DOCUMENTS)]
    publish(store, documents, batch="2026-01-02")
    before = list(engine.sent)
    generate(make_run("2026-01-02"), engine)
    assert engine.sent == before
    made = [store.open(CORPUS, batch).read()["text"] for batch in (BATCH, "2026-01-02")]
    assert made[0].to_list() == made[1].to_list()


def test_passing_failures_are_rows_too(
    make_run: MakeRun, store: Store, engine: LoggingEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(request: Request) -> Result:
        return Result(request.key, None, "error", error_kind="transport", error="reset")

    monkeypatch.setattr(gated, "answer", down)
    footer = generate(make_run(BATCH), engine)
    assert counted(footer, "error_") == {"transport": N_DOCUMENTS}
    assert set(rows(store)["value"]) == {"reset"}
    assert not footer.broken_laws
