"""Each shipped check passes on a good corpus and fails on a doctored one."""

from pathlib import Path

import polars as pl
import pytest

from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.store import Store
from synth_assets.quality.checks import CheckError, load_checks, read_check, run_checks
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
    return verdict.failing


def children(**changes) -> pl.DataFrame:
    made = [
        document(number, f"Text {number}.").child(
            f"Fet {number}.",
            row_version="1",
            generation_keys=["k"],
            **{"kind": "translated", "lang": "cat_Latn", "recipe": "r", "recipe_version": "1"}
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
        lambda rows: rows.with_columns(text=pl.col("text").repeat_by(9).list.join(" ")),
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


def test_a_wrong_file_is_named(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "odd.sql"
    path.write_text("-- corpus: filtered\n-- severity: loud\n-- description: x\nSELECT 1")
    with pytest.raises(CheckError, match="odd.sql: severity 'loud' is not allowed"):
        read_check(path)
    path.write_text("-- corpus: filtered\n-- severity: warn\nSELECT 1")
    with pytest.raises(CheckError, match="lacks the header line '-- description"):
        read_check(path)
    path.write_text("-- corpus: *\n-- severity: warn\n-- description: x\nSELECT nope FROM this")
    publish(store, [document(1, "a text")])
    broken, sound = run_checks(
        store, "filtered", BATCH, [], [read_check(path), CHECKS["unique_ids"]]
    )
    assert not broken.passed
    assert "odd.sql cannot run" in str(broken.error)
    assert "nope" in str(broken.error)
    assert sound.passed
