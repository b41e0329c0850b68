"""Care for journals: what is counted, what is found to be wrong, what is removed."""

import os
import time
from pathlib import Path

import polars as pl
import pytest

from synth_assets.corpus.files import Files
from synth_assets.corpus.store import Store
from synth_assets.generation.journal import Journal
from synth_assets.generation.journal.care import collect_garbage, stats, verify
from synth_assets.generation.protocol import Result
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import BATCH, document, publish
from synth_assets_tests.generation.gated import CORPUS, LoggingEngine, generate
from synth_assets_tests.generation.journal.test_journal import journal, result

FOLDER = "journal/rewritten/faq"


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "root")


def fill(files: Files, batch: str = "b1", numbers: range = range(50), compact: bool = True) -> None:
    with journal(files, batch) as live:
        for number in numbers:
            live.append(result(number))
        live.append(result(numbers[0]))
        live.append(Result("0" * 32, None, "error", error_kind="refused"))
        if compact:
            live.compact()


def test_stats_count_finished_and_live_journals_of_every_batch(files: Files) -> None:
    assert stats(files) == []
    fill(files, "2026-01-01.001")
    fill(files, "2026-01-01", range(10), compact=False)
    live, finished = stats(files)
    assert (finished.corpus, finished.batch) == ("rewritten/faq", "2026-01-01.001")
    assert (finished.lines, finished.keys, finished.failed, finished.repeated) == (52, 51, 1, 1)
    assert finished.prompt_tokens == sum(range(50)) and finished.bytes > 0
    assert (live.lines, live.live_lines, live.live_damaged) == (0, 12, 0)


def test_journals_under_a_url_are_counted_too(home: object) -> None:
    files = Files("memory://care")
    fill(files, "b1")
    fill(files, "b2", compact=False)
    assert [(item.batch, item.lines, item.live_lines) for item in stats(files)] == [
        ("b1", 52, 0),
        ("b2", 0, 52),
    ]
    assert verify(files) == []


def test_whole_journals_have_nothing_wrong(files: Files) -> None:
    fill(files)
    fill(files, "b2", compact=False)
    assert verify(files) == []


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x10
    path.write_bytes(data)


def test_a_turned_bit_is_found_where_it_changes_a_row(files: Files) -> None:
    fill(files, numbers=range(300))
    path = Path(files.path(f"{FOLDER}/b1.parquet"))
    whole, rows = path.read_bytes(), pl.read_parquet(path)
    noticed = 0
    for at in range(4, len(whole), len(whole) // 60):
        flip(path, at)
        wrong = verify(files)
        noticed += bool(wrong)
        assert wrong or pl.read_parquet(path).equals(rows), at
        path.write_bytes(whole)
    assert noticed > 30
    assert verify(files) == []


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda folder: (folder / "b1.json").unlink(), "has no manifest"),
        (lambda folder: (folder / "b1.json").write_text('{"lines": 7}'), "its manifest says 7"),
        (lambda folder: next(folder.glob("b1.*.npy")).unlink(), "lacks its index"),
        (lambda folder: flip(next(folder.glob("b1.*.npy")), 400), "is not that of its journal"),
        (lambda folder: (folder / "b1.0123.index.npy").touch(), "belongs to no journal"),
        (lambda folder: flip(folder / "b2.jsonl", 3000), "1 lines are damaged"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(files: Files, damage, sentence: str) -> None:
    fill(files)
    fill(files, "b2", compact=False)
    damage(Path(files.path(FOLDER)))
    wrong = verify(files)
    assert wrong and all(sentence in item or "manifest says None" in item for item in wrong)


def generated(make_run: MakeRun, store: Store, tmp_path: Path, n: int) -> LoggingEngine:
    """The corpus of n documents; each call replaces the batch."""
    publish(store, [document(number, f"text {n} {number}") for number in range(n)])
    engine = LoggingEngine(tmp_path / "log")
    generate(make_run(BATCH), engine)
    return engine


def age(store: Store, days: float) -> None:
    path = store.files.path(f"journal/{CORPUS}/{BATCH}.parquet")
    then = time.time() - days * 86_400
    os.utime(path, (then, then))


def known(store: Store, keys: list[str]) -> set[str]:
    with Journal(store.files, CORPUS, "other") as live:
        found = live.known(keys)
        live.compact()
        return found


def test_only_old_generations_that_no_batch_names_are_removed(
    make_run: MakeRun, store: Store, tmp_path: Path
) -> None:
    old = generated(make_run, store, tmp_path, 40).sent
    new = generated(make_run, store, tmp_path, 30).sent
    assert collect_garbage(store.files, keep_days=1, dry_run=False).lines == 0
    age(store, 2)
    dry = collect_garbage(store.files, keep_days=1, dry_run=True)
    assert (dry.lines, len(dry.journals)) == (len(old), 1) and dry.bytes > 0
    assert known(store, old) == set(old)
    done = collect_garbage(store.files, keep_days=1, dry_run=False)
    assert (done.lines, done.kept_back) == (len(old), [])
    assert known(store, old) == set() and known(store, new) == set(new)
    assert verify(store.files) == []
    engine = LoggingEngine(tmp_path / "log")
    generate(make_run(BATCH), engine)
    assert engine.sent == []


def test_a_corpus_at_work_or_of_unknown_origin_is_left_alone(
    make_run: MakeRun, store: Store, tmp_path: Path
) -> None:
    old = generated(make_run, store, tmp_path, 40).sent
    generated(make_run, store, tmp_path, 30)
    age(store, 2)
    with store.files.lock(f"{CORPUS}/{BATCH}"):
        held = collect_garbage(store.files, keep_days=1, dry_run=False)
    publish(store, [document(1, "text")], corpus=CORPUS, batch="2026-01-09")
    unknown = collect_garbage(store.files, keep_days=1, dry_run=False)
    assert "being written" in held.kept_back[0]
    assert "without the sidecar requests" in unknown.kept_back[0]
    assert known(store, old) == set(old)


def test_a_journal_of_which_nothing_is_named_goes_whole(
    make_run: MakeRun, store: Store, tmp_path: Path
) -> None:
    generated(make_run, store, tmp_path, 20)
    age(store, 2)
    store.files.remove(f"{CORPUS}/{BATCH}.parquet")
    assert collect_garbage(store.files, keep_days=1, dry_run=False).lines > 0
    assert list(Path(store.files.path(f"journal/{CORPUS}")).iterdir()) == []
