"""Paragraphs that an earlier page has are taken out, counted and kept aside."""

from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from synth_assets.cli.app import app
from synth_assets.corpus.document import Document
from synth_assets.corpus.store import Store
from synth_assets.dedup import stage
from synth_assets.dedup.paragraphs import Paragraphs
from synth_assets.dedup.repeats import Cut
from synth_assets.errors import CorpusError
from synth_assets.profile import Profile
from synth_assets.profile.dedup import Paragraphs as Settings
from synth_assets.quality.checks import load_checks, run_checks
from synth_assets.takedown.apply import apply_takedowns
from synth_assets.takedown.entries import Entry
from synth_assets.takedown.register import Register
from synth_assets.takedown.reinstate import reinstate
from synth_assets.takedown.rewriting import ids_to_go, rewrite
from synth_assets.text.columns import Texts
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.dedup.corpora import (
    child,
    deduplicate,
    essay,
    natural,
    only_faq,
    write_batch,
)

FIRST, SECOND, THIRD = "2026-01-01", "2026-01-02", "2026-01-03"
NOTICE = "We use cookies to measure how this site is used, and to remember what you chose."
LOUD = f"{NOTICE.upper().replace(',', ';')}"


@pytest.fixture
def cutting(profile: Profile) -> Profile:
    return only_faq(profile, paragraphs=Settings(min_chars=40))


def page(doc_id: str, *between: str) -> Document:
    """A page of its own paragraph, with others around it."""
    return natural(doc_id, "\n\n".join(["# Title", " ".join(essay(f"topic{doc_id}")), *between]))


PAGES = {
    FIRST: [page("a", NOTICE, "The end."), page("b", LOUD)],
    SECOND: [page("c", "Before.", NOTICE, "    indented"), natural("d", f"Menu\n\n{LOUD}")],
    THIRD: [page("e"), page("f", NOTICE, NOTICE)],
}


def judged(store: Store, make_run: MakeRun, profile: Profile, order: list[str]) -> None:
    for number, (key, pages) in enumerate(PAGES.items()):
        made = [child(f"{key} made", pages[0], pages[0].text + " " + " ".join(essay(key, 60)))]
        write_batch(store, key, pages, made, admission=number)
        stage.run_signatures(make_run(key, profile, store=store))
    for key in order:
        deduplicate(make_run, profile, key, store=store)


def texts(store: Store, key: str) -> dict[str, str]:
    """Kept texts by the id of the page that was judged."""
    rows = store.open("deduped", key).read(["doc_id", "parent_ids", "text", "kind"])
    return {
        row["parent_ids"][0] if row["kind"] == "natural" and row["parent_ids"] else row["doc_id"]: (
            row["text"]
        )
        for row in rows.iter_rows(named=True)
    }


@pytest.fixture
def done(store: Store, make_run: MakeRun, cutting: Profile) -> Store:
    judged(store, make_run, cutting, list(PAGES))
    return store


def test_the_first_page_keeps_its_paragraph_and_later_ones_lose_it(done: Store) -> None:
    own = {item.doc_id: item.text for pages in PAGES.values() for item in pages}
    first, second, third = (texts(done, key) for key in PAGES)
    assert first["a"] == own["a"]
    assert first["b"] == own["b"].removesuffix(LOUD).rstrip()
    assert second["c"] == own["c"].replace(NOTICE + "\n\n", "")
    assert third["f"] == own["e"].replace("topice", "topicf")
    assert f"{FIRST} made" in first, "what is made of a page has its paragraphs by design"
    assert NOTICE in first[f"{FIRST} made"]


