"""The vllm engine against a stand-in with the public calls of vLLM: it answers in steps, the short
answers first. vLLM itself is not installed where these tests run."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import transformers

from synth_assets.errors import EngineError
from synth_assets.generation.engines import identify, open_engine
from synth_assets.generation.protocol import Engine, Request, Sampling
from synth_assets.generation.spec import VllmSpec
from synth_assets_tests.generation.engines.conftest import spec as transformers_spec

LIMIT = 40


class OutputKind(Enum):
    CUMULATIVE = 0
    DELTA = 1
    FINAL_ONLY = 2


@dataclass
class SamplingParams:
    max_tokens: int
    output_kind: OutputKind = OutputKind.CUMULATIVE
    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    seed: int | None = None


@dataclass
class EngineArgs:
    model: str
    revision: str | None = None
    dtype: str = "auto"
    seed: int = 0
    tensor_parallel_size: int = 1
    disable_log_stats: bool = False
    max_model_len: int | None = None
    gpu_memory_utilization: float = 0.9


@dataclass
class StandIn:
    """See `vllm.LLMEngine`: one token a step for every request; the text is the prompt's ids."""

    args: EngineArgs
    added: dict[str, tuple[list[int], SamplingParams]] = field(default_factory=dict)
    aborted: list[str] = field(default_factory=list)
    most: int = 0
    running: dict[str, int] = field(default_factory=dict)
    is_shut: bool = False
    reason: str = "stop"

    def __post_init__(self) -> None:
        self.model_config = SimpleNamespace(max_model_len=self.args.max_model_len or LIMIT)
        self.engine_core = SimpleNamespace(shutdown=self.shutdown)

    @classmethod
    def from_engine_args(cls, args: EngineArgs) -> "StandIn":
        if "broken" in args.model:
            raise RuntimeError("Engine core initialization failed.\nSee root cause above.")
        made.append(cls(args))
        return made[-1]

    def get_tokenizer(self) -> Any:
        return transformers.AutoTokenizer.from_pretrained(self.args.model)

    def add_request(self, request_id: str, prompt: dict[str, Any], params: SamplingParams) -> str:
        assert isinstance(request_id, str)
        if params.temperature > 2:
            raise ValueError("temperature must be in [0, 2]")
        self.added[request_id] = (prompt["prompt_token_ids"], params)
        self.running[request_id] = min(params.max_tokens, len(prompt["prompt_token_ids"]))
        self.most = max(self.most, len(self.running))
        return f"{request_id}-internal"

    def step(self) -> list[Any]:
        if self.reason == "dead":
            raise RuntimeError("EngineCore encountered an issue. See stack trace")
        for name in self.running:
            self.running[name] -= 1
        finished = [name for name, left in self.running.items() if left <= 0]
        return [self._output(name) for name in finished if self.running.pop(name) is not None]

    def _output(self, name: str) -> Any:
        ids, params = self.added[name]
        made = ids[: params.max_tokens]
        reason = self.reason if len(made) < params.max_tokens else "length"
        text = SimpleNamespace(text=str(made), token_ids=made, finish_reason=reason)
        return SimpleNamespace(request_id=name, finished=True, outputs=[text])

    def abort_request(self, request_ids: list[str]) -> None:
        self.aborted += request_ids
        for name in request_ids:
            del self.running[name]

    def shutdown(self) -> None:
        self.is_shut = True


made: list[StandIn] = []


@pytest.fixture(autouse=True)
def vllm(monkeypatch: pytest.MonkeyPatch) -> None:
    made.clear()
    module, parameters = ModuleType("vllm"), ModuleType("vllm.sampling_params")
    names = {"EngineArgs": EngineArgs, "LLMEngine": StandIn, "SamplingParams": SamplingParams}
    for name, value in names.items():
        setattr(module, name, value)
    parameters.RequestOutputKind = OutputKind
    monkeypatch.setitem(sys.modules, "vllm", module)
    monkeypatch.setitem(sys.modules, "vllm.sampling_params", parameters)


@pytest.fixture
def folder(folders: dict[str, Path]) -> Path:
    return folders["llama-chat"]


def spec(folder: Path, **settings: object) -> VllmSpec:
    return VllmSpec.model_validate({"kind": "vllm", "model": str(folder)} | settings)


def request(prompt: object, number: int = 0, **sampling: object) -> Request:
    return Request(str(number), prompt, Sampling(**sampling), seed=number)


def test_texts_come_as_they_finish_and_few_are_in_the_engine(folder: Path) -> None:
    engine = open_engine(spec(folder, in_flight=3))
    pulled: list[int] = []

    def source() -> Iterator[Request]:
        for number in range(10):
            pulled.append(number)
            yield request([3] * (9 if number == 0 else 1), number)

    results = engine.generate(source())
    first = next(results)
    assert first.key != "0" and len(pulled) == 3
    rest = list(results)
    assert sorted([first.key, *(item.key for item in rest)]) == [str(n) for n in range(10)]
    assert {(item.finish_reason, item.prompt_tokens) for item in rest} == {("stop", 1), ("stop", 9)}
    assert made[0].most == 3 and not made[0].aborted


