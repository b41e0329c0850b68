"""The private Dagster API is as this project uses it; a new version must pass this first."""

import inspect
import re
from pathlib import Path

from synth_assets.executor import dagster_private

CHECKOUT = Path(__file__).parents[2]


def test_everything_named_exists() -> None:
    for name in dagster_private.__all__:
        assert getattr(dagster_private, name) is not None


def test_the_step_handler_asks_for_what_the_router_has() -> None:
    needed = {"name", "launch_step", "check_step_health", "terminate_step"}
    assert dagster_private.StepHandler.__abstractmethods__ == needed


def test_the_delegating_executor_takes_our_settings() -> None:
    parameters = inspect.signature(dagster_private.StepDelegatingExecutor.__init__).parameters
    needed = {"retries", "sleep_seconds", "check_step_health_interval_seconds", "max_concurrent"}
    assert needed <= parameters.keys()


def test_private_api_is_imported_in_one_file_and_the_preload_alone() -> None:
    package = CHECKOUT / "synth_assets"
    users = {
        path.name
        for path in package.glob("**/*.py")
        if re.search(r"dagster\._|from dagster_shared", path.read_text())
    }
    assert users <= {"dagster_private.py", "preload.py", "serve.py"}


def test_dagster_and_its_webserver_are_pinned_together() -> None:
    pins = dict(
        line.split("==")
        for line in (CHECKOUT / "deploy" / "constraints.txt").read_text().splitlines()
        if "==" in line
    )
    assert pins["dagster"] == pins["dagster-webserver"] == pins["dagster-graphql"]
    assert pins["torch"] == "2.13.0"
