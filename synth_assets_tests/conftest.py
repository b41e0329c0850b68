"""What the whole suite shares: the default profile, a store, optional real data."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Store
from synth_assets.home import Home
from synth_assets.profile import Profile, load_profile

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as in the GPU lane

# The same examples every time, so that a change is judged and not its luck; new and more of them
# are drawn by `./deploy/test.sh --all`.
settings.register_profile("fixed", derandomize=True, max_examples=40)
settings.register_profile("drawn", derandomize=False, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))

CHECKOUT = Path(__file__).resolve().parents[1]
FALLBACK_DATA = CHECKOUT.parent / "shared" / "data"

MakeRun = Callable[..., StageRun]

END_TO_END = "synth_assets_tests/end_to_end/"


class ByFile(LoadFileScheduling):
    """Tests of a file on one worker, and those of servers, runs and browsers all on one: two at a
    time would wait for each other's processes."""

    def _split_scope(self, nodeid: str) -> str:
        return END_TO_END if nodeid.startswith(END_TO_END) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; the other workers have the rest meanwhile."""
    items.sort(key=lambda item: not item.nodeid.startswith(END_TO_END))


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The optional folder of real data; tests that need it are skipped where there is none."""
    folder = Path(os.environ.get("SYNTH_ASSETS_DATA", FALLBACK_DATA))
    if not folder.is_dir():
        pytest.skip(f"no real data: set SYNTH_ASSETS_DATA ({folder} does not exist)")
    return folder


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk() -> Iterator[None]:
    """What fsync guards against, a loss of power, no test can make."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A home of its own for every test; nothing of the user's settings leaks in."""
    for name in list(os.environ):
        if name.startswith("SYNTH_ASSETS_") and name != "SYNTH_ASSETS_DATA":
            monkeypatch.delenv(name)
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("SYNTH_ASSETS_HOME", str(tmp_path / "home"))
    return Home.find()


@pytest.fixture
def profile(home: Home) -> Profile:
    return load_profile(home=home)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "corpora")


@pytest.fixture
def make_run(store: Store, profile: Profile) -> MakeRun:
    """A StageRun of a batch under the default profile, or another."""

    def make(batch: str = "2026-01-01", profile: Profile = profile, **changes: object) -> StageRun:
        settings = {"store": store, "profile": profile, "batch": batch, "code_version": "test"}
        return StageRun(**(settings | changes))  # type: ignore[arg-type]

    return make
