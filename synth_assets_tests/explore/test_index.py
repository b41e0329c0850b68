"""The index: what it finds in which script, and when it is made again."""

import sqlite3
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from synth_assets.corpus.files import Files
from synth_assets.corpus.stage import StageRun
from synth_assets.errors import CorpusError
from synth_assets.explore.ask import Explorer
from synth_assets.explore.finder import Scan
from synth_assets.explore.index import ranking
from synth_assets.explore.index.look import Entry as Listed
from synth_assets.explore.index.look import From, Index
from synth_assets.explore.index.refresh import IndexFolder, refresh
from synth_assets.explore.index.words import TOKENIZER, broken_up, terms_of
from synth_assets.explore.tables import Shelf
from synth_assets.line import build_line
from synth_assets.takedown.apply import apply_takedowns
from synth_assets.takedown.entries import Entry
from synth_assets_tests.explore.site import Site

LETTERS = st.sampled_from("東京都の庭海สวนริม한국어abcÉßहिन्दी\u0301 .,-\"'*\n")
TEXTS = st.text(LETTERS, min_size=1, max_size=60)


def found(explorer: Explorer, asked: str) -> list[Listed]:
    assert isinstance(explorer.finder, Index)
    return explorer.finder.search(asked, 50)


def titles(explorer: Explorer, asked: str) -> set[str | None]:
    return {entry.title for entry in found(explorer, asked)}


def test_words_phrases_and_beginnings_are_found(explorer: Explorer) -> None:
    assert "A garden by the sea" in titles(explorer, "tamarisk hedge")
    assert "A garden by the sea" in titles(explorer, '"sea kale, thrift"')
    assert not found(explorer, '"thrift sea kale"')
    assert "A garden by the sea" in titles(explorer, "tamar*")
    assert not found(explorer, "tamar")
    assert found(explorer, "...") == []
    assert "<i>Hostile</i>" in titles(explorer, "onerror javascript")


def test_scripts_without_spaces_are_found_wherever_letters_stand_together(
    explorer: Explorer,
) -> None:
    assert titles(explorer, "展望室") == {"東京"}
    assert titles(explorer, "庭") == {"東京"}
    assert titles(explorer, "望展") == set()
    assert titles(explorer, "ทนลม") == {"สวน"}


@given(TEXTS)
def test_every_word_of_a_text_finds_it(text: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        f'CREATE VIRTUAL TABLE words USING fts5(text, content = "", tokenize = "{TOKENIZER}")'
    )
    connection.execute("INSERT INTO words (rowid, text) VALUES (1, ?)", [broken_up(text)])
    for word in text.replace('"', " ").replace("*", " ").split():
        for term in terms_of(word):
            for query in (term.query, *term.words):
                matched = connection.execute("SELECT rowid FROM words WHERE words MATCH ?", [query])
                assert matched.fetchall() == [(1,)], word
    connection.close()


def test_a_page_has_the_language_that_the_filter_found(explorer: Explorer) -> None:
    assert {entry.lang for entry in found(explorer, "tamarisk")} == {"eng_Latn"}
    (thai,) = found(explorer, "ทนลม")
    assert thai.lang == "tha_Thai"
    assert explorer.family([thai.doc_id]).members[thai.doc_id].fields["lang"] == "tha_Thai"


def test_lists_go_on_where_they_ended_over_all_batches(explorer: Explorer) -> None:
    assert isinstance(explorer.finder, Index)
    whole = explorer.finder.dropped("filtered", "", 50)
    start, parts = None, []
    while part := explorer.finder.dropped("filtered", "", 2, start):
        parts += part
        start = From(part[-1].batch, part[-1].place)
    assert parts == whole
    searched = found(explorer, "garden")
    assert len({entry.batch for entry in searched}) == 2
    pages = [explorer.finder.search("garden", 2, passed) for passed in range(0, 50, 2)]
    assert [entry for page in pages for entry in page] == searched


def test_the_best_documents_of_a_search_come_first(explorer: Explorer, monkeypatch) -> None:
    listed = [entry.title for entry in found(explorer, "garden")]
    assert listed[0] == "A garden by the sea"
    assert listed.index("Seen again") > listed.index("A garden by the sea")  # in the text alone
    monkeypatch.setattr(ranking, "RARE", 0)  # every word is frequent: the order of the line
    assert isinstance(explorer.finder, Index)
    unranked = explorer.finder.search("garden", 50)
    assert {entry.doc_id for entry in unranked} == {one.doc_id for one in found(explorer, "garden")}
    places = [(entry.batch, entry.place) for entry in unranked]
    assert places == sorted(places)


def test_drops_are_listed_with_value_and_limit_by_batch_or_over_all(explorer: Explorer) -> None:
    assert isinstance(explorer.finder, Index)
    dropped = explorer.finder.dropped("filtered", "gopher_min_words", 10)
    assert ("15", "at least 50") in [(entry.value, entry.limit) for entry in dropped]
    later = explorer.finder.dropped("filtered", "gopher_min_words", 10, batch="2026-01-02")
    assert later == []


def test_only_what_changed_is_made_again_and_what_is_gone_removed(site: Site) -> None:
    store, place = site.store, IndexFolder.of(site.store, site.home)
    assert refresh(Shelf(store), place).made == []
    for stage in build_line(site.profile)[:1]:  # the same rows once more, to the byte
        stage.run(StageRun(store, site.profile, "2026-01-02", stage.code_version))
    assert isinstance(Explorer.of(store, site.home).finder, Scan)
    assert refresh(Shelf(store), place).made == []
    assert isinstance(Explorer.of(store, site.home).finder, Index)

    first = store.open("raw_web", "2026-01-01").path
    Path(store.files.path("raw_web/2026-01-02.parquet")).write_bytes(Path(first).read_bytes())
    done = refresh(Shelf(store), place)
    assert (done.made, done.stayed) == (["2026-01-02"], 2)

    for path in Path(store.files.root).rglob("2026-01-02.*parquet"):
        path.unlink()
    done = refresh(Shelf(store), place)
    assert (done.made, done.removed) == ([], 1)


def test_a_takedown_leaves_nothing_in_the_index(site: Site) -> None:
    place = IndexFolder.of(site.store, site.home)
    index = Index(Shelf(site.store), place)
    assert index.search("tamarisk", 9)
    apply_takedowns(site.store, site.profile, [Entry("domain", "nobody.example")])
    assert not place.files.list(f"{place.folder}/batches")
    with pytest.raises(CorpusError, match="the index of batch 2026-01-01 was removed; run"):
        index.search("tamarisk", 9)


def test_an_index_file_that_is_torn_is_made_again(site: Site) -> None:
    place = IndexFolder.of(site.store, site.home)
    path = Path(place.files.path(place.batch("2026-01-01")))
    path.write_bytes(path.read_bytes()[:5000])
    assert isinstance(Explorer.of(site.store, site.home).finder, Scan)
    assert refresh(Shelf(site.store), place).made == ["2026-01-01"]


def test_nothing_is_left_of_an_index_that_cannot_be_finished(site: Site, monkeypatch) -> None:
    place = IndexFolder(Files(site.home.path), "other")

    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("synth_assets.explore.index.build._add_places", fail)
    with pytest.raises(OSError, match="no space left"):
        refresh(Shelf(site.store), place)
    assert not (site.home.path / "other" / "batches").exists()
    assert not list(place.files.scratch.iterdir())
