"""What a server's headers say about when to come back, in seconds from now.

`Retry-After`: RFC 9110, section 10.2.3. `x-ratelimit-*`: OpenAI's rate limit guide; other servers
write the reset as seconds, as a time of day in ISO 8601, or as Unix time.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_UNIX = 1e9
"""A number above this is a point in time, not a duration."""


def retry_after_s(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds that the server asks to wait, or None; a date in the past is 0."""
    if _NUMBER.fullmatch(asked := headers.get("retry-after-ms", "").strip()):
        return float(asked) / 1000
    asked = headers.get("retry-after", "").strip()
    if _NUMBER.fullmatch(asked):
        return float(asked)
    try:
        date = parsedate_to_datetime(asked)
    except (ValueError, OverflowError):
        return None
    return _until(date, now)


def exhausted_s(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds until the allowance that is used up is there again, or None where some is left."""
    waits = [
        wait
        for kind in ("", "-requests", "-tokens")
        if _is_used_up(headers.get(f"x-ratelimit-remaining{kind}"))
        and (wait := _reset_s(headers.get(f"x-ratelimit-reset{kind}", "").strip(), now)) is not None
    ]
    return max(waits, default=None)


def _is_used_up(remaining: str | None) -> bool:
    try:
        return remaining is not None and float(remaining) <= 0
    except ValueError:
        return False


def _reset_s(value: str, now: datetime | None) -> float | None:
    if _NUMBER.fullmatch(value):
        number = float(value)
        if number < _UNIX:
            return number
        for unit in (1.0, 1e3, 1e6, 1e9):  # seconds, or thousandths of them, and so on
            if number / unit < 1000 * _UNIX:
                return _until(datetime.fromtimestamp(number / unit, UTC), now)
        return None
    if _DURATION.fullmatch(value):
        return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(value))
    try:
        return _until(datetime.fromisoformat(value), now)
    except ValueError:
        return None


def _until(date: datetime, now: datetime | None) -> float:
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, (date - (now or datetime.now(UTC))).total_seconds())
