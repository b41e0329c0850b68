"""Batches chosen from memory, and what happens when it runs out."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import torch
import transformers
from transformers.cache_utils import DynamicCache

from synth_assets.generation.engines.local import memory
from synth_assets.generation.engines.local.memory import RowLimit, bytes_per_token, rows_that_fit
from synth_assets.generation.protocol import Request, Result, Sampling
from synth_assets_tests.generation.engines.conftest import Open
from synth_assets_tests.generation.engines.models import SENTENCES

GREEDY = Sampling(max_new_tokens=12)
WAYS = [("llama", 1), ("marian", 1), ("llama-penalty", 1), ("m2m100", 3)]


def requests(beams: int = 1) -> list[Request]:
    sampling = Sampling(max_new_tokens=12, num_beams=beams)
    return [
        Request(str(i), sentence, sampling, i, "eng_Latn", "cat_Latn")
        for i, sentence in enumerate(SENTENCES)
    ]


def texts(results: list[Result]) -> dict[str, str | None]:
    assert max(Counter(result.key for result in results).values()) == 1
    return {result.key: result.text for result in results}


class Memory:
    """A decoder that refuses batches above `rows`, from its `after`th pass on."""

    def __init__(self, engine: Any, rows: int, after: int = 0) -> None:
        self.rows, self.after = rows, after
        self.passes: list[int] = []
        # of what all ways of decoding call; only a model with an encoder reads sources with it too
        engine._model.get_decoder().embed_tokens.register_forward_pre_hook(self._pass)

    def _pass(self, module: Any, args: Any) -> None:
        ids = args[0]
        self.passes.append(len(ids))
        if len(self.passes) > self.after and len(ids) > self.rows:
            raise torch.OutOfMemoryError("no room\nfor more")


@pytest.mark.parametrize(("name", "beams"), WAYS)
@pytest.mark.parametrize("after", [0, 7])
def test_a_batch_too_big_is_halved_and_later_ones_stay_small(
    open_model: Open, name: str, beams: int, after: int
) -> None:
    engine = open_model(name, batch_size=16, replicas=1)
    expected = texts(list(engine.generate(requests(beams))))
    limited = Memory(engine, 5 * beams, after)

    assert texts(list(engine.generate(requests(beams)))) == expected
    refused = [place for place, rows in enumerate(limited.passes) if rows > 5 * beams][-1]
    assert max(limited.passes) == 16 * beams
    assert len(limited.passes) > refused + 5
    if name in ("llama", "marian"):
        assert sum(rows > 5 for rows in limited.passes[after:]) <= 2  # at 16 and at 8


def test_rows_go_on_where_they_were(open_model: Open) -> None:
    free, limited = (open_model("llama", batch_size=16, replicas=1) for _ in range(2))
    unlimited, troubled = Memory(free, 99), Memory(limited, 6, after=12)
    assert texts(list(limited.generate(requests()))) == texts(list(free.generate(requests())))

    # two refused passes, and every row in the model is read anew twice; no token is made again
    assert sum(troubled.passes) <= sum(unlimited.passes) + (16 + 8) + 2 * 16


def test_a_request_that_does_not_fit_alone_fails_alone(open_model: Open) -> None:
    for name, beams in WAYS:
        engine = open_model(name, batch_size=4, replicas=1)
        Memory(engine, 0)
        results = list(engine.generate(requests(beams)[:9]))

        assert {result.error_kind for result in results} == {"memory"}
        assert {result.error for result in results} == {"no room"}
        assert len(texts(results)) == 9


def test_the_next_call_begins_with_the_full_batch(open_model: Open) -> None:
    engine = open_model("llama", batch_size=16, replicas=1)
    limited = Memory(engine, 5)
    list(engine.generate(requests()))
    limited.rows = 99
    limited.passes.clear()
    list(engine.generate(requests()))

    assert max(limited.passes) == 16


def small(config: Callable[..., Any], **settings: Any) -> Any:
    return transformers.AutoModelForCausalLM.from_config(
        config(vocab_size=50, num_hidden_layers=3, **settings)
    )


@pytest.mark.parametrize(
    "model",
    [
        lambda: small(
            transformers.LlamaConfig,
            hidden_size=32,
            intermediate_size=48,
            num_attention_heads=4,
            num_key_value_heads=2,
        ),
        lambda: small(
            transformers.Qwen3Config,
            hidden_size=32,
            intermediate_size=48,
            num_attention_heads=4,
            num_key_value_heads=1,
            head_dim=16,
        ),
        lambda: small(transformers.GPT2Config, hidden_size=32, num_attention_heads=4),
    ],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_bytes_of_a_token_are_those_of_the_real_cache(
    model: Callable[[], Any], dtype: torch.dtype
) -> None:
    built = model().to(dtype)
    cache = DynamicCache(config=built.config)
    built(input_ids=torch.ones((2, 5), dtype=torch.long), past_key_values=cache, use_cache=True)
    real = sum(layer.keys.nbytes + layer.values.nbytes for layer in cache.layers)

    assert bytes_per_token(built.config, dtype) * 10 == real


@pytest.mark.parametrize("name", ["marian", "madlad", "nllb"])
def test_bytes_of_a_token_of_encoder_decoder_models(open_model: Open, name: str) -> None:
    model = open_model(name)._model
    ids = torch.ones((1, 4), dtype=torch.long)
    found = model(input_ids=ids, decoder_input_ids=ids, use_cache=True).past_key_values
    layers = found.self_attention_cache.layers
    real = sum(layer.keys.nbytes + layer.values.nbytes for layer in layers)

    assert bytes_per_token(model.config, torch.float32) * 4 == real


def test_rows_fill_what_is_free() -> None:
    """SmolLM2-1.7B, prompts of 700 and answers of 360 tokens, on a GPU of 80 GB."""
    config = transformers.LlamaConfig(
        vocab_size=49_152,
        hidden_size=2048,
        intermediate_size=8192,
        num_hidden_layers=24,
        num_attention_heads=32,
    )
    shape = {"columns": 1060, "vocabulary": 49_152, "prefill": 16_384}
    token = bytes_per_token(config, torch.bfloat16)
    rows = rows_that_fit(76 << 30, config, torch.bfloat16, **shape)

    assert token == 24 * 2 * 2048 * 2
    assert 250 < rows < 400
    assert rows * 1060 * token < 0.85 * (76 << 30)
    assert rows_that_fit(1 << 20, config, torch.bfloat16, **shape) == 1
    assert rows_that_fit(1 << 50, config, torch.bfloat16, **shape) == memory.MOST_ROWS


def test_auto_is_a_fixed_number_on_a_cpu(open_model: Open) -> None:
    model = open_model("llama", batch_size="auto")._model
    limit = RowLimit(model, None, replicas=2, vocabulary=30)

    assert limit.rows(1000) == memory.CPU_ROWS
    limit.halve(memory.CPU_ROWS)
    limit.halve(memory.CPU_ROWS // 2)
    assert limit.rows(10) == memory.CPU_ROWS // 4
    limit.forget()
    assert limit.rows(10) == memory.CPU_ROWS


def test_auto_on_a_gpu_goes_by_what_was_free_at_the_beginning(
    open_model: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [8 << 20]
    monkeypatch.setattr(memory, "free_bytes", lambda _: free[0])

    class OnGpu:
        device = torch.device("cuda")
        dtype = torch.bfloat16
        config = open_model("llama")._model.config

    limit = RowLimit(OnGpu(), None, replicas=2, vocabulary=30)
    monkeypatch.setitem(memory.PREFILL_TOKENS, "cuda", 64)
    alone = limit.rows(100)
    free[0] = 1 << 20  # a batch lies in it now

    assert limit.rows(100) == alone
    assert limit.rows(50) > alone
    assert RowLimit(OnGpu(), None, replicas=1, vocabulary=30).rows(100) < alone
