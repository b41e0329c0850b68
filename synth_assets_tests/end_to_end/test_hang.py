"""An engine that hangs: its process is ended, the run goes on in a new one, and says why."""

import os
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from synth_assets.home import Home
from synth_assets_tests.end_to_end.conftest import Site, write_pages
from synth_assets_tests.end_to_end.waiting import wait_for

pytestmark = [pytest.mark.end_to_end, pytest.mark.drill]

CORPUS = "translated/cat_Latn"
HANG_S = 8

PLUGIN = """
import importlib.abc, importlib.util, os, sys, time

NAME = "transformers.models.marian.modeling_marian"

class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name != NAME:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module
        def exec_module(module):
            load(module)
            forward = module.MarianDecoder.forward
            def blocking(self, *args, **kwargs):
                while os.path.exists(os.environ["HANG_FILE"]):
                    time.sleep(0.05)
                return forward(self, *args, **kwargs)
            module.MarianDecoder.forward = blocking
        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Finder())
"""
"""Loaded at the start of every process of the site: the model's decoder stands still for as long as
a file exists. The code under test is the real one."""


@pytest.fixture
def hang(tmp_path: Path) -> Path:
    """The file that makes the model hang while it exists."""
    return tmp_path / "hang"


@pytest.fixture
def hanging(site: Site, hang: Path, tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "plugin").mkdir()
    (tmp_path / "plugin" / "sitecustomize.py").write_text(PLUGIN)
    paths = [str(tmp_path / "plugin"), os.environ.get("PYTHONPATH", "")]
    home = tmp_path / "a_home"
    environment = {
        "SYNTH_ASSETS_HOME": str(home),
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "HANG_FILE": str(hang),
        "SYNTH_ASSETS__GENERATION__HANG_S": str(HANG_S),
    }
    made = replace(site, home=Home(home), environment=site.environment | environment)
    yield made
    for process in made.processes():
        process.kill()


def test_a_hung_engine_is_ended_and_its_step_tried_again(
    hanging: Site, hang: Path, tmp_path: Path
) -> None:
    data = write_pages(tmp_path / "data", 20)
    run = hanging.start("up", "--no-ui", "--data", str(data))
    wait_for(lambda: len(hanging.journal_keys(CORPUS)) > 20, 420, "translation")
    hang.touch()
    begun = time.monotonic()
    assert run.stdout is not None
    for line in run.stdout:
        if "retried" in line:
            break
    noticed_s = time.monotonic() - begun
    assert "no sign of life" in line, line
    stopped = hanging.journal_keys(CORPUS)
    hang.unlink()
    wait_for(lambda: len(hanging.journal_keys(CORPUS)) > len(stopped), 120, "resumption")
    print(f"noticed after {noticed_s:.1f} s, going on after {time.monotonic() - begun:.1f} s")
    assert noticed_s < HANG_S + 20
    output, _ = run.communicate(timeout=420)
    assert run.returncode == 0, output
    manifest = hanging.manifests()[CORPUS]
    assert manifest["lines"] == manifest["keys"] > len(stopped)


def test_an_engine_that_hangs_again_and_again_fails_its_step_with_that_sentence(
    hanging: Site, hang: Path, tmp_path: Path
) -> None:
    hang.touch()
    data = write_pages(tmp_path / "data", 5)
    outcome = hanging.run("up", "--no-ui", "--data", str(data), timeout=400)
    assert outcome.returncode == 2, outcome.stdout
    output = outcome.stdout.replace("__", "/").replace("\n", " ")
    assert output.count(f"{CORPUS}: retried") == 3
    assert re.search(rf"batch \S+ failed: {CORPUS}: .*no sign of life", output), output
