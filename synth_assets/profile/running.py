"""The profile's sections `executor` and `schedule`: how and when stages run."""

import re
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, PositiveInt

from synth_assets.profile.section import Section

CRON = re.compile(r"([\d*/,A-Za-z-]+\s+){4}[\d*/,A-Za-z-]+")


class ExecutorProfile(Section):
    """How many CPU steps run at once, and when an idle GPU lane lets go of its model and ends."""

    max_cpu_steps: PositiveInt
    lane_idle_s: PositiveInt


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("it must be an IANA time zone such as Europe/Madrid") from error
    return value


def _cron(value: str) -> str:
    if not CRON.fullmatch(value.strip()):
        raise ValueError("it must be five cron fields such as '0 2 * * *'")
    return value


class ScheduleProfile(Section):
    """The nightly refresh: when, and the folder whose new files it plans into batches."""

    cron: Annotated[str, AfterValidator(_cron)]
    timezone: Annotated[str, AfterValidator(_known_zone)]
    inbox: str
