"""Models: what they read, what they make, and what a broken one costs."""

from pathlib import Path

import polars as pl
import pytest

from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.store import Store
from synth_assets.line import build_line
from synth_assets.profile import Profile
from synth_assets.quality.models import Materialized, load_models, materialize
from synth_assets.quality.reads import tables_of
from synth_assets.quality.sql_files import SqlFileError
from synth_assets.quality.warehouse import relations
from synth_assets_tests.corpora import document, frame, publish

SHIPPED = {
    "corpus_samples",
    "duplicate_families",
    "funnel",
    "gate_rates",
    "generation_cost",
    "language_mix",
    "lineage_edges",
    "source_mix",
    "synthetic_share",
}


def own(tmp_path: Path, **files: str) -> Path:
    folder = tmp_path / "own" / "models"
    folder.mkdir(parents=True)
    for name, sql in files.items():
        (folder / f"{name}.sql").write_text(sql)
    return folder.parent


def make(profile: Profile, name: str, folder: Path | None = None) -> tuple[Materialized, list]:
    store = Store(profile.root)
    known = relations(store, profile, build_line(profile))
    models = {model.name: model for model in load_models(known, [folder] if folder else [])}
    made = materialize(store, models[name], known, memory_gb=1)
    return made, pl.read_parquet(made.path).rows(named=True)


def filled(profile: Profile) -> Store:
    """Two batches of raw_web and filtered; one page of the second was dropped."""
    store = Store(profile.root)
    for key in ("2026-01-01", "2026-01-01.001"):
        pages = [document(n, f"Page {n} has words.", license="MIT") for n in range(3)]
        publish(store, pages, "raw_web", key)
        rows = frame(pages)
        with store.write("filtered", key, schema=DOCUMENT, code_version="1", inputs={}) as writer:
            writer.read(rows)
            writer.keep(rows.head(2))
            writer.drop(rows.tail(1).with_columns(drop_reason=pl.lit("short")))
            writer.commit()
    return store


def test_the_shipped_models_run_on_nothing_and_on_something(profile: Profile) -> None:
    for name in sorted(SHIPPED):
        assert make(profile, name)[1] == []
    filled(profile)
    for name in sorted(SHIPPED):
        made, rows = make(profile, name)
        assert made.rows == len(rows)
        assert all(column.description for column in made.columns), name
    assert [row["documents"] for row in make(profile, "funnel")[1]].count(3) == 6


def test_the_funnel_and_the_mix_say_what_the_corpora_hold(profile: Profile) -> None:
    filled(profile)
    funnel = make(profile, "funnel")[1]
    (dropped,) = [
        row for row in funnel if row["outcome"] == "dropped" and row["batch"] == "2026-01-01.001"
    ]
    assert (dropped["corpus"], dropped["reason"], dropped["documents"]) == ("filtered", "short", 1)
    assert dropped["share"] == pytest.approx(1 / 3)
    made, mix = make(profile, "language_mix")
    assert {(row["corpus"], row["documents"], row["share"]) for row in mix} == {
        ("raw_web", 3, 1.0),
        ("filtered", 2, 1.0),
    }
    assert {column.name: column.type for column in made.columns}["tokens"] == "BIGINT"


def test_what_a_model_reads_is_read_from_its_sql() -> None:
    sql = """
    WITH filtered AS (SELECT * FROM raw_web)
    SELECT (SELECT count(*) FROM dropped), list_transform([1], lambda x: x)
    FROM filtered, unnest(filtered.root_ids) AS root (id)
    WHERE id IN (SELECT doc_id FROM "rewritten__faq")
    """
    assert tables_of(sql) == {"raw_web", "dropped", "rewritten__faq"}


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("WITH RECURSIVE n AS (SELECT 1 UNION ALL FROM n JOIN counts ON true) FROM n", {"counts"}),
        ("WITH a AS (FROM filtered), b AS (FROM a) FROM b", {"filtered"}),
        (
            "FROM (FROM counts EXCEPT FROM figures), LATERAL (FROM gates)",
            {"counts", "figures", "gates"},
        ),
        ("PIVOT counts ON outcome USING sum(documents)", {"counts"}),
    ],
)
def test_table_expressions_are_no_tables(sql: str, tables: set[str]) -> None:
    assert tables_of(sql) == tables


def test_columns_have_types_comments_and_sources(profile: Profile, tmp_path: Path) -> None:
    filled(profile)
    sql = (
        "-- Licences.\n-- In two lines.\n"
        "SELECT license, -- the licence\n  sum(n_chars + n_words)::BIGINT AS size\n"
        "FROM documents GROUP BY license"
    )
    made, rows = make(profile, "licences", own(tmp_path, licences=sql))
    first, second = made.columns
    assert (first.type, first.description) == ("VARCHAR", "the licence")
    assert first.sources == (("documents", "license"),)
    assert second.sources == (("documents", "n_chars"), ("documents", "n_words"))
    assert [row["license"] for row in rows] == ["MIT"]


def test_a_model_reads_another_that_is_materialized(profile: Profile, tmp_path: Path) -> None:
    filled(profile)
    folder = own(tmp_path, second="SELECT batch FROM funnel WHERE outcome = 'dropped'")
    with pytest.raises(SqlFileError, match="funnel, which is not materialized yet"):
        make(profile, "second", folder)
    make(profile, "funnel")
    assert len(make(profile, "second", folder)[1]) == 2


def test_a_broken_file_is_reported_and_the_others_load(profile: Profile, tmp_path: Path) -> None:
    store = Store(profile.root)
    known = relations(store, profile, build_line(profile))
    folder = own(
        tmp_path,
        torn="-- A title\nSELECT 1\nFROM\nWHERE",
        lost="SELECT 1\nFROM nowhere",
        ring="SELECT * FROM knot",
        knot="SELECT * FROM ring",
        deed="DROP TABLE filtered",
        counts="SELECT 1",
        bound="SELECT doc_id,\n  nope\nFROM filtered",
    )
    told: list[str] = []
    models = {model.name: model for model in load_models(known, [folder], told.append)}
    faults = {name: model.fault for name, model in models.items() if model.fault}
    assert models.keys() - faults.keys() == SHIPPED | {"bound"}
    assert sorted(told) == sorted(faults.values())
    assert "torn.sql, line 4: Parser Error: syntax error" in str(faults["torn"])
    assert "lost.sql, line 2: no table is called nowhere; there are accounts," in str(
        faults["lost"]
    )
    assert "reads itself" in str(faults["ring"])
    assert "must hold one SELECT" in str(faults["deed"])
    assert "name of a relation" in str(faults["counts"])
    with pytest.raises(SqlFileError, match=r"bound.sql, line 2: Binder Error: .*nope"):
        materialize(store, models["bound"], known, memory_gb=1)
    with pytest.raises(SqlFileError, match="torn.sql, line 4"):
        materialize(store, models["torn"], known, memory_gb=1)
    assert not store.files.exists("model/bound.parquet")
