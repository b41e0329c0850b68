"""vLLM's offline engine: requests added as others finish, texts as they come.

Written against the public calls `LLMEngine.from_engine_args`, `add_request`, `step`,
`abort_request` and `get_tokenizer` as vLLM 0.17 documents them and its main branch of autumn 2026
still has them: https://docs.vllm.ai, `vllm/v1/engine/llm_engine.py`. Prompts are given as token
ids, which that branch takes with a note that they shall be rendered beforehand one day.
"""

import gc
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import count, islice
from typing import Any

from synth_assets import bundled
from synth_assets.errors import EngineError, SynthAssetsError
from synth_assets.generation.engines.identity import identify
from synth_assets.generation.protocol import (
    EngineIdentity,
    FinishReason,
    ModelEngine,
    Prompt,
    Request,
    Result,
    Sampling,
)
from synth_assets.generation.spec import VllmSpec

_FINISHED: dict[str, FinishReason] = {"stop": "stop", "length": "length"}
_BROKEN_OFF = ("abort", "error")
"""vLLM gave a request up on its own, as when its cache was lost: another try may do better."""


def open_vllm(spec: VllmSpec) -> "VllmEngine":
    """Load the model. Raises EngineError when the package is missing or vLLM cannot start."""
    vllm = _import()
    settings: dict[str, Any] = {
        "model": bundled.resolve(spec.model),
        "revision": spec.revision,
        "dtype": spec.dtype,
        "seed": 0,
        "tensor_parallel_size": spec.tensor_parallel_size,
        "disable_log_stats": True,
    }
    for name in ("max_model_len", "gpu_memory_utilization"):
        if (value := getattr(spec, name)) is not None:
            settings[name] = value
    try:
        engine = vllm.LLMEngine.from_engine_args(vllm.EngineArgs(**settings))
    except (OSError, ValueError, RuntimeError, ImportError, KeyError) as error:
        reason = str(error).strip().split("\n")[0]
        raise EngineError(f"vLLM cannot start with model {spec.model}: {reason}") from error
    return VllmEngine(engine, identify(spec), in_flight=spec.in_flight)


def _import() -> Any:
    try:
        return import_module("vllm")
    except ImportError:
        raise EngineError(
            "kind: vllm needs the package vllm, which is not installed: install "
            "synth-assets[vllm], or take kind: transformers, or openai with a served model"
        ) from None


