"""Killed at any moment and run again: the files are those of a run that nothing disturbed."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from synth_assets.corpus.store import Store
from synth_assets.profile import Profile
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.dedup.corpora import deduplicate, essay, natural, only_faq, write_batch
from synth_assets_tests.dedup.test_stage import published

KEYS = ["2026-03-01", "2026-03-02"]

SCRIPT = """
import sys
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Store
from synth_assets.dedup import stage
from synth_assets.home import Home
from synth_assets.profile import load_profile
from synth_assets_tests.dedup.corpora import only_faq

profile = only_faq(load_profile(home=Home.find()))
print("begins", flush=True)
for key in sys.argv[2:]:
    run = StageRun(Store(sys.argv[1]), profile, key, "test")
    stage.run_signatures(run)
    stage.run(run)
"""


def fill(store: Store) -> None:
    chance = random.Random(5)
    for number, key in enumerate(KEYS):
        documents = []
        for at in range(1500):
            lines = essay(f"topic{chance.randrange(700)}", 60)
            cut = chance.choice([0, 0, 1, 3, 20])
            documents.append(natural(f"{key}.{at:04}", " ".join(lines[cut:])))
        write_batch(store, key, documents, admission=number)


@pytest.mark.drill
def test_killed_and_run_again(tmp_path: Path, profile: Profile, make_run: MakeRun) -> None:
    calm, disturbed = Store(tmp_path / "calm"), Store(tmp_path / "disturbed")
    for store in (calm, disturbed):
        fill(store)
    started = time.monotonic()
    for key in KEYS:
        deduplicate(lambda *given: make_run(*given, store=calm), only_faq(profile), key)
    takes = max(0.5, time.monotonic() - started)
    chance = random.Random(7)
    killed = sum(run_for(disturbed, chance.uniform(0.0, takes)) for _ in range(8))
    assert killed > 2
    assert run_for(disturbed, None) is False
    assert published(disturbed) == published(calm)


def run_for(store: Store, seconds: float | None) -> bool:
    """Run both batches, killed after some seconds of work; whether it came to that."""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, store.files.root, *KEYS],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"begins\n"
    try:
        assert process.wait(timeout=seconds) == 0
        return False
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
