"""A takedown reaches the pairs and documents that were made of translations, and those alone."""

from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest

from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Store
from synth_assets.explore.ask import Explorer
from synth_assets.home import Home
from synth_assets.line import build_bitexts, build_line
from synth_assets.profile import Profile
from synth_assets.profile.translation_methods import (
    BackTranslation,
    Bidirectional,
    CodeSwitch,
    Interlinear,
    Method,
    Pivot,
    RoundTrip,
)
from synth_assets.takedown.apply import apply_takedowns
from synth_assets.takedown.entries import Entry
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import document, publish
from synth_assets_tests.translation.methods.conftest import Publish, target_from

SECRET = ("Marigold", "Calèndula", "Caléndula")
PAGES = [
    document(1, "The quiet Marigold opens file 1 for everybody."),
    document(2, "The quiet menu opens file 2 for everybody."),
]
GONE, STAYS = (page.doc_id for page in PAGES)
BITEXTS = ("both", "eng_Latn-cat_Latn", "pivot", "reverse", "there_and_back")
MIXED = ("mixed/lines", "mixed/switched")


@pytest.fixture
def made(
    make_run: MakeRun,
    with_methods: Callable[..., Profile],
    translated: Publish,
    tmp_path: Path,
) -> StageRun:
    """Two pages, of which one is to go: translated by hand into Catalan, Spanish and back, a
    revision of the Catalan under a name that comes before it, and all that methods make of them."""
    words = tmp_path / "lexicon.tsv"
    words.write_text("en\tca\nmarigold\tcalèndula\nfile\tfitxer\n")
    methods: dict[str, Method] = {
        "pivot": Pivot(kind="pivot", left="cat_Latn", right="spa_Latn"),
        "both": Bidirectional(kind="bidirectional", of="cat_Latn"),
        "reverse": BackTranslation(kind="back_translation", of="cat_Latn"),
        "there_and_back": RoundTrip(
            kind="round_trip", there="cat_Latn", back="eng_Latn", min_chrf=0
        ),
        "lines": Interlinear(kind="interlinear", of="cat_Latn"),
        "switched": CodeSwitch(
            kind="code_switch", lexicon=str(words), source="eng_Latn", target="cat_Latn", rate=1
        ),
    }
    targets = {lang: target_from("eng_Latn") for lang in ("cat_Latn", "spa_Latn")}
    back = target_from("cat_Latn", "translated/cat_Latn")
    profile = with_methods({**targets, "eng_Latn": back}, **methods)
    run = make_run(profile=profile)
    publish(run.store, PAGES, batch=run.batch)
    catalan = [f"La {name} tranquil·la obre el fitxer {n} per a tothom." for n, name in names(1)]
    spanish = [f"La {name} tranquila abre el archivo {n} para todos." for n, name in names(2)]
    english = [f"The quiet {name} opens file {n}." for n, name in names(0)]
    ids = [page.doc_id for page in PAGES]
    sources = [page.text for page in PAGES]
    translated("cat_Latn", pages(ids, sources, catalan))
    translated("spa_Latn", pages(ids, sources, spanish))
    translated("eng_Latn", pages([f"cat_Latn-{one}" for one in ids], catalan, english))
    revise(run, ids)
    for stage in (*build_line(profile), *build_bitexts(profile)):
        if stage.corpus.startswith(("bitext/", "mixed/")):
            stage.run(make_run(profile=profile, code_version=stage.code_version))
    return run


def names(language: int) -> list[tuple[int, str]]:
    return [(1, SECRET[language]), (2, "menu")]


def pages(
    parents: Sequence[str], sources: Sequence[str], targets: Sequence[str]
) -> dict[str, list[tuple[str, str]]]:
    return {
        parent: [(source, target)]
        for parent, source, target in zip(parents, sources, targets, strict=True)
    }


