"""The benchmark for a GPU machine, on this CPU and with a tiny shape."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from synth_assets.bench import gpu
from synth_assets.bench.generate.models import build_model, small_llama
from synth_assets.bench.generate.workload import Ask
from synth_assets.bench.roofline import Device, Load, roofline
from synth_assets.bench.shapes import SHAPES, find_shape
from synth_assets.cli.app import app
from synth_assets.errors import EngineError

SMALL = ["--device", "cpu", "--requests", "6", "--prompt-tokens", "12", "--answer-tokens", "6"]


def test_a_tiny_shape_on_the_cpu(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "report.json"
    assert gpu.main(["tiny", *SMALL, "--json", str(target)]) == 0
    report = json.loads(target.read_bytes())
    assert report == json.loads(capsys.readouterr().out)
    assert report["failed"] == 0
    assert report["output_tokens"] == pytest.approx(36, abs=4)
    assert report["output_tokens_per_s"] == pytest.approx(
        report["output_tokens"] / report["wall_s"]
    )
    assert 1 <= report["mean_rows"] <= 6
    assert 0 < report["share_of_roofline"] < 1
    assert report["peak_memory_gb"] > 0.05


ALONE = """
import importlib.abc, runpy, sys

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {names}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
sys.argv = ["gpu", *{arguments}]
runpy.run_module("synth_assets.bench.gpu", run_name="__main__")
"""


@pytest.mark.drill
def test_it_needs_torch_transformers_and_numpy_alone() -> None:
    names = {"pydantic", "orjson", "polars", "pyarrow", "duckdb", "dagster", "datasketch", "numba"}
    program = ALONE.format(names=names, arguments=["tiny", *SMALL])
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout)["failed"] == 0


def test_shapes_have_the_published_numbers_of_parameters() -> None:
    """1.7B and 0.6B, as their names say; counted without memory."""
    counts = {}
    for name in ("smollm2-1.7b", "qwen3-0.6b"):
        model = build_model(SHAPES[name].config(), device="meta", dtype=torch.bfloat16)
        counts[name] = sum(weight.numel() for weight in model.parameters())
    assert counts == {"smollm2-1.7b": 1_711_376_384, "qwen3-0.6b": 596_049_920}


def test_the_load_of_a_model_is_counted_from_its_weights() -> None:
    config = small_llama(quick=True)  # vocabulary 4096, hidden 64, inner 172, 2 layers, untied
    layers = 2 * (4 * 64 * 64 + 3 * 64 * 172 + 2 * 64) + 64
    load = Load.of(build_model(config))
    assert load.step_bytes == 4 * (layers + 4096 * 64)
    assert load.token_bytes == 2 * 2 * 64 * 4
    assert load.prompt_flops == 2 * layers
    assert load.token_flops == 2 * (layers + 4096 * 64)


def test_the_roofline_by_hand() -> None:
    device = Device(bytes_per_s=1000.0, flops_per_s=500.0)
    load = Load(step_bytes=100, token_bytes=2, prompt_flops=10, token_flops=20)
    bound = roofline([Ask("", 50, 4), Ask("", 100, 2)], load, device, rows=2.0)
    assert bound.prompts_s == pytest.approx(150 * 10 / 500)
    assert bound.weights_s == pytest.approx(3 * 100 / 1000)
    read = (50 + 51 + 52 + 53) + (100 + 101)
    assert bound.cache_s == pytest.approx(read * 2 / 1000)
    assert bound.arithmetic_s == pytest.approx(6 * 20 / 500)
    assert bound.tokens_per_s == pytest.approx(6 / (3 + 0.3 + read * 2 / 1000))
    slow = Device(bytes_per_s=1000.0, flops_per_s=100.0)
    bound = roofline([Ask("", 50, 4), Ask("", 100, 2)], load, slow, rows=2.0)
    assert bound.tokens_per_s == pytest.approx(6 / (15 + 6 * 20 / 100))


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(EngineError, match="no model shape gpt; there are smollm2-1.7b, qwen3"):
        find_shape("gpt")
    if not torch.cuda.is_available():
        with pytest.raises(EngineError, match="device cuda is not there"):
            gpu.run("tiny", device="cuda")
        assert gpu.main(["tiny"]) == 2


def test_the_command_runs_a_shape_too(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    options = ["tiny", "--device", "cpu", "--requests", "2", "--replicas", "2"]
    done = CliRunner().invoke(
        app, ["bench", "model-shape", *options, "--json", str(target)], catch_exceptions=False
    )
    assert (done.exit_code, done.output) == (0, "")
    report = json.loads(target.read_bytes())
    assert (report["shape"], report["requests"], report["replicas"]) == ("tiny", 2, 2)
    assert 1_200 <= report["prompt_tokens"] <= 1_600
