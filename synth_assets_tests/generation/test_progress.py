"""The line in the log: rates since the line before, time left by the pace of the last minute."""

import time

import pytest

from synth_assets.generation.progress import Position, Progress, RunStats


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_rates_are_those_since_the_line_before(clock: list[float]) -> None:
    stats = RunStats()
    progress = Progress(stats)
    clock[0] += 10
    stats.sent, stats.completion_tokens = 50, 12_000
    assert progress.line(None, 3).startswith("50 generated (5.0 requests/s, 1,200 tokens/s)")
    clock[0] += 10
    stats.sent, stats.completion_tokens, stats.failed = 60, 13_000, 1
    line = progress.line(None, 3)
    assert line == "59 generated (1.0 requests/s, 100 tokens/s), 1 failed, 0 reused, 3 in flight"


def test_time_left_follows_the_pace_of_now_and_not_of_what_was_found(clock: list[float]) -> None:
    progress = Progress(RunStats())
    clock[0] += 10
    progress.line(Position(1, 8000, 10_000), 0)  # found in the journal within seconds
    line = ""
    for minute in range(12):
        clock[0] += 10
        line = progress.line(Position(1, 8010 + 10 * minute, 10_000), 0)
    assert "81.2% of 10,000 documents read, about 31 min left" in line


def test_a_later_pass_has_its_own_pace(clock: list[float]) -> None:
    progress = Progress(RunStats())
    clock[0] += 10
    progress.line(Position(1, 10_000, 10_000), 0)
    clock[0] += 10
    assert progress.line(Position(2, 100, 400), 5).endswith(
        "5 in flight; 25.0% of 400 documents read in pass 2"
    )
    clock[0] += 10
    assert progress.line(Position(2, 200, 400), 5).endswith("in pass 2, about 20 s left")


def test_nothing_is_said_of_time_where_nothing_moves(clock: list[float]) -> None:
    progress = Progress(RunStats())
    for _ in range(3):
        clock[0] += 40
        line = progress.line(Position(1, 10, 100), 5)
    assert line.endswith("10.0% of 100 documents read")
    clock[0] += 10
    assert progress.line(Position(1, 100, 100), 5).endswith("100.0% of 100 documents read")