class VllmEngine(ModelEngine):
    """A loaded model in vLLM. At most `in_flight` requests are pulled and unfinished; vLLM itself
    decides how many of them run together. Each has a generator seeded with its own seed."""

    def __init__(self, engine: Any, identity: EngineIdentity, *, in_flight: int) -> None:
        super().__init__(identity)
        self._engine = engine
        self._in_flight = in_flight
        self._tokenizer = engine.get_tokenizer()
        self._limit = int(engine.model_config.max_model_len)
        self._numbers = count()

    def generate(self, requests: Iterable[Request]) -> Iterator[Result]:
        """Results as they finish. Raises EngineError when vLLM cannot go on."""
        self._begin()
        source = iter(requests)
        under_way: dict[str, _UnderWay] = {}
        try:
            is_more = True
            while is_more or under_way:
                pulled = list(islice(source, self._in_flight - len(under_way)))
                is_more = bool(pulled) or len(under_way) == self._in_flight
                for request in pulled:
                    if (failed := self._add(request, under_way)) is not None:
                        yield failed
                for output in self._step() if under_way else ():
                    if output.finished and output.request_id in under_way:
                        yield _result(under_way.pop(output.request_id), output)
        finally:
            if under_way and not self._is_closed:
                self._engine.abort_request(list(under_way))

    def close(self) -> None:
        """Ends vLLM's own process and lets go of the model's memory."""
        if not self._is_closed:
            super().close()
            self._engine.engine_core.shutdown()
            self._engine = None
            gc.collect()

    def _add(self, request: Request, under_way: dict[str, "_UnderWay"]) -> Result | None:
        name = str(next(self._numbers))
        try:
            ids = self._encode(request.prompt)
            params = _params(request, self._room(request, ids))
            self._engine.add_request(name, {"prompt_token_ids": ids}, params)
        except _BadRequestError as error:
            return _failed(request, error.kind, str(error))
        except (ValueError, TypeError) as error:  # vLLM's own check of prompt and parameters
            return _failed(request, "bad_prompt", str(error).split("\n")[0])
        under_way[name] = _UnderWay(request, len(ids), time.monotonic())
        return None

    def _room(self, request: Request, ids: list[int]) -> int:
        if request.source_lang or request.target_lang or request.sampling.num_beams > 1:
            raise _BadRequestError(
                "unsupported", "kind: vllm takes no languages and no beams: kind: transformers does"
            )
        if not ids:
            raise _BadRequestError("bad_prompt", "the prompt has no tokens")
        if len(ids) >= self._limit:
            raise _BadRequestError(
                "prompt_too_long", f"{len(ids):,} tokens; the model takes {self._limit:,} in all"
            )
        return min(request.sampling.max_new_tokens, self._limit - len(ids))

    def _encode(self, prompt: Prompt) -> list[int]:
        if isinstance(prompt, str):
            return list(self._tokenizer.encode(prompt))
        if all(isinstance(part, int) for part in prompt):
            return [part for part in prompt if isinstance(part, int)]
        if not getattr(self._tokenizer, "chat_template", True):
            raise EngineError(
                f"model {self._identity.model} has no chat template, and a prompt is a list of "
                f"messages: use an instruction-tuned model or a recipe with plain prompts"
            )
        messages = [dict(part) for part in prompt if isinstance(part, Mapping)]
        try:
            text = self._tokenizer.apply_chat_template(
                messages, add_generation_prompt=True, tokenize=False
            )
        except Exception as error:  # templates raise what they like
            raise _BadRequestError("bad_prompt", f"no chat template takes it: {error}") from error
        # the template writes the beginning-of-sequence token itself
        return list(self._tokenizer.encode(text, add_special_tokens=False))

    def _step(self) -> list[Any]:
        try:
            outputs: list[Any] = self._engine.step()
        except Exception as error:
            reason = str(error).strip().split("\n")[0] or type(error).__name__
            raise EngineError(
                f"vLLM cannot go on with model {self._identity.model}: {reason}"
            ) from error
        self._beat()
        return outputs


@dataclass(frozen=True, slots=True)
class _UnderWay:
    request: Request
    prompt_tokens: int
    begun: float


class _BadRequestError(SynthAssetsError):
    """A request that vLLM shall not see."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def _params(request: Request, room: int) -> Any:
    """vLLM takes what is not named here from its own defaults, not from the model's file."""
    vllm, parameters = _import(), import_module("vllm.sampling_params")
    return vllm.SamplingParams(
        max_tokens=room,
        output_kind=parameters.RequestOutputKind.FINAL_ONLY,
        **_drawing(request.sampling, request.seed),
    )


def _drawing(sampling: Sampling, seed: int) -> dict[str, Any]:
    if sampling.temperature == 0:
        return {"temperature": 0.0}
    drawing = {"temperature": sampling.temperature, "top_p": sampling.top_p, "seed": seed}
    return drawing | ({"top_k": sampling.top_k} if sampling.top_k else {})


def _result(item: _UnderWay, output: Any) -> Result:
    made = output.outputs[0]
    reason = _FINISHED.get(made.finish_reason)
    if reason is None:
        kind = "transport" if made.finish_reason in _BROKEN_OFF else "finish_reason"
        return _failed(item.request, kind, f"vLLM ended it with {made.finish_reason}")
    return Result(
        key=item.request.key,
        text=made.text,
        finish_reason=reason,
        prompt_tokens=item.prompt_tokens,
        completion_tokens=len(made.token_ids),
        latency_s=round(time.monotonic() - item.begun, 4),
    )


def _failed(request: Request, kind: str, error: str) -> Result:
    return Result(request.key, None, "error", error_kind=kind, error=error)