def test_prompts_are_encoded_as_the_transformers_engine_does(folder: Path) -> None:
    messages = [{"role": "user", "content": "open the file"}]
    prompts: list[object] = ["open the file", messages, [3, 4, 5]]
    requests = [request(prompt, n, max_new_tokens=1) for n, prompt in enumerate(prompts)]
    theirs = {item.key: item for item in open_engine(spec(folder)).generate(requests)}
    own = open_engine(transformers_spec(folder))
    for item in own.generate(requests):
        assert theirs[item.key].prompt_tokens == item.prompt_tokens
    own.close()
    assert made[0].added["2"][0] == [3, 4, 5]


def test_sampling_is_handed_over(folder: Path) -> None:
    engine = open_engine(spec(folder))
    drawn = {"temperature": 0.7, "top_p": 0.9, "top_k": 5, "max_new_tokens": 7}
    list(engine.generate([request([3], 11, **drawn), request([3] * 38, 12)]))
    first, second = (params for _, params in made[0].added.values())

    assert first == SamplingParams(7, OutputKind.FINAL_ONLY, 0.7, 0.9, 5, seed=11)
    assert second == SamplingParams(2, OutputKind.FINAL_ONLY, 0.0)  # the room that is left


def test_what_it_cannot_serve_is_one_requests_error(folder: Path) -> None:
    engine = open_engine(spec(folder))
    requests = [
        request([3] * LIMIT, 0),
        request([], 1),
        request([3], 2, num_beams=2),
        Request("3", [3], Sampling(), 0, "eng_Latn", "cat_Latn"),
        request([3], 4, temperature=9.0),
        request([3], 5),
    ]
    results = {item.key: item for item in engine.generate(requests)}

    kinds = [results[str(n)].error_kind for n in range(6)]
    assert kinds[:4] == ["prompt_too_long", "bad_prompt", "unsupported", "unsupported"]
    assert kinds[4:] == ["bad_prompt", None]


def test_messages_without_a_chat_template_end_the_run_before_the_first_request(
    folders: dict[str, Path],
) -> None:
    engine = open_engine(spec(folders["llama"]))
    with pytest.raises(EngineError, match="model llama has no chat template"):
        list(engine.generate([request([{"role": "user", "content": "open the file"}])]))
    assert not made[0].added


def test_what_vllm_breaks_off_may_be_tried_again(folder: Path) -> None:
    engine = open_engine(spec(folder))
    kinds = []
    for reason in ("abort", "error", "repetition"):
        made[0].reason = reason
        kinds += [item.error_kind for item in engine.generate([request([3])])]
    assert kinds == ["transport", "transport", "finish_reason"]


def test_closing_the_results_aborts_what_is_under_way(folder: Path) -> None:
    engine = open_engine(spec(folder))
    results = engine.generate([request([3], 0), request([3] * 9, 1), request([3] * 9, 2)])
    assert next(results).key == "0"
    results.close()

    assert made[0].aborted == ["1", "2"] and not made[0].running
    assert [item.key for item in engine.generate([request([3], 4)])] == ["4"]
    engine.close()
    assert made[0].is_shut
    with pytest.raises(EngineError, match="closed"):
        next(engine.generate([request([3])]))


def test_the_engine_that_dies_ends_the_run(folder: Path) -> None:
    engine: Engine = open_engine(spec(folder))
    made[0].reason = "dead"
    with pytest.raises(EngineError, match="vLLM cannot go on with model llama-chat: EngineCore"):
        list(engine.generate([request([3])]))


def test_a_model_that_does_not_load_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    with pytest.raises(EngineError) as told:
        open_engine(spec(tmp_path / "broken"))
    assert "\n" not in str(told.value) and "initialization failed" in str(told.value)


def test_without_the_package_the_extra_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(EngineError, match=r"install synth-assets\[vllm\]"):
        open_engine(spec(folder))


def test_its_identity_is_of_the_weights(folder: Path) -> None:
    found, own = identify(spec(folder)), identify(transformers_spec(folder))

    assert (found.revision, found.tokenizer) == (own.revision, own.tokenizer)
    assert found.kind == "vllm" != own.kind
    assert identify(spec(folder, dtype="float16")).kind == "vllm-float16"
    settings = {"in_flight": 2, "gpu_memory_utilization": 0.5, "tensor_parallel_size": 2}
    assert identify(spec(folder, **settings)) == found
    engine = open_engine(spec(folder, **settings, max_model_len=20))
    assert engine.identity.kind == "vllm-20"
    assert made[0].args.gpu_memory_utilization == 0.5
    assert made[0].args.max_model_len == made[0].model_config.max_model_len == 20