def test_an_edited_page_is_a_child_and_stands_aside_as_it_was(done: Store) -> None:
    corpus = done.open("deduped", SECOND)
    (edited,) = pl.concat(corpus.sidecar_frames("edited")).iter_rows(named=True)
    row = corpus.read().row(by_predicate=pl.col("doc_id") == edited["doc_id"], named=True)
    assert row["parent_ids"] == ["c"]
    assert row["root_ids"] == ["c"]
    assert row["kind"] == "natural"
    assert row["n_chars"] == len(row["text"])
    assert edited["parent_id"] == "c"
    assert edited["text"] == PAGES[SECOND][0].text
    assert edited["taken"] == [{"text": NOTICE, "seen_in": "a", "seen_in_batch": FIRST}]


def test_a_page_without_a_paragraph_of_its_own_leaves_whole(done: Store) -> None:
    (row,) = done.open("deduped", SECOND).dropped().iter_rows(named=True)
    assert (row["doc_id"], row["drop_reason"]) == ("d", "repeated_paragraphs")
    assert (row["drop_value"], row["duplicate_of"]) == ("1 of 1", "a")
    assert row["text"] == PAGES[SECOND][1].text


def test_characters_tokens_and_checks_hold(done: Store) -> None:
    for key in PAGES:
        corpus = done.open("deduped", key)
        laws = {law.name: law for law in corpus.footer.laws}
        assert not corpus.footer.broken_laws
        assert laws["characters of edited documents"].right["paragraphs"] > 0
        checks = [check for check in load_checks() if check.concerns("deduped")]
        inputs = ["filtered", "rewritten/faq", "signatures"]
        failed = [
            item for item in run_checks(done, "deduped", key, inputs, checks) if not item.passed
        ]
        assert [item.check.name for item in failed if item.check.severity == "error"] == []


def test_the_order_of_the_runs_does_not_matter(
    done: Store, tmp_path: Path, make_run: MakeRun, cutting: Profile
) -> None:
    other = Store(tmp_path / "other")
    judged(other, make_run, cutting, list(reversed(PAGES)))
    for key in PAGES:
        assert done.open("deduped", key).data_version == other.open("deduped", key).data_version


def test_a_later_batch_is_judged_by_the_page_as_it_was(
    done: Store, make_run: MakeRun, cutting: Profile
) -> None:
    """The filter lost `c` since, and its edited text lacks what the copy has."""
    write_batch(done, SECOND, [], admission=1)
    key = "2026-01-04"
    copy = natural("g", PAGES[SECOND][0].text + "\n\nA little more.")
    write_batch(done, key, [copy], admission=9)
    deduplicate(make_run, cutting, key)
    (row,) = done.open("deduped", key).dropped().iter_rows(named=True)
    assert row["duplicate_of"] == "c"
    assert row["drop_limit"] == "jaccard < 0.8", "compared exactly, not estimated"


def test_a_takedown_takes_the_page_as_it_was_too(done: Store) -> None:
    register = Register([Entry("document", "c")], pl.Series("doc_id", [], dtype=pl.String))
    register.save(done.files)
    corpus = done.open("deduped", SECOND)
    footer = rewrite(done, corpus, ids_to_go(corpus, register), {})
    assert not footer.broken_laws
    assert "takedown" in footer.counts.dropped
    assert not pl.concat(done.open("deduped", SECOND).sidecar_frames("edited")).height


def test_duplicates_are_reinstated_beside_edited_pages(
    store: Store, make_run: MakeRun, cutting: Profile
) -> None:
    copy = natural("z", page("a", NOTICE).text)
    write_batch(store, FIRST, [page("a", NOTICE), page("b", NOTICE), copy], admission=0)
    deduplicate(make_run, cutting, FIRST)
    apply_takedowns(store, cutting, [Entry("document", "a")])
    assert reinstate(store, cutting) == {FIRST: 1}
    corpus = store.open("deduped", FIRST)
    assert texts(store, FIRST) == {"b": page("b").text, "z": copy.text}
    assert not corpus.footer.broken_laws
    assert pl.concat(corpus.sidecar_frames("edited"))["parent_id"].to_list() == ["b"]


