"""One lane, runs that want different models: never two of them in memory."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from synth_assets.executor.gpu_lane import GpuLane, ask, connect
from synth_assets.executor.lane_address import LaneAddress, code_identity
from synth_assets.executor.wire import LaneRequest
from synth_assets.home import Home
from synth_assets_tests.executor.test_lane import start, wait_for
from synth_assets_tests.generation.engines.models import make_llama, make_marian

SERVER = """
import gc, sys, weakref
from pathlib import Path
import transformers
from synth_assets.executor.lane_address import LaneAddress
from synth_assets.executor.lane_server import LaneServer
from synth_assets.generation import engines
from synth_assets.generation.protocol import Request, Sampling
from synth_assets.generation.spec import TransformersSpec

trace = open(Path(sys.argv[1]) / "trace", "a", buffering=1)
slot = engines.keep_warm()
open_engine = engines.open_engine

alive = weakref.WeakSet()
make = transformers.PreTrainedModel.__init__

def making(self, *args, **kwargs):
    make(self, *args, **kwargs)
    if isinstance(self, (transformers.LlamaForCausalLM, transformers.MarianMTModel)):
        alive.add(self)

transformers.PreTrainedModel.__init__ = making

def models():
    gc.collect()
    return len(alive)

def opening(spec):
    trace.write(f"open {Path(spec.model).name} beside {models()}\\n")
    return open_engine(spec)

engines.open_engine = opening

def execute(arguments):
    model, task = arguments.split("|")
    spec = TransformersSpec(kind="transformers", task=task, model=model, device="cpu")
    with engines.use_engine(spec) as engine:
        short = Sampling(max_new_tokens=3)
        requests = [Request(str(i), "open the file", short, i) for i in range(3)]
        made = sum(not result.failed for result in engine.generate(requests))
    trace.write(f"made {made} with {Path(model).name}, {len(alive)} in memory\\n")

LaneServer(
    LaneAddress(Path(sys.argv[1])),
    idle_s=float(sys.argv[2]),
    execute=execute,
    identity=sys.argv[3],
    on_end=lambda: (slot.close(), trace.write(f"end, {models()} in memory\\n")),
).serve()
"""
"""A lane whose steps generate with real engines, and write down which models are alive."""


@pytest.fixture
def lane_of_models(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    LaneAddress.of(home).folder.mkdir(parents=True)
    process = start(LaneAddress.of(home), SERVER, code_identity())
    yield process
    process.kill()
    process.wait()


def test_two_runs_at_once_never_hold_two_models(
    home: Home, lane_of_models: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    models = {"causal": make_llama(tmp_path / "llama"), "seq2seq": make_marian(tmp_path / "marian")}

    def run(task: str) -> None:
        """A run worker of its own, three steps one after the other."""
        lane = GpuLane(home)
        for number in range(3):
            lane.launch(f"step {number}", f"{models[task]}|{task}")
            ended = wait_for(lambda name=f"step {number}": lane.fault(name), 60)
            assert "without reporting its end" in ended

    runs = [threading.Thread(target=run, args=(task,)) for task in models]
    for thread in runs:
        thread.start()
    for thread in runs:
        thread.join(120)

    lines = (LaneAddress.of(home).folder / "trace").read_text().splitlines()
    opened = [line for line in lines if line.startswith("open")]
    made = [line for line in lines if line.startswith("made")]
    assert len(made) == 6
    assert {line.split()[1] for line in opened} == {"llama", "marian"}
    assert all(line.endswith("beside 0") for line in opened), lines
    assert all(line.startswith("made 3") for line in made), lines
    assert all(line.endswith("1 in memory") for line in made), lines


def test_an_idle_lane_lets_go_of_its_model_and_ends(home: Home, tmp_path: Path) -> None:
    address = LaneAddress(tmp_path / "lane")
    address.folder.mkdir()
    model = make_llama(tmp_path / "llama")
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(address.folder), "3", "now"])
    try:
        line = wait_for(lambda: connect(address), 60)
        assert ask(line, LaneRequest("step", "now", f"{model}|causal")) is not None
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
    lines = (address.folder / "trace").read_text().splitlines()
    assert lines[-2:] == ["made 3 with llama, 1 in memory", "end, 0 in memory"]
