"""A finished journal gives a key's own text or none, and compaction is bounded and repeatable."""

import gc
import os
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.corpus.files import Files
from synth_assets.errors import CorpusError
from synth_assets.generation.journal import Journal
from synth_assets.generation.journal.archive import Archive
from synth_assets.generation.journal.compaction import ROWS_PER_GROUP
from synth_assets.generation.journal.finished import SCHEMA
from synth_assets.generation.protocol import Result
from synth_assets.hashing import digest
from synth_assets_tests.generation.journal.test_journal import journal, result

FOLDER = "journal/rewritten/faq"


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "root")


def finish(files: Files, numbers: range, batch: str = "b1") -> dict[str, int]:
    with journal(files, batch) as live:
        for number in numbers:
            live.append(result(number))
        return dict(live.compact())


def expected(numbers: range) -> dict[str, Result]:
    return {result(number).key: result(number) for number in numbers}


class DyingFiles(Files):
    """Files whose process is killed just before its n-th publication."""

    def __init__(self, root: str, publications: int) -> None:
        super().__init__(root)
        self._left = publications

    def publish(self, staged: Path, name: str) -> None:
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1
        super().publish(staged, name)


DIE = """
import sys
from synth_assets_tests.generation.journal.test_archive import DyingFiles, finish
finish(DyingFiles(sys.argv[1], int(sys.argv[2])), range(100, 200))
"""


def run_child(code: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("publications", range(3))
def test_kill_9_in_compaction_mixes_no_texts_and_doubles_no_lines(
    files: Files, publications: int
) -> None:
    finish(files, range(100))
    assert run_child(DIE, files.root, str(publications)).returncode == -signal.SIGKILL
    wanted = expected(range(200))
    with journal(files, "b2") as other:
        found = other.lookup(wanted)
    assert found.keys() >= expected(range(100)).keys()
    assert found == {key: wanted[key] for key in found}
    with journal(files) as again:
        assert again.lookup(wanted) == wanted
        manifest = again.compact()
        assert (manifest["lines"], manifest["keys"]) == (200, 200)
        assert again.lookup(wanted) == wanted
    assert len(files.list(FOLDER, ".index.npy")) == 1


def test_a_reader_whose_file_is_replaced_still_gets_the_right_texts(files: Files) -> None:
    finish(files, range(1000))
    reader = Archive(files, FOLDER)
    assert reader.lookup([digest("opens the file")]) == {}
    finish(files, range(1000, 3 * ROWS_PER_GROUP))
    assert reader.lookup(list(expected(range(1000)))) == expected(range(1000))
    reader = Archive(files, FOLDER)
    assert reader.lookup([digest("opens the new file")]) == {}
    files.remove(f"{FOLDER}/b1.parquet")
    finish(files, range(3 * ROWS_PER_GROUP, 500, -1))  # other rows in the places of the old
    wanted = expected(range(3 * ROWS_PER_GROUP))
    there = {key: one for key, one in wanted.items() if one.prompt_tokens > 500}
    assert reader.lookup(list(wanted)) == there


def test_a_success_counts_before_a_failure_in_whichever_batch_it_is(files: Files) -> None:
    key = result(1).key
    failure = Result(key, None, "error", error_kind="operation", error="first")
    later = Result(key, None, "error", error_kind="operation", error="second")

    def write(batch: str, *results: Result) -> dict[str, int]:
        with journal(files, batch) as live:
            for item in results:
                live.append(item)
            return dict(live.compact())

    def found() -> list[Result]:
        with journal(files, "b9") as live:
            assert live.known([key]) == {key}
            return list(live.lookup([key]).values())

    assert write("b2", failure, later)["failed"] == 1
    assert found() == [later]
    write("b3", result(1))
    write("b1", failure)
    assert found() == [result(1)]
    assert write("b2", result(1), Result(key, "another", "stop"))["failed"] == 0
    assert found() == [result(1)]


def test_a_parquet_that_is_torn_is_an_error_and_not_paid_for_again(files: Files) -> None:
    finish(files, range(10))
    path = Path(files.path(f"{FOLDER}/b1.parquet"))
    path.write_bytes(path.read_bytes()[:-100])
    with journal(files, "b2") as live, pytest.raises(CorpusError, match="cannot be read"):
        live.lookup([result(1).key])


def test_a_parquet_without_its_keys_file_is_read_by_its_own_keys(files: Files) -> None:
    finish(files, range(ROWS_PER_GROUP + 1))
    for name in files.list(FOLDER, ".npy"):
        files.remove(name)
    wanted = expected(range(ROWS_PER_GROUP + 1))
    assert Archive(files, FOLDER).lookup(list(wanted)) == wanted


Lines = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["a", "b", None])), max_size=12)


@settings(max_examples=40, deadline=None)
@given(first=Lines, second=Lines)
def test_a_merge_keeps_every_line_and_repeats_none_it_holds(
    tmp_path_factory: pytest.TempPathFactory, first: list, second: list
) -> None:
    files = Files(tmp_path_factory.mktemp("merge"))
    for part in (first, second):
        with journal(files) as live:
            for number, text in part:
                live.append(Result(result(number).key, text, "stop"))
            manifest = live.compact()
    new = [line for line in second if line not in first]
    table = pl.read_parquet(files.path(f"{FOLDER}/b1.parquet"))
    assert manifest["lines"] == table.height == len(first) + len(new)
    assert manifest["keys"] == len({number for number, _ in first + second})
    keys = {number: result(number).key for number in range(6)}
    held = sorted((keys[number], text or "") for number, text in first + new)
    assert sorted(table.select("key", pl.col("text").fill_null("")).rows()) == held
    assert table["key"].to_list()[: len(first)] == [keys[number] for number, _ in first]


def test_an_archive_keeps_a_few_row_groups_over_all_batches(files: Files) -> None:
    for batch in range(12):
        finish(files, range(batch * 10, batch * 10 + 10), f"b{batch:02d}")
    gc.collect()
    before = frames_alive()
    archive = Archive(files, FOLDER)
    assert archive.lookup(list(expected(range(120)))) == expected(range(120))
    gc.collect()
    assert frames_alive() - before <= 8


def frames_alive() -> int:
    frames = (item for item in gc.get_objects() if isinstance(item, pl.DataFrame))
    return sum(frame.columns == list(SCHEMA) for frame in frames)


def fill(live: Journal, lines: int) -> None:
    for number in range(lines):
        live.append(Result(result(number).key, f"{number} " + "x" * 4000, "stop"))


COMPACT = """
import resource, sys
from synth_assets.corpus.files import Files
from synth_assets_tests.generation.journal.test_archive import finish, fill
from synth_assets_tests.generation.journal.test_journal import journal
finish(Files(sys.argv[1]), range(10_000), "warm")
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
with journal(Files(sys.argv[1])) as live:
    fill(live, 30_000)
    before = peak()
    live.compact()
    print(peak() - before)
"""


def test_compaction_holds_a_small_part_of_the_journal_in_memory(files: Files) -> None:
    child = run_child(COMPACT, files.root)
    assert int(child.stdout) < 90, child.stderr  # of 120 MB
