"""Prompts are counted as the engine will count them, without its weights."""

from collections.abc import Callable
from pathlib import Path

import pytest

from synth_assets.generation.engines import identify, open_engine
from synth_assets.generation.keys import make_request
from synth_assets.generation.money.prompt_tokens import prompt_counter
from synth_assets.generation.protocol import Prompt, Sampling
from synth_assets.generation.spec import EngineSpec, OpenAISpec, RulesSpec, TransformersSpec
from synth_assets.packing.tokenizer import token_counter
from synth_assets_tests.generation.engines import models

PACKING = "bundled:tokenizer"
TEXT = "choose the file menu and click save"
CHAT: Prompt = [
    {"role": "user", "content": "open the red window"},
    {"role": "assistant", "content": "a new page"},
    {"role": "user", "content": TEXT},
]
MAKERS: dict[str, Callable[[Path], Path]] = {
    "marian": models.make_marian,
    "m2m100": models.make_m2m100,
    "nllb": models.make_nllb,
    "madlad": models.make_madlad,
}


def counts(spec: EngineSpec, prompts: list[Prompt], *, open_it: bool = True) -> list[list[int]]:
    """By the counter, and by the engine itself."""
    requests = [
        make_request(
            identify(spec),
            prompt,
            Sampling(max_new_tokens=2),
            profile_seed=1,
            step="test",
            source_lang="eng_Latn",
            target_lang="cat_Latn",
        )
        for prompt in prompts
    ]
    counted = prompt_counter(spec, PACKING).count(requests)
    if not open_it:
        return [counted]
    engine = open_engine(spec)
    told = {result.key: result.prompt_tokens for result in engine.generate(requests)}
    engine.close()
    return [counted, [told[request.key] for request in requests]]


@pytest.mark.parametrize("name", MAKERS)
def test_translators_by_their_own_tokenizer(tmp_path: Path, name: str) -> None:
    folder = MAKERS[name](tmp_path / name)
    spec = TransformersSpec(kind="transformers", task="seq2seq", model=str(folder), device="cpu")
    by_counter, by_engine = counts(spec, [TEXT, "open"])
    assert by_counter == by_engine
    assert min(by_counter) > 0


def test_causal_models_with_their_chat_template(tmp_path: Path) -> None:
    folder = models.make_llama(tmp_path / "llama", chat=True)
    spec = TransformersSpec(kind="transformers", task="causal", model=str(folder), device="cpu")
    by_counter, by_engine = counts(spec, [TEXT, CHAT, [3, 4, 5]])
    assert by_counter == by_engine
    assert by_counter[2] == 3
    assert prompt_counter(spec, PACKING).exact


def test_weights_are_not_looked_at(tmp_path: Path) -> None:
    folder = models.make_llama(tmp_path / "llama")
    for weights in folder.glob("*.safetensors"):
        weights.write_bytes(b"no weights")
    spec = TransformersSpec(kind="transformers", task="causal", model=str(folder))
    assert counts(spec, [TEXT], open_it=False)[0][0] > 0


def test_a_served_model_is_counted_by_the_packing_tokenizer_and_says_so() -> None:
    spec = OpenAISpec(kind="openai", model="m", url="http://localhost:1/v1")
    (counted,) = counts(spec, [TEXT, CHAT], open_it=False)
    assert counted[:1] == token_counter(PACKING)([TEXT])
    assert counted[1] > counted[0]
    counter = prompt_counter(spec, PACKING)
    assert (counter.by, counter.exact) == ("packing tokenizer", False)


def test_rules_read_no_tokens() -> None:
    assert prompt_counter(RulesSpec(kind="rules"), PACKING).count([]) == []
    assert counts(RulesSpec(kind="rules"), [TEXT]) == [[0], [0]]


def test_a_long_text_is_counted_without_advice(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    import transformers

    monkeypatch.setattr(transformers.logging.get_logger("transformers"), "propagate", True)
    folder = models.make_marian(tmp_path / "marian")
    spec = TransformersSpec(kind="transformers", task="seq2seq", model=str(folder), device="cpu")
    ((found,),) = counts(spec, [f"{TEXT} " * 500], open_it=False)
    assert found > 512
    assert "sequence length" not in caplog.text