def revise(run: StageRun, ids: Sequence[str]) -> None:
    """translated/a_polished, as a revision writes it."""
    parents = run.open("translated/cat_Latn")
    rows = parents.read(list(DOCUMENT)).with_columns(
        pl.format("polished-{}", "doc_id").alias("doc_id"),
        pl.concat_list("doc_id").alias("parent_ids"),
    )
    inputs = {parents.name: parents.data_version}
    with run.store.write(
        "translated/a_polished", run.batch, schema=DOCUMENT, code_version="1", inputs=inputs
    ) as writer:
        writer.keep(rows)
        writer.commit()


def tables(store: Store) -> dict[str, str]:
    """All that stands in each Parquet file under the root, by its name there."""
    root = Path(store.files.root)
    return {
        path.relative_to(root).as_posix(): str(pl.read_parquet(path).rows())
        for path in root.rglob("*.parquet")
    }


def test_no_table_holds_a_word_of_a_page_that_was_taken_down(made: StageRun) -> None:
    before = tables(made.store)
    held = {name for name, rows in before.items() if any(word in rows for word in SECRET)}
    rooms = [f"bitext/{name}" for name in BITEXTS] + [*MIXED]
    assert {f"{room}/{made.batch}.parquet" for room in rooms} <= held
    report = apply_takedowns(made.store, made.profile, [Entry("document", GONE)])

    for name, rows in tables(made.store).items():
        assert not any(word.casefold() in rows.casefold() for word in SECRET), name
    assert report.files[f"bitext/both/{made.batch}"] == 2
    for room in rooms:
        corpus = made.store.open(room, made.batch)
        assert set(corpus.read()["root_ids"].explode()) == {STAYS}
        assert not corpus.footer.broken_laws
        for name, version in corpus.footer.inputs.items():
            assert version == made.open(name).data_version
    rights = {"both": {"paired": 1}, "eng_Latn-cat_Latn": {"kept": 1, "copied": 0}}
    for name, right in rights.items():
        (law,) = made.open(f"bitext/{name}").footer.laws
        assert (law.left, law.right) == ({"read": 2}, right | {"takedown": 1})
    assert not apply_takedowns(made.store, made.profile, []).files


@pytest.mark.parametrize(
    ("lang", "bitext"), [("spa_Latn", "pivot"), ("eng_Latn", "there_and_back")]
)
def test_a_pair_goes_with_the_document_of_either_side(
    made: StageRun, lang: str, bitext: str
) -> None:
    parent = GONE if lang == "spa_Latn" else f"cat_Latn-{GONE}"
    apply_takedowns(made.store, made.profile, [Entry("document", f"{lang}-{parent}")])
    (row,) = made.open(f"bitext/{bitext}").read().rows(named=True)
    assert row["parent_id"] == STAYS
    assert made.open("bitext/both").read().height == 4


def test_a_corpus_is_looked_at_after_what_it_was_made_from(made: StageRun) -> None:
    listed = [Entry("document", f"cat_Latn-{GONE}")]
    report = apply_takedowns(made.store, made.profile, listed)
    places = list(report.files)
    polished, own = (
        places.index(f"translated/{name}/{made.batch}") for name in ("a_polished", "cat_Latn")
    )
    assert own < polished
    footer = made.open("translated/a_polished").footer
    assert footer.inputs == {"translated/cat_Latn": made.open("translated/cat_Latn").data_version}


def test_what_is_left_is_still_explained(made: StageRun, tmp_path: Path) -> None:
    apply_takedowns(made.store, made.profile, [Entry("document", GONE)])
    explorer = Explorer.of(made.store, Home(tmp_path / "home"))
    made_of = {row for name in MIXED for row in made.open(name).read(["doc_id"])["doc_id"]}
    family = explorer.family([STAYS])
    assert made_of < set(family.members)
    assert {f"cat_Latn-{STAYS}", f"polished-cat_Latn-{STAYS}"} <= set(family.members)
    assert GONE not in family.members
