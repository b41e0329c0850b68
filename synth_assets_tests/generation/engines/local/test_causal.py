from collections.abc import Sequence

import pytest
import torch

from synth_assets.errors import EngineError
from synth_assets.generation.protocol import Engine, Prompt, Request, Result, Sampling
from synth_assets_tests.generation.engines.conftest import Open
from synth_assets_tests.generation.engines.models import SENTENCES

GREEDY = Sampling(max_new_tokens=12)
DRAWN = Sampling(temperature=0.9, top_p=0.95, top_k=12, max_new_tokens=12)


def ask(
    engine: Engine, prompts: Sequence[Prompt], sampling: Sampling = GREEDY
) -> dict[int, Result]:
    requests = [Request(str(i), prompt, sampling, 1000 + i) for i, prompt in enumerate(prompts)]
    return {int(result.key): result for result in engine.generate(iter(requests))}


def texts(results: dict[int, Result]) -> list[str | None]:
    return [results[i].text for i in range(len(results))]


def test_greedy_is_what_the_model_itself_generates(open_model: Open) -> None:
    engine = open_model("llama")
    model, tokenizer = engine._model, engine._tokenizer
    expected = []
    for sentence in SENTENCES:
        ids = tokenizer(sentence, return_tensors="pt").input_ids
        made = model.generate(ids, max_length=ids.shape[1] + 12, pad_token_id=2)
        words = [int(token) for token in made[0, ids.shape[1] :]]
        end = next((i for i, word in enumerate(words) if word in (2, 5, 10)), len(words))
        expected.append(tokenizer.decode(words[:end], skip_special_tokens=True))

    results = ask(engine, SENTENCES)

    assert texts(results) == expected
    assert {result.finish_reason for result in results.values()} == {"stop", "length"}
    for result in results.values():
        assert result.prompt_tokens >= 3
        assert (result.finish_reason == "length") == (result.completion_tokens == 12)


@pytest.mark.parametrize("name", ["llama", "llama-penalty"])
def test_a_drawn_text_does_not_depend_on_its_neighbours(open_model: Open, name: str) -> None:
    together = ask(open_model(name), SENTENCES, DRAWN)
    alone = ask(open_model(name, batch_size=1), SENTENCES, DRAWN)
    backwards = [
        Request(str(i), sentence, DRAWN, 1000 + i)
        for i, sentence in reversed(list(enumerate(SENTENCES)))
    ]
    windows = {int(r.key): r for r in open_model(name, window=3).generate(backwards)}

    assert texts(together) == texts(alone) == texts(windows)
    assert texts(together) != texts(ask(open_model(name), SENTENCES))


def test_another_seed_draws_another_text(open_model: Open) -> None:
    engine = open_model("llama")
    drawn = [
        next(engine.generate([Request("0", "open the file", DRAWN, seed)])).text
        for seed in range(12)
    ]

    assert len(set(drawn)) > 6
    assert drawn[3] == next(engine.generate([Request("0", "open the file", DRAWN, 3)])).text


def test_settings_that_the_own_loop_lacks_go_through_stock_generation(open_model: Open) -> None:
    plain, penalised = open_model("llama"), open_model("llama-penalty")

    assert plain._rules is not None
    assert penalised._rules is None
    assert texts(ask(plain, SENTENCES)) != texts(ask(penalised, SENTENCES))


def test_beams_find_a_likelier_text_than_greedy(open_model: Open) -> None:
    results = ask(open_model("llama"), SENTENCES[:7], Sampling(num_beams=4, max_new_tokens=6))

    assert len(results) == 7
    assert all(result.completion_tokens <= 6 for result in results.values())


def test_bad_requests_do_not_stop_the_others(open_model: Open) -> None:
    prompts: list[Prompt] = ["open", " ".join(["file"] * 50), "", [5, 9_999], [3, 4, 5]]
    results = ask(open_model("llama"), prompts)

    kinds = [results[i].error_kind for i in range(5)]
    assert kinds == [None, "prompt_too_long", "bad_prompt", "tokenization", None]
    assert all(result.text is None for result in results.values() if result.failed)
    assert "40" in (results[1].error or "")


def test_a_text_ends_where_the_model_does(open_model: Open) -> None:
    result = ask(open_model("llama"), [[7] * 38], Sampling(max_new_tokens=100))[0]

    assert result.completion_tokens <= 2


def test_messages_need_a_chat_template(open_model: Open) -> None:
    messages: list[Prompt] = [[{"role": "user", "content": "open the file"}]]
    with pytest.raises(EngineError, match="no chat template"):
        ask(open_model("llama"), messages)

    result = ask(open_model("llama-chat"), messages)[0]
    assert result.prompt_tokens == 5
    assert not result.failed


def test_requests_are_pulled_a_window_at_a_time(open_model: Open) -> None:
    pulled: list[int] = []

    def requests():
        for i, sentence in enumerate(SENTENCES):
            pulled.append(i)
            yield Request(str(i), sentence, GREEDY, 0)

    results = open_model("llama", window=4, batch_size=2).generate(requests())
    for taken, _ in enumerate(results, start=1):
        assert len(pulled) <= taken + 3 * 4  # two windows, and what the batch holds
    assert taken == len(SENTENCES)


def test_a_batch_too_big_for_memory_is_halved(open_model: Open) -> None:
    engine = open_model("llama", batch_size=16)
    expected = texts(ask(engine, SENTENCES))
    rows: list[int] = []

    def refuse(module, args, kwargs):
        rows.append(len(kwargs["input_ids"]))
        if rows[-1] > 3:
            raise torch.OutOfMemoryError("no room")

    engine._model.register_forward_pre_hook(refuse, with_kwargs=True)
    assert texts(ask(engine, SENTENCES)) == expected
    assert max(rows) == 16

    engine._model.register_forward_pre_hook(
        lambda *_: (_ for _ in ()).throw(torch.OutOfMemoryError("none"))
    )
    assert ask(engine, SENTENCES[:1])[0].error_kind == "memory"


def test_a_missing_model_is_one_sentence(tmp_path) -> None:
    from synth_assets.generation.engines import open_engine
    from synth_assets_tests.generation.engines.conftest import spec

    (tmp_path / "llama").mkdir()
    with pytest.raises(EngineError, match="cannot be loaded"):
        open_engine(spec(tmp_path / "llama"))
    with pytest.raises(EngineError, match="device tpu9 is not known"):
        open_engine(spec(tmp_path / "llama", device="tpu9"))