def test_turning_it_on_names_the_way_out_for_what_was_judged_before(
    store: Store, make_run: MakeRun, profile: Profile, cutting: Profile
) -> None:
    write_batch(store, FIRST, [page("a")], admission=0)
    deduplicate(make_run, only_faq(profile), FIRST)
    write_batch(store, SECOND, [page("b")], admission=1)
    with pytest.raises(CorpusError, match=r"paragraphs = None.*batch republish 2026-01-01"):
        deduplicate(make_run, cutting, SECOND)


def test_paragraphs_of_plain_files(tmp_path: Path) -> None:
    def call(number: int, *options: str) -> dict[str, str]:
        pages = list(PAGES.values())[number]
        given, out = tmp_path / f"in{number}.parquet", tmp_path / f"out{number}.parquet"
        pl.DataFrame(
            {"doc_id": [item.doc_id for item in pages], "text": [item.text for item in pages]}
        ).write_parquet(given)
        bands = str(tmp_path / f"bands{number}")
        arguments = ["dedup", str(given), str(out), "--paragraphs", "40", "--bands", bands]
        done = CliRunner().invoke(app, [*arguments, *options])
        assert done.exit_code == 0, done.output
        return dict(pl.read_parquet(out, columns=["doc_id", "text"]).iter_rows())

    assert call(0)["b"].endswith(".")
    second = call(1, "--against", str(tmp_path / "bands0"))
    assert second == {"c": PAGES[SECOND][0].text.replace(NOTICE + "\n\n", "")}
    dropped = pl.read_parquet(tmp_path / "out1.dropped.parquet")
    assert dropped["drop_reason"].to_list() == ["repeated_paragraphs"]
    (edited,) = pl.read_parquet(tmp_path / "out1.edited.parquet").iter_rows(named=True)
    assert edited["text"] == PAGES[SECOND][0].text
    assert edited["taken"] == [{"text": NOTICE, "seen_in": "a"}]
    third = call(2, "--against", str(tmp_path / "bands0"), "--against", str(tmp_path / "bands1"))
    assert NOTICE not in third["f"]


def found(text: str, min_chars: int = 10) -> list[str]:
    paragraphs = Paragraphs.of(Texts.of(pa.array([text], pa.large_string())), min_chars)
    spans = zip(paragraphs.starts, paragraphs.ends, strict=True)
    return [text.encode()[start:end].decode() for start, end in spans]


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("first of lines\nsecond of lines\nthird", ["first of lines", "second of lines"]),
        ("two lines of\none paragraph\n \nanother one here", None),
        ("```\nsome code\n\nand more\n```\n\nshort", ["```\nsome code\n\nand more\n```"]),
        ("今日は天気がいいから散歩しましょう\n\nÉté", ["今日は天気がいいから散歩しましょう"]),
        ("", []),
        (" \n\n ", []),
    ],
)  # fmt: skip
def test_where_paragraphs_end(text: str, paragraphs: list[str] | None) -> None:
    expected = ["two lines of\none paragraph", "another one here"]
    assert found(text) == (expected if paragraphs is None else paragraphs)


@given(st.lists(st.text("aB \n`é", max_size=30), max_size=6).map("\n\n".join), st.data())
def test_what_is_taken_out_and_what_is_left_are_the_text(text: str, data: st.DataObject) -> None:
    paragraphs = Paragraphs.of(Texts.of(pa.array([text], pa.large_string())), 3)
    pairs = list(zip(paragraphs.starts.tolist(), paragraphs.ends.tolist(), strict=True))
    spans = [pair for pair in pairs if data.draw(st.booleans())]
    rest, taken, spaces = Cut(0, spans, [], False).pieces(text)
    assert len(rest) + sum(map(len, taken)) + spaces == len(text)
    left = [part for part in found(text, 3) if part not in taken]
    assert all(part in rest for part in left)
    assert np.all(np.diff([0, *(edge for pair in pairs for edge in pair)]) >= 0)
