"""What the page of deduped says of duplicates."""

from synth_assets.corpus.store import Store
from synth_assets.dedup.stage import COLUMNS
from synth_assets.defs.metadata import describe
from synth_assets.profile import Profile
from synth_assets.report.duplicates import cluster_sizes, largest_clusters, shares
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.dedup.corpora import (
    child,
    deduplicate,
    essay,
    natural,
    only_faq,
    write_batch,
)

FIRST, SECOND = "2026-01-01", "2026-01-02"


def text(topic: str) -> str:
    return f"On {topic}\n" + " ".join(essay(topic))


def test_tables_add_up(store: Store, profile: Profile, make_run: MakeRun) -> None:
    small = only_faq(profile)
    parent = natural("a", text("river"))
    documents = [parent, *(natural(f"copy{number}", text("river")) for number in range(4))]
    documents += [natural("b", text("hill")), natural("c", text("hill"))]
    write_batch(store, FIRST, documents, [child("k", parent, text("coast"))], admission=1)
    write_batch(store, SECOND, [natural(f"d{n}", text("river")) for n in range(2)], admission=2)
    for batch in (FIRST, SECOND):
        deduplicate(make_run, small, batch)
    corpus = store.open("deduped", FIRST)
    for table in shares(corpus).values():
        assert table["kept"].sum() == corpus.footer.counts.kept.documents == 3
        assert table["dropped"].sum() == corpus.footer.counts.dropped_total.documents == 5
    assert shares(corpus)["recipe"]["dropped_percent"].to_list()[0] == 62.5
    assert cluster_sizes(corpus).rows() == [("2", 1, 2), ("4 to 7", 1, 5)]
    assert largest_clusters(corpus).rows() == [("a", 5, "On river"), ("b", 2, "On hill")]
    later = store.open("deduped", SECOND)
    assert largest_clusters(later).rows() == [("a", 3, "On river")]
    metadata = describe(store, corpus, COLUMNS, ())
    assert "On river" in metadata["largest_clusters"].md_str
    assert sum(len(str(getattr(item, "value", item))) for item in metadata.values()) < 60_000


def test_a_batch_without_duplicates_has_no_clusters(
    store: Store, profile: Profile, make_run: MakeRun
) -> None:
    write_batch(store, FIRST, [natural("a", text("river"))], admission=1)
    deduplicate(make_run, only_faq(profile), FIRST)
    corpus = store.open("deduped", FIRST)
    assert cluster_sizes(corpus).is_empty()
    assert largest_clusters(corpus).is_empty()
    assert "largest_clusters" not in describe(store, corpus, COLUMNS, ())
