"""What tests of the runner share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from synth_assets.corpus.files import Files
from synth_assets.generation import sending, watch
from synth_assets.generation.journal import Journal


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(Files(tmp_path), "rewritten/x", "b1") as live:
        yield live


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "BEAT_S", 0.02)
    monkeypatch.setattr(sending, "BACKOFF_S", 0.02)
