"""What slows the openai engine down: rates, pauses, and the headers that ask for them."""

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.generation.engines import open_engine
from synth_assets.generation.engines.openai.headers import exhausted_s, retry_after_s
from synth_assets.generation.engines.openai.pace import LONGEST_PAUSE_S, Pace
from synth_assets_tests.generation.engines.http_server import Server, answered
from synth_assets_tests.generation.engines.test_openai import ask, spec_for

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3),
        ("0.5", 0.5),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0),
        ("soon", None),
        ("-1", None),
        ("", None),
        ("Fri, 31 Dec 99999999999999999999 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after_s(httpx2.Headers({"Retry-After": value}), NOW) == seconds


def test_retry_after_in_milliseconds_goes_first() -> None:
    headers = httpx2.Headers({"retry-after-ms": "250", "retry-after": "1"})
    assert retry_after_s(headers, NOW) == 0.25


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [
        ("20ms", 0.02),
        ("1m30.5s", 90.5),
        ("1h2m", 3720),
        ("7", 7),
        (str(int(NOW.timestamp()) + 30), 30),
        (str(int(NOW.timestamp() * 1000) + 30_000), 30),
        (str((int(NOW.timestamp()) + 30) * 10**6), 30),
        (str((int(NOW.timestamp()) + 30) * 10**9), 30),
        ("9" * 400, None),
        ((NOW + timedelta(seconds=5)).isoformat(), 5),
        ("whenever", None),
    ],
)
@pytest.mark.parametrize("kind", ["", "-requests", "-tokens"])
def test_a_used_up_allowance_says_when_it_is_back(
    kind: str, reset: str, seconds: float | None
) -> None:
    used_up = {f"x-ratelimit-remaining{kind}": "0", f"x-ratelimit-reset{kind}": reset}
    left = used_up | {f"x-ratelimit-remaining{kind}": "1"}

    assert exhausted_s(httpx2.Headers(used_up), NOW) == pytest.approx(seconds)
    assert exhausted_s(httpx2.Headers(left), NOW) is None


def test_the_longest_of_two_allowances_counts() -> None:
    headers = httpx2.Headers(
        {
            "x-ratelimit-remaining-requests": "0",
            "x-ratelimit-reset-requests": "1s",
            "x-ratelimit-remaining-tokens": "0",
            "x-ratelimit-reset-tokens": "6s",
        }
    )
    assert exhausted_s(headers) == 6


@given(st.lists(st.floats(0, 5), min_size=1, max_size=60), st.integers(1, 600))
def test_no_more_than_the_rate_goes_in_any_span(steps: list[float], per_minute: int) -> None:
    clock = Clock()
    pace = Pace(10, requests_per_minute=per_minute, clock=clock)
    sent: list[float] = []
    for step in steps:
        clock.now += step
        while pace.wait_s(0) == 0 and len(sent) < 1000:
            pace.sent(1)
            sent.append(clock.now)
        clock.now += pace.wait_s(0)
    for first in range(len(sent)):
        within = [time for time in sent[first:] if time < sent[first] + 6]
        assert len(within) <= per_minute / 10 + 2


def test_tokens_are_paid_as_expected_and_then_as_counted() -> None:
    clock = Clock()
    pace = Pace(10, tokens_per_minute=600, clock=clock)
    pace.sent(100)
    assert pace.wait_s(0) == pytest.approx(10)
    pace.answered(expected=100, tokens=40)
    assert pace.wait_s(0) == pytest.approx(4)


def test_refusals_halve_the_window_once_a_pause_and_answers_widen_it() -> None:
    clock = Clock()
    pace = Pace(8, clock=clock)
    for _ in range(8):
        pace.refused(sent_at=99.9, asked_s=2.0)
    assert pace.window == 4
    assert 2 <= pace.wait_s(0) <= 2.2
    clock.now += 5
    pace.refused(sent_at=clock.now, asked_s=None)
    assert pace.window == 2
    for _ in range(20):
        pace.answered(0, 0)
    assert pace.window == 8
    assert pace.wait_s(8) == math.inf


def test_pauses_without_a_time_double_up_to_a_bound() -> None:
    clock = Clock()
    pace = Pace(1, clock=clock)
    waits = []
    for _ in range(12):
        pace.refused(sent_at=clock.now, asked_s=None)
        waits.append(pace.wait_s(0))
        clock.now += waits[-1]
    assert 0.5 <= waits[0] <= 1.1
    assert 30 <= waits[-1] <= LONGEST_PAUSE_S + 1


def test_the_profiles_rate_is_kept_to() -> None:
    with Server(lambda _: answered("text")).running() as server:
        ask(open_engine(spec_for(server, requests_per_minute=600)), *"abcdefgh")
        times = [seen.at for seen in server.seen]

    assert times[-1] - times[0] >= 0.65  # seven gaps of 0.1 s
