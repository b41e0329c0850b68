"""Each shipped check passes on a good corpus and fails on a doctored one."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from synth_assets.corpus.document import content_hash
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.store import Store
from synth_assets.quality.checks import load_checks, read_check, run_checks
from synth_assets.quality.sql_files import SqlFileError
from synth_assets_tests.corpora import BATCH, document, frame, publish

CHECKS = {check.name: check for check in load_checks()}


def good() -> pl.DataFrame:
    return frame([document(number, f"Text {number}.", license="MIT") for number in range(30)])


def failing(store: Store, name: str, rows: pl.DataFrame, corpus="filtered", **more) -> int:
    """Failing rows of one check on a corpus of these rows; its input is the good corpus."""
    publish(store, [document(number, f"Text {number}.") for number in range(30)], "raw_web")
    with store.write(corpus, BATCH, schema=DOCUMENT, code_version="1", inputs={}) as writer:
        writer.keep(rows)
        if "dropped" in more:
            writer.drop(more["dropped"])
        writer.commit()
    (verdict,) = run_checks(store, corpus, BATCH, ["raw_web"], [CHECKS[name]])
    return verdict.found.failing


def children(**changes) -> pl.DataFrame:
    made = [
        document(number, f"Text {number}.").child(
            f"Fet {number}.",
            row_version="1",
            generation_keys=["k"],
            **{"kind": "translated", "lang": "cat_Latn", "recipe": "r", "recipe_version": "1"}
            | {"content_hash": content_hash(f"Fet {number}.")}
            | {"model": "m"}
            | changes,
        )
        for number in range(30)
    ]
    return frame(made)


WHEN = pl.when(pl.int_range(pl.len()) == 3)
FAULTS = {
    "unique_ids": (good, lambda rows: pl.concat([rows, rows.head(1)]), "filtered"),
    "complete_rows": (
        good,
        lambda rows: rows.with_columns(WHEN.then(pl.lit(" ")).otherwise("text").alias("text")),
        "filtered",
    ),
    "parents_exist": (
        good,
        lambda rows: pl.concat([rows, frame([document(99, "from nowhere")])]),
        "filtered",
    ),
    "made_text_differs": (
        children,
        lambda rows: rows.with_columns(
            content_hash=pl.Series([content_hash(f"Text {number}.") for number in range(30)])
        ),
        "rewritten/faq",
    ),
    "roots_exist": (
        good,
        lambda rows: rows.with_columns(root_ids=pl.lit(["nowhere"])),
        "filtered",
    ),
    "fetched_in_the_past": (
        good,
        lambda rows: rows.with_columns(fetched_at=pl.lit(datetime(2999, 1, 1, tzinfo=UTC))),
        "raw_web",
    ),
    "synthetic_share": (
        good,
        lambda rows: rows.with_columns(kind=pl.lit("rewritten")),
        "deduped",
    ),
    "license_known": (
        good,
        lambda rows: rows.with_columns(WHEN.then(None).otherwise("license").alias("license")),
        "raw_web",
    ),
    "language_known": (good, lambda rows: rows.with_columns(lang=pl.lit("und")), "filtered"),
    "made_text_has_provenance": (
        children,
        lambda rows: rows.with_columns(recipe=pl.lit(None)),
        "rewritten/faq",
    ),
    "length_ratio": (
        children,
        lambda rows: rows.with_columns(n_chars=pl.col("n_chars") * 9),
        "translated/cat_Latn",
    ),
    "target_language": (
        children,
        lambda rows: rows.with_columns(
            WHEN.then(pl.lit("eng_Latn")).otherwise("lang").alias("lang")
        ),
        "translated/cat_Latn",
    ),
    "unique_contents": (
        good,
        lambda rows: rows.with_columns(content_hash=pl.lit("same")),
        "deduped",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_check_passes_on_good_rows_and_fails_on_doctored_ones(store: Store, name: str) -> None:
    make, doctor, corpus = FAULTS[name]
    assert CHECKS[name].concerns(corpus)
    assert failing(store, name, make(), corpus) == 0
    assert failing(store, name, doctor(make()), corpus) > 0


def test_drops_must_have_a_place_of_their_own(store: Store) -> None:
    dropped = good().head(1).with_columns(drop_reason=pl.lit("short"))
    assert failing(store, "drops_have_reasons", good().tail(29), dropped=dropped) == 0
    assert failing(store, "drops_have_reasons", good(), dropped=dropped) == 1


def test_duplicates_must_name_another_document(store: Store) -> None:
    rows = good().head(1).with_columns(drop_reason=pl.lit("exact_duplicate"))
    named = rows.with_columns(duplicate_of=pl.lit("other"))
    name = "duplicates_point_to_documents"
    assert failing(store, name, good().tail(29), dropped=named) == 0
    assert failing(store, name, good().tail(29), dropped=rows) == 1


def test_every_corpus_has_two_checks_or_more() -> None:
    for corpus in ("raw_web", "filtered", "rewritten/faq", "translated/x", "deduped", "packed"):
        assert sum(check.concerns(corpus) for check in CHECKS.values()) >= 2


def test_a_wrong_file_is_reported_and_the_others_load(tmp_path: Path, store: Store) -> None:
    checks = tmp_path / "own" / "checks"
    checks.mkdir(parents=True)
    head = "-- corpus: filtered\n-- severity: {}\n-- description: x\n{}"
    (checks / "loud.sql").write_text(head.format("loud", "SELECT 1"))
    (checks / "bare.sql").write_text("-- corpus: filtered\n-- severity: warn\nSELECT 1")
    (checks / "vague.sql").write_text(head.format("warn\n-- tolerance: some", "SELECT 1"))
    (checks / "unique_ids.sql").write_text(head.format("warn", "SELECT 1"))
    (checks / "fine.sql").write_text(head.format("warn", "SELECT doc_id FROM this"))
    told: list[str] = []
    names = {check.name for check in load_checks([tmp_path / "own"], told.append)}
    assert names == {*CHECKS, "fine"}
    faults = ("severity 'loud' is not allowed", "header line '-- description", "tolerance 'some'")
    for fault in (*faults, "has the same name"):
        assert sum(fault in sentence for sentence in told) == 1
    with pytest.raises(SqlFileError, match="loud.sql: severity 'loud' is not allowed"):
        read_check(checks / "loud.sql")


@pytest.mark.parametrize(
    ("sql", "line", "message"),
    [("SELECT nope\nFROM this", 4, "nope"), ("SELECT 1\nFROM\nWHERE", 6, "syntax error")],
)
def test_a_query_that_cannot_run_fails_with_file_line_and_message(
    tmp_path: Path, store: Store, sql: str, line: int, message: str
) -> None:
    path = tmp_path / "odd.sql"
    path.write_text(f"-- corpus: *\n-- severity: warn\n-- description: x\n{sql}")
    publish(store, [document(1, "a text")])
    both = [read_check(path), CHECKS["unique_ids"]]
    broken, sound = run_checks(store, "filtered", BATCH, [], both)
    assert not broken.passed
    assert f"odd.sql, line {line}: " in str(broken.error)
    assert message in str(broken.error)
    assert sound.passed


def test_a_tolerance_lets_a_share_or_a_number_of_rows_fail(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "short.sql"
    publish(store, [document(number, f"Text {number}.") for number in range(100)])
    query = "SELECT doc_id FROM this WHERE n_chars = 7"  # ten of a hundred: Text 0. to Text 9.
    outcomes = {}
    for tolerance in ("9 %", "10 %", "9 rows", "10 rows"):
        head = f"-- corpus: *\n-- severity: warn\n-- tolerance: {tolerance}\n-- description: x\n"
        path.write_text(head + query)
        (verdict,) = run_checks(store, "filtered", BATCH, [], [read_check(path)])
        outcomes[tolerance] = (verdict.found.failing, verdict.passed)
    assert outcomes == {
        "9 %": (10, False),
        "10 %": (10, True),
        "9 rows": (10, False),
        "10 rows": (10, True),
    }


def test_there_are_25_checks_or_more_of_each_kind() -> None:
    assert len(CHECKS) >= 25
    assert {check.severity for check in CHECKS.values()} == {"error", "warn"}
