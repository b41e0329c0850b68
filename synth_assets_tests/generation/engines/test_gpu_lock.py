import threading
import time
import uuid
from collections.abc import Iterator

import pytest
import torch

from synth_assets.generation.engines.gpu_lock import GpuLocks, gpus_of, lock_path, waited_s
from synth_assets.generation.spec import EngineSpec, RulesSpec, TransformersSpec, VllmSpec

HUB = {"model": "some/model"}
VLLM = VllmSpec.model_validate(HUB | {"kind": "vllm", "tensor_parallel_size": 2})


@pytest.fixture
def gpu() -> Iterator[str]:
    """A GPU that no other process knows."""
    name = f"test-{uuid.uuid4()}"
    yield name
    lock_path(name).unlink(missing_ok=True)


def test_a_second_lane_waits_until_the_first_lets_go_of_its_model(gpu: str, capsys) -> None:
    first, second, before = GpuLocks(), GpuLocks(), waited_s()
    first.hold([gpu])
    assert waited_s() == before
    waiting = threading.Thread(target=second.hold, args=([gpu],), daemon=True)
    waiting.start()
    waiting.join(1.0)
    assert waiting.is_alive()
    assert "another home's lane" in capsys.readouterr().out
    first.release()
    waiting.join(5.0)
    assert not waiting.is_alive()
    assert 0.9 < waited_s() - before < 6
    second.release()
    first.hold([gpu])  # free again
    first.release()


def test_lanes_of_two_gpus_do_not_meet(gpu: str) -> None:
    first, second = GpuLocks(), GpuLocks()
    begun = time.monotonic()
    first.hold([gpu])
    second.hold([f"{gpu}-b"])
    assert time.monotonic() - begun < 1
    first.release()
    second.release()
    lock_path(f"{gpu}-b").unlink()


def transformers_on(device: str) -> TransformersSpec:
    settings = {"kind": "transformers", "task": "causal", "device": device}
    return TransformersSpec.model_validate(HUB | settings)


@pytest.mark.parametrize(
    "spec, visible, gpus",
    [
        (transformers_on("auto"), None, ["0"]),
        (transformers_on("cuda:1"), None, ["1"]),
        (transformers_on("auto"), "3,GPU-5d3e", ["3"]),
        (transformers_on("cuda:1"), "3,GPU-5d3e", ["GPU-5d3e"]),
        (transformers_on("cpu"), None, []),
        (
            VllmSpec.model_validate(HUB | {"kind": "vllm", "tensor_parallel_size": 2}),
            "2,3",
            ["2", "3"],
        ),
        (RulesSpec(kind="rules"), None, []),
    ],
)
def test_a_model_is_known_by_the_gpus_it_lies_on(
    spec: EngineSpec, visible: str | None, gpus: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gpus_of(spec) == [] or torch.cuda.is_available()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert gpus_of(spec) == gpus
