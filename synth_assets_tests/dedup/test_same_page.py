"""A page whose personal data is masked, or not any more, is the page that was published."""

import pytest

from synth_assets.corpus.document import Document
from synth_assets.corpus.store import Store
from synth_assets.dedup import stage
from synth_assets.dedup.republish import judged_from
from synth_assets.filtering import stage as filter_stage
from synth_assets.ingest.plan import BatchManifest, all_manifests
from synth_assets.profile import Profile
from synth_assets.profile.pii import Pii
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.dedup.corpora import (
    MADE,
    child,
    deduplicate,
    essay,
    kept,
    natural,
    verdicts,
    write_batch,
    write_corpus,
)
from synth_assets_tests.filtering.pii.test_masking import CONTACT
from synth_assets_tests.filtering.raw import write_raw

FIRST, SECOND = "2026-01-01", "2026-01-02"
LATE, LATER = f"{SECOND}.late1", f"{SECOND}.late2"


def text(topic: str, mail: str = "anna@example.org", times: int = 1) -> str:
    return " ".join([*essay(topic), *(f"Mail {number} to {mail}." for number in range(times))])


def masked(page: Document, placeholder: str = "<EMAIL>") -> Document:
    hidden = page.text.replace("anna@example.org", placeholder)
    made = page.child(
        hidden, row_version=placeholder, generation_keys=[], root_ids=page.root_ids, kind="natural"
    )
    made.doc_id = f"{page.doc_id} {placeholder}"
    return made


# of b less is left after masking than any threshold asks for; c copies a page of the first batch
A, B = natural("a", text("river")), natural("b", "anna@example.org " * 9 + "is where I am")
C = natural("c", text("hill"))
PAGES = [A, B, C]


def refilter(store: Store, make_run: MakeRun, small: Profile, pages: list[Document]) -> None:
    write_corpus(store, "filtered", SECOND, pages, None)
    deduplicate(make_run, small, SECOND)


@pytest.fixture
def toggled(store: Store, small: Profile, make_run: MakeRun) -> list[str]:
    """Two batches were published raw, then masking was turned on; what the late batch said."""
    write_batch(store, FIRST, [natural("x", text("hill"))], admission=1)
    write_batch(store, SECOND, PAGES, admission=2)
    for key in (FIRST, SECOND):
        deduplicate(make_run, small, key)
    refilter(store, make_run, small, [masked(page) for page in PAGES])
    said: list[str] = []
    run = make_run(LATE, small, log=said.append)
    stage.run_signatures(run)
    assert not stage.run(run).broken_laws
    return said


def test_the_version_that_was_published_stays(store: Store, toggled: list[str]) -> None:
    assert kept(store.open("deduped", SECOND)) == ["a", "b"]
    late = store.open("deduped", LATE)
    assert kept(late) == []
    assert verdicts(late) == {
        "a <EMAIL>": ("same_page", "a", "a"),
        "b <EMAIL>": ("same_page", "b", "b"),
        "c <EMAIL>": ("near_duplicate", "x", "x"),
    }
    assert "2 pages of batch 2026-01-02 were published in another version" in toggled[-1]
    assert "synth-assets batch republish 2026-01-02" in toggled[-1]


def test_another_placeholder_or_none_is_the_same_page_too(
    store: Store, small: Profile, make_run: MakeRun, toggled: list[str]
) -> None:
    refilter(store, make_run, small, [masked(page, "[mail]") for page in PAGES])
    deduplicate(make_run, small, LATER)
    found = verdicts(store.open("deduped", LATER))
    assert found["a [mail]"] == ("same_page", "a", "a")
    assert found["b [mail]"] == ("same_page", "b", "b")
    refilter(store, make_run, small, PAGES)
    assert len(all_manifests(store)) == 4  # nothing new


def test_republishing_takes_the_masked_version(
    store: Store, small: Profile, make_run: MakeRun, toggled: list[str]
) -> None:
    for key in judged_from(store, SECOND):
        deduplicate(make_run, small, key, republish=True)
    pages = [name for key in (SECOND, LATE) for name in kept(store.open("deduped", key))]
    assert pages == ["a <EMAIL>", "b <EMAIL>"]
    refilter(store, make_run, small, PAGES)  # masking is turned off again
    deduplicate(make_run, small, LATER)
    found = verdicts(store.open("deduped", LATER))
    assert found["a"] == ("same_page", "a <EMAIL>", "a <EMAIL>")


def test_a_version_of_a_page_that_left_stands_for_what_stayed(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    """The mails alone made it a copy: without them it is near nothing."""
    mails = " ".join(f"anna@example.org {number} times" for number in range(30))
    pages = [natural("a", f"{mails} here"), natural("b", f"{mails} here now")]
    write_batch(store, SECOND, pages, admission=1)
    deduplicate(make_run, small, SECOND)
    assert verdicts(store.open("deduped", SECOND)) == {"b": ("near_duplicate", "a", "a")}
    hidden = masked(pages[1])
    hidden.text = text("coast")
    refilter(store, make_run, small, [pages[0], hidden])
    deduplicate(make_run, small, LATE)
    assert verdicts(store.open("deduped", LATE)) == {hidden.doc_id: ("same_page", "b", "a")}


def test_masking_turned_on_keeps_one_version_of_each_page(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    [contact] = write_raw(store, [CONTACT], batch=FIRST)
    store.files.write(f"batches/{FIRST}.json", BatchManifest(FIRST, 1, []).to_json())
    write_corpus(store, MADE, FIRST, [], "adds")
    kinds = dict.fromkeys(Pii.model_fields)
    filtering = small.filtering.model_copy(update={"pii": Pii.model_validate(kinds)})
    for profile in (small.model_copy(update={"filtering": filtering}), small):
        filter_stage.run(make_run(FIRST, profile))
        deduplicate(make_run, profile, FIRST)
    deduplicate(make_run, small, f"{FIRST}.late1")
    assert kept(store.open("deduped", FIRST)) == [contact]
    [found] = verdicts(store.open("deduped", f"{FIRST}.late1")).values()
    assert found == ("same_page", contact, contact)


def test_rewrites_of_a_version_that_leaves_are_judged_as_ever(
    store: Store, small: Profile, make_run: MakeRun
) -> None:
    write_batch(store, SECOND, [A], [child("old", A, text("coast"))], admission=1)
    deduplicate(make_run, small, SECOND)
    made = [child("near", masked(A), text("coast", times=2)), child("new", masked(A), text("moor"))]
    write_corpus(store, MADE, SECOND, made, "adds")
    refilter(store, make_run, small, [masked(A)])
    deduplicate(make_run, small, LATE)
    late = store.open("deduped", LATE)
    assert kept(late) == ["new"]
    assert verdicts(late)["near"] == ("too_close_to_family", "old", "old")
