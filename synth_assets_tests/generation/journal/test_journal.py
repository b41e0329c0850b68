"""What was finished is never lost and never asked for again."""

import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.corpus.files import Files
from synth_assets.corpus.store import Store
from synth_assets.errors import BudgetError
from synth_assets.generation.journal import Journal, mirror
from synth_assets.generation.journal.lines import read_lines, repair
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


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 7))
def test_a_turned_bit_costs_its_line_alone_and_gives_no_other_text(
    tmp_path_factory: pytest.TempPathFactory, at: int, bit: int
) -> None:
    files = Files(tmp_path_factory.mktemp("rot"))
    wanted = {result(number).key: result(number) for number in range(5)}
    with journal(files) as live:
        for item in wanted.values():
            live.append(item)
    data = bytearray(live.path.read_bytes())
    at %= len(data) - 1
    data[at] ^= 1 << bit
    live.path.write_bytes(data)
    log: list[str] = []
    with Journal(files, "rewritten/faq", "b1", log=log.append) as live:
        found = live.lookup(wanted)
        assert found == {key: wanted[key] for key in found}
        assert live.known(wanted) == set(found)
        n_lost = len(wanted) - len(found)
        assert 1 <= n_lost <= 2  # two where the turned bit was in a newline
        assert len(log) == 1 and "damaged" in log[0]
        for key in wanted.keys() - found.keys():
            live.append(wanted[key])
        manifest = live.compact()
        assert live.lookup(wanted) == wanted
        assert (manifest["lines"], manifest["damaged"] > 0) == (5, True)


def test_a_line_that_rots_while_the_journal_is_open_is_missing(files: Files) -> None:
    with journal(files) as live:
        live.append(result(1))
        data = bytearray(live.path.read_bytes())
        data[60] ^= 1
        live.path.write_bytes(data)
        assert live.lookup([result(1).key]) == {}
        assert live.known([result(1).key]) == set()
        live.append(result(1))
        assert live.lookup([result(1).key]) == {result(1).key: result(1)}


def test_lines_of_the_first_version_without_a_checksum_are_read(files: Files) -> None:
    with journal(files) as live:
        path = live.path
    path.write_bytes(orjson.dumps(asdict(result(1))) + b"\n")
    with journal(files) as live:
        assert live.lookup([result(1).key]) == {result(1).key: result(1)}


def test_a_success_is_found_before_a_failure_of_the_same_key(files: Files) -> None:
    key = result(1).key
    failures = [Result(key, None, "error", error_kind=kind) for kind in ("first", "second")]
    with journal(files) as live:
        for failure in failures:
            live.append(failure)
        assert live.lookup([key]) == {key: failures[1]}
        live.append(result(1))
        live.append(failures[0])
        assert live.lookup([key]) == {key: result(1)}


@pytest.mark.parametrize("finished", [True, False])
def test_failures_of_the_past_are_not_found_by_who_wants_them_again(
    files: Files, finished: bool
) -> None:
    failure = Result(result(1).key, None, "error", error_kind="refused")
    with journal(files) as live:
        live.append(failure)
        live.append(result(2))
        if finished:
            live.compact()
    keys = [result(1).key, result(2).key]
    with Journal(files, "rewritten/faq", "b1", retry_failed=True) as live:
        assert live.known(keys) == live.lookup(keys).keys() == {keys[1]}
        live.append(failure)
        assert live.known(keys) == live.lookup(keys).keys() == set(keys)
        live.append(result(1))
        assert live.lookup(keys)[keys[0]] == result(1)


def test_only_the_live_journal_is_of_this_batch(files: Files) -> None:
    with journal(files) as live:
        live.append(result(1))
        live.compact()
        live.append(result(2))
        assert live.of_this_batch([result(n).key for n in range(3)]) == {result(2).key}


WRITE = """
import sys
from synth_assets.corpus.files import Files
from synth_assets_tests.generation.journal.test_journal import journal, result
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
        path = live.path
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


class FlakyFiles(Files):
    """An object store that cannot be reached for a while."""

    down = True

    def write(self, name: str, data: bytes) -> None:
        if self.down:
            raise RuntimeError("no route to host")
        super().write(name, data)


def test_an_upload_that_fails_is_tried_again(home: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror, "UPLOAD_INTERVAL_S", 0.0)
    monkeypatch.setattr("synth_assets.generation.journal.journal.FSYNC_INTERVAL_S", 0.0)
    files, log = FlakyFiles("memory://flaky"), []
    with Journal(files, "rewritten/faq", "b1", log=log.append) as live:
        live.append(result(1))
        files.down = False
        live.append(result(2))
        assert live.lookup([result(1).key]) == {result(1).key: result(1)}
    assert len(log) == 1 and "no route to host" in log[0]
    lines = [files.read(name) for name in files.list(SEGMENTS)]
    assert b"".join(lines).count(b"\n") == 2


def test_a_store_that_is_down_at_the_end_hides_no_error(home: object) -> None:
    files, log = FlakyFiles("memory://down"), []
    with pytest.raises(BudgetError), Journal(files, "rewritten/faq", "b1", log=log.append) as live:
        live.append(result(1))
        raise BudgetError("it is spent")
    assert any("no route to host" in line for line in log)
    files.down = False
    with Journal(files, "rewritten/faq", "b1") as live:
        assert live.lookup([result(1).key]) == {result(1).key: result(1)}


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
