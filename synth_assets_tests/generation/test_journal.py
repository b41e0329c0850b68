"""What was finished is never lost and never asked for again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.corpus.files import Files
from synth_assets.corpus.store import Store
from synth_assets.generation.journal import Journal, read_lines, repair
from synth_assets.generation.protocol import Result
from synth_assets.hashing import digest
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import BATCH, document, publish
from synth_assets_tests.engines import ScriptedEngine, upper
from synth_assets_tests.generation.test_stage import generate as shout


def result(number: int) -> Result:
    return Result(digest(str(number)), f"text {number} ñ\n", "stop", number, number + 1, 0.5, 1)


def journal(files: Files, batch: str = "b1") -> Journal:
    return Journal(files, "rewritten/faq", batch)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "root")


def test_results_are_found_while_live_and_after_compaction(files: Files) -> None:
    results = [result(number) for number in range(100)]
    with journal(files) as live:
        for item in results:
            live.append(item)
        keys = [item.key for item in results]
        assert live.lookup(keys) == {item.key: item for item in results}
        manifest = live.compact()
        assert (manifest["lines"], manifest["keys"]) == (100, 100)
        assert live.lookup(keys) == {item.key: item for item in results}
        assert live.lookup([digest("unknown")]) == {}


def test_another_batch_finds_what_a_finished_one_paid_for(files: Files) -> None:
    with journal(files, "b1") as live:
        live.append(result(1))
        live.compact()
    with journal(files, "b2") as live:
        assert live.lookup([result(1).key]) == {result(1).key: result(1)}


def test_compacting_again_keeps_the_earlier_lines(files: Files) -> None:
    for number in (1, 2):
        with journal(files) as live:
            live.append(result(number))
            assert live.compact()["lines"] == number


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 400))
def test_a_torn_tail_costs_the_torn_line_alone(tmp_path_factory: object, cut: int) -> None:
    folder = tmp_path_factory.mktemp("torn")  # type: ignore[attr-defined]
    files = Files(folder)
    with journal(files) as live:
        for number in range(3):
            live.append(result(number))
    path = folder / "journal/rewritten/faq/b1.jsonl"
    data = path.read_bytes()
    kept = data[: max(0, len(data) - cut)]
    path.write_bytes(kept)
    repair(path)
    assert len(list(read_lines(path))) == kept.count(b"\n")
    with journal(files) as live:
        live.append(result(9))
    assert len(list(read_lines(path))) == kept.count(b"\n") + 1


WRITE = """
import sys
from synth_assets.corpus.files import Files
from synth_assets_tests.generation.test_journal import journal, result
with journal(Files(sys.argv[1])) as live:
    for number in range(1_000_000):
        live.append(result(number))
        print(number, flush=True)
"""


def test_kill_9_loses_no_finished_result(files: Files) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITE, files.root],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(2000)][-1]
    writer.send_signal(signal.SIGKILL)
    acknowledged = max([acknowledged, *map(int, writer.stdout.read().splitlines()[:-1])])
    writer.wait()
    with journal(files) as live:
        keys = [result(number).key for number in range(acknowledged + 1)]
        assert len(live.lookup(keys)) == acknowledged + 1


def test_a_live_journal_on_a_url_is_taken_up_on_another_machine(
    home: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    files = Files("memory://journals")
    with journal(files) as live:
        live.append(result(1))
    monkeypatch.setenv("SYNTH_ASSETS_HOME", str(tmp_path / "another machine"))
    with journal(files) as live:
        assert live.lookup([result(1).key]) == {result(1).key: result(1)}
        live.compact()
        assert files.list("journal/rewritten/faq/b1.live") == []


def lose(files: Files, path: Path, number: int) -> None:
    """What kill -9 leaves: a line in the machine's own file that was never uploaded."""
    with journal(files) as live:
        live.append(result(number))
        data = path.read_bytes()
        segments = set(files.list(SEGMENTS))
    for name in set(files.list(SEGMENTS)) - segments:
        files.remove(name)
    assert path.read_bytes() == data


SEGMENTS = "journal/rewritten/faq/b1.live"


def test_machines_that_take_turns_on_a_url_lose_none_of_each_others_results(
    home: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    files = Files("memory://turns")

    def on(machine: str) -> None:
        monkeypatch.setenv("SYNTH_ASSETS_HOME", str(tmp_path / machine))

    def known() -> set[int]:
        with journal(files) as live:
            return {n for n in range(9) if result(n).key in live.lookup([result(n).key])}

    on("first")
    with journal(files) as live:
        live.append(result(1))
        path = live._path
    lose(files, path, 2)
    on("second")
    with journal(files) as live:
        live.append(result(3))
    on("first")
    assert known() == {1, 2, 3}
    on("third")
    assert known() == {1, 2, 3}
    with journal(files) as live:
        manifest = live.compact()
    assert (manifest["lines"], manifest["keys"]) == (3, 3)
    assert files.list(SEGMENTS) == []


class Died(BaseException):
    pass


class NoCompaction(Files):
    """Files on which a process dies as soon as it publishes anything of a journal."""

    def publish(self, staged: Path, name: str) -> None:
        if name.startswith("journal/"):
            raise Died
        super().publish(staged, name)


def test_a_compaction_that_dies_costs_neither_the_corpus_nor_a_result(
    make_run: MakeRun, store: Store
) -> None:
    publish(store, [document(0, "one apple")])
    run = make_run(BATCH)
    engine = ScriptedEngine(upper)
    store.files = NoCompaction(store.files.root)
    with pytest.raises(Died):
        shout(run, engine)
    assert store.open("rewritten/shout", BATCH).read().height == 1
    store.files = Files(store.files.root)
    again = ScriptedEngine(upper)
    shout(run, again)
    assert (len(engine.sent), again.sent) == (2, [])
