"""Waiting for what other processes do."""

import time
from collections.abc import Callable
from typing import Any


def wait_for(get: Callable[[], Any], seconds: float, what: str, every_s: float = 0.05) -> Any:
    """The first true value; an assertion fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := get():
            return value
        time.sleep(every_s)
    raise AssertionError(f"{what} did not happen within {seconds} s")
