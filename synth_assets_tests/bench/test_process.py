"""A repeat in a process of its own, and the command that prints and writes what came of it."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from synth_assets.bench import process
from synth_assets.bench.machine import facts, memory_mb, peak_memory_mb
from synth_assets.cli.app import app
from synth_assets.errors import SynthAssetsError


def test_a_repeat_runs_in_a_process_of_its_own_with_few_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: dict[str, str] = {}
    run = process.subprocess.run

    def spy(*args: object, **settings: object) -> object:
        seen.update(settings["env"])  # type: ignore[call-overload]
        return run(*args, **settings)  # type: ignore[call-overload]

    monkeypatch.setattr(process.subprocess, "run", spy)
    heap = b"x" * 300_000_000  # this process's memory is none of the other's
    sample = process.measure("generate", "null/rate", quick=True, threads=1)
    assert sample.amount == 2_000
    assert 0 < sample.cpu_s < sample.wall_s * os.cpu_count() * 2
    assert 20 < sample.peak_mb < len(heap) / 1e6 < peak_memory_mb()
    assert {seen[name] for name in process.THREAD_SETTINGS} == {"1"}


def test_a_case_that_fails_says_why() -> None:
    with pytest.raises(SynthAssetsError, match=r"case no/such ended with code 1:[\s\S]*ValueError"):
        process.measure("generate", "no/such", quick=True, threads=1)


def test_the_command_prints_a_table_and_writes_json(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    options = ["--quick", "--repeats", "1", "--only", "null/memory", "--json", str(target)]
    done = CliRunner().invoke(app, ["bench", "generate", *options], catch_exceptions=False)
    assert done.exit_code == 0
    assert "null/memory" in done.output
    assert "nothing is judged" in done.output
    report = json.loads(target.read_bytes())
    assert set(report) == {"benchmark", "quick", "repeats", "threads", "machine", "cases"}
    assert report["machine"]["libraries"]["synth-assets"]
    (case,) = report["cases"]
    assert set(case) == {"name", "unit", "figures", "ratios", "verdicts"}
    figures = case["figures"]
    assert {"per_cpu_s", "per_wall_s", "cpu_s", "wall_s", "peak_mb"} < set(figures)
    assert {"rss_mb_at_300", "rss_mb_at_3000", "bytes_per_request"} < set(figures)
    assert set(figures["cpu_s"]) == {"median", "low", "high", "samples"}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["generate", "--json", "no/such/place.json"], "folder no/such does not exist"),
        (["model-shape", "gpt-9", "--device", "cpu"], "no model shape gpt-9; there are smollm2"),
    ],
)
def test_wrong_options_are_one_sentence(options: list[str], sentence: str) -> None:
    done = CliRunner().invoke(app, ["bench", *options])
    assert isinstance(done.exception, SynthAssetsError)
    assert sentence in str(done.exception)


def test_machine_facts_name_no_place() -> None:
    found = facts()
    assert found["cores"] == os.cpu_count()
    assert str(Path.home()) not in json.dumps(found)
    assert memory_mb() > 20
