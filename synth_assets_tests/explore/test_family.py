"""Families: what belongs to a document, and what became of each, with an index and without."""

from pathlib import Path

import fsspec
import pytest
from rich.console import Console

from synth_assets.corpus.store import Store
from synth_assets.errors import CorpusError, InputError
from synth_assets.explore.ask import Explorer
from synth_assets.explore.assemble import scores_of, text_of
from synth_assets.explore.family import Asked, Family, Member, Step
from synth_assets.explore.finder import Scan
from synth_assets.explore.index.look import Index
from synth_assets.explore.index.refresh import IndexFolder, refresh
from synth_assets.explore.tables import Shelf
from synth_assets.explore.terminal import family_tree, refused, sentence
from synth_assets.takedown.apply import apply_takedowns
from synth_assets.takedown.entries import Entry, page_of
from synth_assets_tests.explore.site import Site

SEA, SHORT = "https://garden.example/sea", "garden.example/short"


def family_at(explorer: Explorer, url: str) -> Family:
    return explorer.family(explorer.resolve(url))


def by_recipe(family: Family) -> dict[str, Member]:
    return {one.fields["recipe"] or "": one for one in family.members.values()}


def test_a_page_is_followed_to_its_masked_text_and_on_to_sequence_and_release(
    explorer: Explorer,
) -> None:
    first = explorer.resolve(SEA)[0]
    family = explorer.family([first])
    page = family.members[first]
    assert page.input_file is not None
    assert page.input_file.endswith("pages.jsonl.gz")
    assert scores_of(explorer.shelf, page)["gopher_words"] > 100
    (masked,) = family.children_of(page)
    assert masked.parent_ids == [first]
    assert "rosa@garden.example" in text_of(explorer.shelf, page)
    assert "rosa@garden.example" not in text_of(explorer.shelf, masked)
    assert [(step.corpus, step.outcome) for step in masked.steps if step.outcome == "kept"] == [
        ("filtered", "kept"),
        ("deduped", "kept"),
    ]
    (span,) = masked.spans
    sequence, behind = explorer.sequence(f"packed:{span.batch}:{span.row}")
    assert masked.doc_id in sequence.doc_ids
    assert {masked.doc_id, first} <= behind.members.keys()
    (held,) = masked.releases
    assert held.release.startswith("everything/")
    assert by_recipe(family)["faq"].parent_ids == [masked.doc_id]


def test_a_dropped_page_says_by_which_rule_value_and_limit(explorer: Explorer) -> None:
    (page,) = family_at(explorer, SHORT).pages
    assert page.end.corpus == "filtered"
    assert sentence(page.end) == "dropped: gopher_min_words, 15 (allowed: at least 50)"
    assert not page.spans


def test_a_page_crawled_twice_is_two_documents_of_which_one_stays(explorer: Explorer) -> None:
    first, second = explorer.resolve(SEA)
    families = [explorer.family([one]) for one in (first, second)]
    (kept,), (left,) = (one.children_of(one.pages[0]) for one in families)
    assert left.end.outcome == "dropped"
    assert left.end.duplicate_of == kept.doc_id
    assert left.doc_id in explorer.finder.followers([kept.doc_id], 10)


def test_a_parent_that_a_recipe_made_nothing_of_says_why(explorer: Explorer) -> None:
    assert isinstance(explorer.finder, Index)
    (entry,) = explorer.finder.search("onerror javascript", 9)
    (page,) = explorer.family([entry.doc_id]).pages
    asides = {step.corpus: sentence(step) for step in page.steps}
    assert asides["rewritten/faq"].startswith("dropped: no_structure, a FAQ needs 2 headed")


def test_reading_the_corpora_says_the_same_as_the_index(explorer: Explorer) -> None:
    scan = Explorer(explorer.shelf, Scan(explorer.shelf))
    for url in (SEA, SHORT):
        ids = explorer.resolve(url)
        assert scan.resolve(url) == ids
        assert scan.family(ids) == explorer.family(ids)
        assert scan.finder.followers(list(ids), 9) == explorer.finder.followers(list(ids), 9)


