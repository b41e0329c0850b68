"""What is on the takedown list goes, with all that was made of it, and does not come back."""

from pathlib import Path

import polars as pl
import pytest

from synth_assets.corpus.store import Store
from synth_assets.errors import InputError
from synth_assets.generation.journal import Journal
from synth_assets.generation.journal.care import verify
from synth_assets.line import build_line
from synth_assets.profile import Profile
from synth_assets.takedown.apply import apply_takedowns, reports
from synth_assets.takedown.entries import Entry, read_list
from synth_assets.takedown.reinstate import reinstate
from synth_assets_tests.takedown.conftest import BATCHES, CORPUS, SECRET, everything, run_line


def test_a_domain_goes_with_all_that_was_made_of_its_pages(made: Store, rules: Profile) -> None:
    first, second = BATCHES
    assert SECRET in everything(made, first)
    before = made.open("deduped", first)
    versions = before.data_version, before.footer.counts.kept.documents
    untouched = made.open("deduped", second).data_version
    report = apply_takedowns(made, rules, [Entry("domain", "a.example")])
    assert SECRET not in everything(made, first)
    assert "a.example" not in everything(made, first)
    assert "bridge" in everything(made, first)
    deduped = made.open("deduped", first)
    assert deduped.data_version != versions[0]
    assert deduped.footer.counts.kept.documents < versions[1]
    taken = deduped.dropped().filter(pl.col("drop_reason") == "takedown")
    assert taken.height == report.files[f"deduped/{first}"]
    assert taken["text"].to_list() == [""] * taken.height
    for stage in build_line(rules):
        assert not made.open(stage.corpus, first, lawful=False).footer.broken_laws
    assert report.repacked == [first]
    assert report.generations["rewritten/faq"] > 0
    assert made.open("deduped", second).data_version == untouched  # its copy stays out
    assert report.duplicates > 0
    assert [item.number for item in reports(made)] == [1]


def test_a_second_application_changes_nothing(made: Store, rules: Profile) -> None:
    apply_takedowns(made, rules, [Entry("domain", "a.example")])
    version = made.open("deduped", BATCHES[0]).data_version
    again = apply_takedowns(made, rules, [])
    assert not again.files
    assert not again.repacked
    assert made.open("deduped", BATCHES[0]).data_version == version


def test_a_stage_that_runs_again_does_not_bring_it_back(made: Store, rules: Profile) -> None:
    apply_takedowns(made, rules, [Entry("url", "a.example/1")])
    run_line(made, rules, BATCHES[0])
    assert SECRET not in everything(made, BATCHES[0])
    raw = made.open("raw_web", BATCHES[0])
    assert raw.footer.counts.dropped["takedown"].documents == 1
    assert not raw.footer.broken_laws


def test_a_made_document_goes_alone(made: Store, rules: Profile) -> None:
    made_of = made.open("rewritten/faq", BATCHES[0]).read()
    row = made_of.filter(pl.col("text").str.contains("bridge")).to_dicts()[0]
    report = apply_takedowns(made, rules, [Entry("document", row["doc_id"])])
    assert report.documents == 1
    assert sorted(report.files) == [f"deduped/{BATCHES[0]}", f"rewritten/faq/{BATCHES[0]}"]
    kept = made.open("filtered", BATCHES[0]).read(["doc_id"])
    assert row["parent_ids"][0] in kept["doc_id"].to_list()


def keys_of(store: Store, batch: str, host: str) -> set[str]:
    """Keys of the requests for the pages of a host."""
    pages = store.open("filtered", batch).read(["doc_id", "url"])
    ids = pages.filter(pl.col("url").str.contains(host))["doc_id"]
    rows = pl.concat(store.open(CORPUS, batch).sidecar_frames("requests", ["doc_id", "key"]))
    return set(rows.filter(pl.col("doc_id").is_in(ids.implode()))["key"])


def test_the_journal_forgets_the_text_but_for_requests_of_pages_that_stay(
    made: Store, rules: Profile
) -> None:
    first, second = BATCHES
    alone, shared = keys_of(made, first, "a.example"), keys_of(made, first, "b.example")
    assert shared == keys_of(made, second, "d.example")
    report = apply_takedowns(
        made, rules, [Entry("domain", "a.example"), Entry("domain", "b.example")]
    )
    assert report.generations == {CORPUS: len(alone)}
    assert report.waiting == {}
    with Journal(made.files, CORPUS, "other") as journal:
        found = journal.lookup(alone | shared)
    assert {found[key].error_kind for key in alone} == {"takedown"}
    assert {found[key].text for key in alone} == {""}
    assert not any(found[key].failed for key in shared)
    assert verify(made.files) == []


def test_releases_that_held_it_are_marked(made: Store, rules: Profile) -> None:
    (row,) = made.open("filtered", BATCHES[0]).read().filter(
        pl.col("url").str.contains("b.example")
    ).to_dicts()  # fmt: skip
    folder = Path(made.files.root) / "releases" / "base" / "v1"
    other = folder.with_name("v2")
    for path, doc_id in ((folder, row["doc_id"]), (other, "someone else")):
        path.mkdir(parents=True)
        pl.DataFrame({"doc_id": [doc_id]}).write_parquet(path / "documents.parquet")
    report = apply_takedowns(made, rules, [Entry("url", "b.example/2")])
    assert report.releases == {"releases/base/v1": 1}
    assert (folder / "withdrawn.json").exists()
    assert not (other / "withdrawn.json").exists()


def test_a_list_says_what_is_wrong_with_a_line(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text(
        "# ours\nexample.org  # a domain\nhttps://www.Example.org/a/#top\n\n" + "a1" * 16 + "\n"
    )
    assert read_list(path) == [
        Entry("document", "a1" * 16),
        Entry("domain", "example.org"),
        Entry("url", "example.org/a"),
    ]
    path.write_text("example.org\nnot a domain\n")
    with pytest.raises(InputError, match="line 2: 'not a domain' is neither"):
        read_list(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_list(tmp_path / "none.txt")


def test_duplicates_come_back_only_when_they_are_reinstated(made: Store, rules: Profile) -> None:
    second = BATCHES[1]
    apply_takedowns(made, rules, [Entry("domain", "a.example")])
    before = made.open("deduped", second).footer
    back = reinstate(made, rules)
    assert back == {second: 1}  # the page; its FAQ stands for it
    deduped = made.open("deduped", second)
    urls = set(deduped.read(["url"])["url"])
    assert urls == {"https://c.example/3"}
    assert deduped.footer.counts.kept.documents == before.counts.kept.documents + 1
    assert not deduped.footer.broken_laws
    assert made.open("packed", second).footer.inputs["deduped"] == deduped.data_version
    clusters = pl.concat(deduped.sidecar_frames("clusters"))
    assert set(clusters.filter("kept")["doc_id"]) >= set(deduped.read(["doc_id"])["doc_id"])
    assert reinstate(made, rules) == {}
