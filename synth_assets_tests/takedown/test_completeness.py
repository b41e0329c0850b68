"""A takedown reaches what no profile makes, what no corpus names, and what is being made."""

import shutil
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from synth_assets.corpus.store import Corpus, Store
from synth_assets.defs.takedowns import record
from synth_assets.errors import TakenDownError
from synth_assets.generation.journal import Journal
from synth_assets.generation.journal.care import verify
from synth_assets.generation.protocol import Result
from synth_assets.hashing import digest
from synth_assets.line import build_line
from synth_assets.profile import Profile, load_profile
from synth_assets.takedown import apply
from synth_assets.takedown.apply import apply_takedowns
from synth_assets.takedown.entries import Entry
from synth_assets.takedown.unsettled import mark
from synth_assets_tests.takedown.conftest import BATCHES, CORPUS, SECRET, everything, run_line

FIRST = BATCHES[0]
LISTED = [Entry("domain", "a.example")]
UNNAMED = Result(digest("unnamed"), f"A text about {SECRET}", "stop")


@pytest.fixture
def narrower(tmp_path: Path) -> Profile:
    """Without the recipe that the batches were made with."""
    path = tmp_path / "narrower.yaml"
    off = "{tutorial: null, table: null, encyclopedic: null, faq: null, grammatical_errors: null}"
    path.write_text(
        f"rewriting: {{recipes: {off}}}\ntranslation: {{targets: {{cat_Latn: null}}}}\n"
    )
    return load_profile(path)


def test_what_the_profile_no_longer_makes_goes_too(made: Store, narrower: Profile) -> None:
    report = apply_takedowns(made, narrower, LISTED)
    assert SECRET not in everything(made, FIRST)
    assert report.files[f"{CORPUS}/{FIRST}"] > 0
    assert report.generations[CORPUS] > 0
    with dg.DagsterInstance.ephemeral() as instance:
        record(instance, made, narrower, report.changed)


def write_unnamed(store: Store, *, compact: bool) -> None:
    """What a preview, or a run with another prompt, leaves in the journal."""
    with Journal(store.files, CORPUS, FIRST) as journal:
        journal.append(UNNAMED)
        if compact:
            journal.compact()


def found(store: Store) -> Result:
    with Journal(store.files, CORPUS, "other") as journal:
        return journal.lookup([UNNAMED.key])[UNNAMED.key]


def test_a_live_journal_waits_until_its_batch_has_run(made: Store, rules: Profile) -> None:
    write_unnamed(made, compact=False)
    assert apply_takedowns(made, rules, LISTED).waiting == {CORPUS: 1}
    assert apply_takedowns(made, rules, []).waiting == {CORPUS: 1}
    run_line(made, rules, FIRST)
    assert (found(made).text, found(made).error_kind) == ("", "takedown")
    assert apply_takedowns(made, rules, []).waiting == {}
    assert verify(made.files) == []


def test_a_compaction_by_other_means_hides_nothing(made: Store, rules: Profile) -> None:
    write_unnamed(made, compact=False)
    apply_takedowns(made, rules, LISTED)
    with Journal(made.files, CORPUS, FIRST) as journal:
        journal.compact()
    again = apply_takedowns(made, rules, [])
    assert (again.generations, again.waiting) == ({CORPUS: 1}, {})
    assert found(made).text == ""


def test_a_finished_journal_forgets_what_no_batch_names(made: Store, rules: Profile) -> None:
    write_unnamed(made, compact=True)
    assert apply_takedowns(made, rules, LISTED).waiting == {}
    assert found(made).text == ""


def test_a_journal_of_a_batch_that_lost_nothing_is_left_alone(made: Store, rules: Profile) -> None:
    write_unnamed(made, compact=True)
    apply_takedowns(made, rules, [Entry("domain", "d.example")])  # of the other batch
    assert found(made).text == UNNAMED.text


def test_a_journal_at_work_waits_also_while_it_is_empty(made: Store, rules: Profile) -> None:
    with made.files.lock(f"{CORPUS}/new"), Journal(made.files, CORPUS, "new"):
        mark(made.files, CORPUS, "new")
        assert apply_takedowns(made, rules, LISTED).waiting == {CORPUS: 1}
    assert apply_takedowns(made, rules, []).waiting == {}


def write_again(store: Store, old: Corpus, during: list[Entry], profile: Profile) -> None:
    """The rows of a batch under a new name, with a takedown before they are published."""
    rows = old.read()
    with store.write(
        old.name, "new", schema=dict(rows.schema), code_version="1", inputs={}
    ) as writer:
        writer.keep(rows)
        apply_takedowns(store, profile, during)
        writer.commit()


def test_a_step_that_a_takedown_came_across_publishes_nothing(made: Store, rules: Profile) -> None:
    old = made.open("filtered", FIRST)
    with pytest.raises(TakenDownError, match="filtered, batch new: documents were taken down"):
        write_again(made, old, LISTED, rules)
    assert not made.has("filtered", "new")
    write_again(made, made.open("filtered", FIRST), [Entry("domain", "no.example")], rules)
    assert made.has("filtered", "new")


def test_a_sidecar_that_is_no_longer_made_goes_with_its_version(
    made: Store, rules: Profile
) -> None:
    rows = made.open(CORPUS, FIRST).read()
    for is_made in (True, False):
        with made.write(
            CORPUS, FIRST, schema=dict(rows.schema), code_version="1", inputs={}
        ) as writer:
            writer.keep(rows)
            if is_made:
                writer.sidecar("edited", {"doc_id": pl.String(), "text": pl.String()})
                writer.add("edited", rows.select("doc_id", "text"))
            writer.commit()
        assert len(made.files.list(f"edited/{CORPUS}")) == is_made
    apply_takedowns(made, rules, LISTED)
    assert SECRET not in everything(made, FIRST)


def test_what_is_published_while_a_takedown_runs_is_looked_at(
    made: Store, rules: Profile, tmp_path: Path
) -> None:
    root, before = Path(made.files.root), tmp_path / "before"
    folders = ("raw_web", "dropped/raw_web")
    for folder in folders:
        shutil.copytree(root / folder, before / folder)

    def publish(line: str) -> None:
        if line.startswith("deduped"):
            for folder in folders:
                shutil.copytree(before / folder, root / folder, dirs_exist_ok=True)

    apply_takedowns(made, rules, LISTED, publish)
    assert not any(SECRET in text for text in made.open("raw_web", FIRST).read()["text"])


def test_lineage_is_right_after_a_takedown_that_was_killed(
    made: Store, rules: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewrite = apply.rewrite

    def killed(store, corpus, gone, versions):
        if corpus.name == CORPUS:
            raise KeyboardInterrupt
        return rewrite(store, corpus, gone, versions)

    with monkeypatch.context() as patched:
        patched.setattr(apply, "rewrite", killed)
        with pytest.raises(KeyboardInterrupt):
            apply_takedowns(made, rules, LISTED)
    apply_takedowns(made, rules, [])
    for stage in build_line(rules):
        if stage.corpus not in ("signatures", "packed"):
            inputs = made.open(stage.corpus, FIRST).footer.inputs
            for name in set(stage.inputs) - {"signatures"}:
                assert inputs[name] == made.open(name, FIRST).data_version