def test_after_a_takedown_the_address_and_the_release_say_so(site: Site) -> None:
    explorer = Explorer.of(site.store, site.home)
    page = explorer.resolve(SEA)[0]
    apply_takedowns(site.store, site.profile, [Entry("url", page_of(SEA))])
    explorer = Explorer.of(site.store, site.home)
    with pytest.raises(InputError, match="the takedown list names the address"):
        explorer.resolve(SEA)
    with pytest.raises(InputError) as other:
        explorer.resolve("https://garden.example/none")
    assert "takedown list" not in str(other.value)
    family = explorer.family([page])
    assert {held.withdrawn for one in family.members.values() for held in one.releases} == {True}
    shown = Console(width=500)
    with shown.capture() as printed:
        shown.print(family_tree(family))
    assert "withdrawn: it holds documents that were taken down" in printed.get()


def test_a_refusal_without_a_value_has_no_colon() -> None:
    bare = Asked("key", "rejected", "no_structure", None, None, None, 0, 0)
    step = Step("rewritten/faq", "2026-01-01", "dropped", "takedown", requests=[bare])
    assert refused(step) == ["rejected by no_structure"]


def test_what_is_unknown_is_one_sentence_with_what_was_searched(explorer: Explorer) -> None:
    with pytest.raises(InputError, match="document nobody is in no corpus under .* searched were"):
        explorer.family(["nobody"])
    with pytest.raises(InputError, match="page https://garden.example/none is in no corpus"):
        explorer.resolve("https://garden.example/none")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("packed", "names no sequence; allowed are packed:BATCH:ROW and RELEASE:SHARD:ROW"),
        ("packed:2026-01-01:x", "names no sequence"),
        ("packed:2025-01-01:0", "packed has no batch 2025-01-01; it has 2026-01-01, 2026-01-02"),
        ("packed:2026-01-01:99999", "sequences, the first being 0"),
        ("everything:77:0", "77 is no shard of release everything; allowed are parquet/"),
        ("nothing:0:0", "there is no release nothing"),
    ],
)
def test_a_sequence_that_is_not_there_is_one_sentence(
    explorer: Explorer, name: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        explorer.sequence(name)


def test_a_sequence_of_a_release_names_its_documents(explorer: Explorer) -> None:
    sequence, family = explorer.sequence("everything:00000:0")
    assert sequence.doc_ids
    for doc_id in sequence.doc_ids:
        pages = family.members[doc_id].fields["root_ids"]
        assert all(family.members[page].is_page for page in pages)


def test_corpora_that_changed_underneath_are_noticed(site: Site) -> None:
    store = site.store
    shelf = Shelf(store)
    index = Index(shelf, IndexFolder.of(store, site.home))
    stale = Explorer(shelf, index)
    ids = stale.resolve(SHORT)
    for path in Path(store.files.path("raw_web")).glob("*-01.parquet"):
        path.write_bytes((path.parent / "2026-01-02.parquet").read_bytes())
    with pytest.raises(CorpusError, match="the corpora changed since they were looked through"):
        stale.family(stale.resolve("https://garden.example/thai") or ids)


def test_a_store_behind_a_url_is_read_and_indexed_in_the_home(made: Site, home) -> None:
    memory = fsspec.filesystem("memory")
    memory.put(made.store.files.root, "/explored", recursive=True)
    memory.rm("/explored/explore", recursive=True)
    try:
        store = Store("memory://explored")
        place = IndexFolder.of(store, home)
        assert place.files.root == str(home.path)
        shelf = Shelf(store)
        assert refresh(shelf, place).made[:2] == ["2026-01-01", "2026-01-02"]
        assert refresh(shelf, place).made == []
        explorer = Explorer.of(store, home)
        assert isinstance(explorer.finder, Index)
        (page,) = family_at(explorer, SHORT).pages
        assert page.end.reason == "gopher_min_words"
        assert text_of(shelf, page).startswith("Too short")
    finally:
        memory.rm("/explored", recursive=True)
