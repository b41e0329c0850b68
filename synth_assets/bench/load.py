"""What the definitions cost a process that loads them: `dagster definitions validate` of this
project beside that of an empty one, each in a fresh process with a home of its own.

Both are loaded from byte code, as installed packages are: a first load, which makes it and asks
DuckDB's parser about the files of SQL, is not counted."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from synth_assets.bench.case import Case, Claim, Done, Watch
from synth_assets.errors import SynthAssetsError

AT_MOST_S = 1.0
"""CPU seconds over an empty project."""

TOOL = "dagster"
EMPTY = f"import {TOOL}\n\ndefs = {TOOL}.Definitions()\n"


def cases(*, quick: bool) -> Sequence[Case]:
    """One, small already: the two one after the other, so that a change of the machine's pace hits
    both."""
    del quick
    claim = Claim("over_empty_s", at_most=AT_MOST_S)
    return [Case("definitions validate", _measure, "loads", claims=(claim,), children=True)]


def _measure(watch: Watch) -> Done:
    took = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, validate in {"empty_s": _validate_empty, "own_s": _validate_own}.items():
            validate(Path(folder))
            one = Watch(children=True)
            with watch, one:
                validate(Path(folder))
            took[name] = one.cpu_s
    return Done(1, took | {"over_empty_s": took["own_s"] - took["empty_s"]})


def _validate_empty(folder: Path) -> None:
    module = folder / "empty_definitions.py"
    module.write_text(EMPTY)
    _validate(folder, "-f", str(module))


def _validate_own(folder: Path) -> None:
    _validate(folder, "-m", "synth_assets.definitions")


def _validate(folder: Path, *what: str) -> None:
    environment = os.environ | {"SYNTH_ASSETS_HOME": str(folder), "DAGSTER_HOME": str(folder)}
    environment["PYTHONPYCACHEPREFIX"] = str(folder / "byte_code")
    for name in ("SYNTH_ASSETS_PROFILE", "PYTHONDONTWRITEBYTECODE"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-m", TOOL, "definitions", "validate", *what],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SynthAssetsError(f"{TOOL} definitions validate failed: {done.stderr[-2000:]}")
