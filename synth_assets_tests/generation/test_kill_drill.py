"""Killed with SIGKILL at eight random points, resumed each time: nothing is done twice, nothing is
lost, and every file is that of a run which was never killed."""

import multiprocessing
import random
import signal
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Store
from synth_assets.generation.journal import Journal
from synth_assets.home import Home
from synth_assets.profile import Profile
from synth_assets_tests.corpora import BATCH, document, publish
from synth_assets_tests.generation.gated import CORPUS, LoggingEngine, generate, run_child

LINE = len("s \n") + 32
AT_ONCE = 8
DOCUMENTS = [document(number, f"text number {number % 290}") for number in range(300)]


def published(store: Store) -> dict[str, bytes]:
    """All files of the corpus and its sidecars."""
    root = Path(store.files.root)
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*.parquet")
        if not path.relative_to(root).parts[0].startswith((".", "journal"))
    }


def events(log: Path) -> list[tuple[str, str]]:
    lines = log.read_text().splitlines() if log.exists() else []
    return [(line[0], line[2:]) for line in lines]


def kill_after(child: BaseProcess, log: Path, n_events: int) -> None:
    deadline = time.monotonic() + 60
    while not log.exists() or log.stat().st_size < n_events * LINE:
        assert child.is_alive() and time.monotonic() < deadline
        time.sleep(0.001)
    child.kill()
    child.join()
    assert child.exitcode == -signal.SIGKILL


@pytest.mark.drill
def test_eight_kills_cost_nothing_and_change_nothing(
    store: Store, home: Home, profile: Profile, tmp_path: Path
) -> None:
    whole = Store(tmp_path / "whole")
    for each in (store, whole):
        publish(each, DOCUMENTS)
    unkilled = LoggingEngine(tmp_path / "unkilled.log")
    footer = generate(StageRun(whole, profile, BATCH, "1"), unkilled)
    total = len(events(unkilled.log))
    counts = footer.counts.other
    assert counts["gate_banned"] > 30 and counts["gate_finished"] > 30
    assert counts["error_operation"] > 5 and counts["parents_dropped"] > 5

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["synth_assets_tests.generation.gated"])
    log, arguments = tmp_path / "killed.log", (store.files.root, str(home.path))
    taken: set[str] = set()
    for point in sorted(random.Random(3).sample(range(total // 20, total * 17 // 20), 8)):
        child = context.Process(target=run_child, args=(*arguments, str(log)))
        known = len(events(log))
        child.start()
        kill_after(child, log, max(point, known + 1))
        new = events(log)[known:]
        assert not taken & {key for kind, key in new if kind == "s"}
        taken |= {key for kind, key in new if kind == "d"}
        assert not store.has(CORPUS, BATCH)
    with Journal(store.files, CORPUS, BATCH) as journal:
        assert journal.known(taken) == taken

    rest = LoggingEngine(log)
    generate(StageRun(store, profile, BATCH, "1"), rest)
    assert not taken & set(rest.sent)
    sent = [key for kind, key in events(log) if kind == "s"]
    assert set(sent) == set(unkilled.sent)
    assert len(sent) - len(set(sent)) <= 8 * AT_ONCE
    assert published(store) == published(whole)
    again = LoggingEngine(log)
    generate(StageRun(store, profile, BATCH, "1"), again)
    assert again.sent == []
