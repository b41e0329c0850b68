"""Our transformers engines over the benchmark's models."""

from collections.abc import Sequence
from typing import Any

from synth_assets.bench.case import Done, Watch
from synth_assets.bench.generate.setting import BATCH_SIZE, Setting, build_setting
from synth_assets.bench.generate.workload import Ask, total_wanted
from synth_assets.generation.engines.local.causal import CausalEngine
from synth_assets.generation.engines.local.seq2seq import Seq2SeqEngine
from synth_assets.generation.protocol import Engine, EngineIdentity, Request, Sampling

IDENTITY = EngineIdentity("transformers", "random", "bench", "bench")


def run_engine(task: str, watch: Watch, *, quick: bool) -> Done:
    """Answer all asks through the bare engine."""
    setting = build_setting(task, quick=quick)
    engine = build_engine(setting)
    answer(engine, setting.warm_up)
    with watch:
        texts = answer(engine, setting.asks)
    return Done(total_wanted(setting.asks), outputs=texts)


def build_engine(setting: Setting) -> Engine:
    kind: Any = Seq2SeqEngine if setting.model.config.is_encoder_decoder else CausalEngine
    engine: Engine = kind(
        setting.model, setting.tokenizer, IDENTITY, batch_size=BATCH_SIZE, window=4096
    )
    return engine


def answer(engine: Engine, asks: Sequence[Ask]) -> list[str]:
    """Texts in the order of the asks. Raises RuntimeError where one is not as long as wanted."""
    requests = as_requests(asks)
    results = {result.key: result for result in engine.generate(requests)}
    for ask, request in zip(asks, requests, strict=True):
        made = results[request.key]
        if made.completion_tokens != ask.wanted:
            raise RuntimeError(f"{made.completion_tokens} tokens of {ask.wanted}: {made.error}")
    return [results[request.key].text or "" for request in requests]


def as_requests(asks: Sequence[Ask], *, first: int = 0) -> list[Request]:
    """Greedy requests, numbered from `first`, keyed as 128 bits in hexadecimal as real ones are."""
    return [
        Request(f"{number:032x}", ask.prompt, Sampling(max_new_tokens=ask.wanted), seed=0)
        for number, ask in enumerate(asks, first)
    ]
