"""One model's shape on one device, random weights: output tokens a second beside the roofline.

`python -m synth_assets.bench.gpu smollm2-1.7b --device cuda` needs torch, transformers and numpy,
and of this package what it imports here: it runs on a GPU machine that has nothing else.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import transformers

from synth_assets.bench.generate.models import build_model, build_tokenizer
from synth_assets.bench.generate.workload import Ask, steady_asks
from synth_assets.bench.roofline import Device, Load, Roofline, roofline, synchronise
from synth_assets.bench.shapes import SHAPES, find_shape
from synth_assets.errors import EngineError
from synth_assets.generation.protocol import EngineIdentity, Request, Result, Sampling

PROMPT_TOKENS = 700
ANSWER_TOKENS = 360
WARM_UP = 64
"""Requests before the clock starts: kernels are chosen, graphs and compiled code made."""

IDENTITY = EngineIdentity("transformers", "random", "bench", "bench")


@dataclass(frozen=True, slots=True)
class GpuReport:
    """What was run and how fast. `mean_rows` are the rows in the batch on average: the sum of all
    latencies over the wall time, all replicas together. `published`: see `shapes`."""

    shape: str
    parameters: int
    device: str
    dtype: str
    torch: str
    transformers: str
    requests: int
    failed: int
    prompt_tokens: int
    output_tokens: int
    batch_size: int | None
    replicas: int
    mean_rows: float
    wall_s: float
    output_tokens_per_s: float
    peak_memory_gb: float
    device_memory_gb: float
    bandwidth_gb_per_s: float
    tflops: float
    roofline: Roofline
    share_of_roofline: float
    published: float | None


def run(
    shape: str,
    *,
    device: str = "cuda",
    batch_size: int | None = None,
    replicas: int = 1,
    requests: int = 2048,
    prompt_tokens: int = PROMPT_TOKENS,
    answer_tokens: int = ANSWER_TOKENS,
) -> GpuReport:
    """Answer that many requests; `batch_size` None lets the engine choose by free memory,
    `replicas` batches run side by side.

    bfloat16 on CUDA, float32 elsewhere. Raises EngineError where the shape or the device is not
    there.
    """
    found = find_shape(shape)
    place = _device(device)
    dtype = torch.bfloat16 if place.type == "cuda" else torch.float32
    best = Device.measured(place, dtype)
    _forget_memory(place)
    model = build_model(found.config(), device=device, dtype=dtype)
    vocabulary = int(model.config.vocab_size)
    engine = _engine(model, build_tokenizer(vocabulary), batch_size, replicas)
    asks = steady_asks(
        requests, vocabulary=vocabulary, prompt_tokens=prompt_tokens, answer_tokens=answer_tokens
    )
    _answer(engine, asks[: min(WARM_UP, requests)], place)
    _forget_memory(place)
    results, wall_s = _answer(engine, asks, place)
    made = sum(result.completion_tokens for result in results)
    rows = max(1.0, sum(result.latency_s for result in results) / wall_s)
    bound = roofline(asks, Load.of(model), best, rows / replicas)
    return GpuReport(
        shape=shape,
        parameters=sum(weight.numel() for weight in model.parameters()),
        device=torch.cuda.get_device_name(place) if place.type == "cuda" else place.type,
        dtype=str(dtype).removeprefix("torch."),
        torch=torch.__version__,
        transformers=transformers.__version__,
        requests=requests,
        failed=sum(result.failed for result in results),
        prompt_tokens=sum(result.prompt_tokens for result in results),
        output_tokens=made,
        batch_size=batch_size,
        replicas=replicas,
        mean_rows=rows,
        wall_s=wall_s,
        output_tokens_per_s=made / wall_s,
        peak_memory_gb=_peak_bytes(place) / 1e9,
        device_memory_gb=_device_bytes(place) / 1e9,
        bandwidth_gb_per_s=best.bytes_per_s / 1e9,
        tflops=best.flops_per_s / 1e12,
        roofline=bound,
        share_of_roofline=made / wall_s / bound.tokens_per_s,
        published=found.published,
    )


def as_json(report: GpuReport) -> bytes:
    return json.dumps(asdict(report), indent=2).encode()


def _engine(model: Any, tokenizer: Any, batch_size: int | None, replicas: int) -> Any:
    from synth_assets.generation.engines.local.causal import CausalEngine

    return CausalEngine(model, tokenizer, IDENTITY, batch_size=batch_size, replicas=replicas)


def _answer(engine: Any, asks: Sequence[Ask], place: torch.device) -> tuple[list[Result], float]:
    requests = (
        Request(f"{number:032x}", ask.prompt, Sampling(max_new_tokens=ask.wanted), seed=0)
        for number, ask in enumerate(asks)
    )
    synchronise(place)
    begun = time.perf_counter()
    results = list(engine.generate(requests))
    synchronise(place)
    return results, time.perf_counter() - begun


def _device(name: str) -> torch.device:
    place = torch.device(name)
    if place.type == "cuda" and not torch.cuda.is_available():
        raise EngineError(f"device {name} is not there: no CUDA device answers")
    return place


def _forget_memory(place: torch.device) -> None:
    """Hand back what torch holds and does not use, and count the peak from here."""
    if place.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(place)


def _peak_bytes(place: torch.device) -> int:
    """Reserved on a GPU, fragments included; resident on a CPU."""
    if place.type == "cuda":
        return int(torch.cuda.max_memory_reserved(place))
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _device_bytes(place: torch.device) -> int:
    if place.type == "cuda":
        return int(torch.cuda.get_device_properties(place).total_memory)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; with --json also write it. A user's error is one sentence, exit code 2."""
    parser = argparse.ArgumentParser(prog="python -m synth_assets.bench.gpu", description=__doc__)
    parser.add_argument("shape", choices=sorted(SHAPES))
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--batch-size", type=int, help="chosen by memory if left out")
    parser.add_argument("--replicas", type=int, default=1, help="batches side by side")
    parser.add_argument("--requests", type=int, default=2048)
    parser.add_argument("--prompt-tokens", type=int, default=PROMPT_TOKENS, help="on average")
    parser.add_argument("--answer-tokens", type=int, default=ANSWER_TOKENS, help="on average")
    parser.add_argument("--json", type=Path, help="file for the report")
    options = vars(parser.parse_args(arguments))
    target = options.pop("json")
    try:
        report = as_json(run(options.pop("shape"), **options))
    except EngineError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    print(report.decode())
    if target:
        target.write_bytes(report + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
