import pytest
import torch

from synth_assets.generation.engines.local.languages import candidates
from synth_assets.generation.protocol import Engine, Request, Result, Sampling
from synth_assets_tests.generation.engines.conftest import Open
from synth_assets_tests.generation.engines.models import SENTENCES

GREEDY = Sampling(max_new_tokens=10)


def ask(
    engine: Engine, target: str | None = "cat_Latn", sampling: Sampling = GREEDY
) -> list[Result]:
    requests = [
        Request(str(i), sentence, sampling, i, "eng_Latn", target)
        for i, sentence in enumerate(SENTENCES)
    ]
    found = {int(result.key): result for result in engine.generate(requests)}
    return [found[i] for i in range(len(requests))]


@pytest.mark.parametrize("name", ["marian", "m2m100", "nllb", "madlad"])
def test_the_own_loop_and_stock_generation_agree(open_model: Open, name: str) -> None:
    engine = open_model(name)
    own = ask(engine)
    engine._kinds = None
    stock = ask(engine)

    assert [result.text for result in own] == [result.text for result in stock]
    assert [r.finish_reason for r in own] == [r.finish_reason for r in stock]
    assert [r.completion_tokens for r in own] == [r.completion_tokens for r in stock]
    assert not any(result.failed for result in own)


@pytest.mark.parametrize("name", ["marian", "nllb"])
def test_a_finished_row_gives_its_place_to_one_that_waits(open_model: Open, name: str) -> None:
    engine = open_model(name, batch_size=8, replicas=1)
    rows: list[int] = []

    def count(_: object, given: tuple[torch.Tensor]) -> None:
        (ids,) = given
        if ids.ndim == 1:  # a token a row; sources are read with two dimensions
            rows.append(len(ids))

    engine._model.get_decoder().embed_tokens.register_forward_pre_hook(count)
    results = ask(engine)

    assert sum(rows) >= sum(result.completion_tokens for result in results)
    whole = rows[: -GREEDY.max_new_tokens]  # while some wait: one place in eight may be free
    assert len(whole) > 10 and min(whole) >= 6


def test_a_decoder_deeper_than_its_encoder(open_model: Open) -> None:
    """transformers makes such a T5 a cache of too few layers; its cacheless forward is right."""
    engine = open_model("madlad-deep")
    results = ask(engine)
    for sentence, result in zip(SENTENCES[:6], results, strict=False):
        prompted = engine._prepare(Request("0", sentence, GREEDY, 0, "eng_Latn", "cat_Latn"))
        ids, written = torch.tensor([prompted.ids]), [0]
        while len(written) <= 10 and written[-1] not in engine._eos:
            decoded = torch.tensor([written])
            logits = engine._model(input_ids=ids, decoder_input_ids=decoded, use_cache=False).logits
            written.append(int(logits[0, -1].argmax()))
        assert result.text == engine._tokenizer.decode(written[1:], skip_special_tokens=True)


def test_a_text_cut_at_the_limit_does_not_look_finished(open_model: Open) -> None:
    results = ask(open_model("marian"))

    cut = [result for result in results if result.finish_reason == "length"]
    assert cut
    assert all(result.completion_tokens == 10 for result in cut)


@pytest.mark.parametrize("name", ["marian", "nllb"])
def test_a_drawn_text_does_not_depend_on_its_neighbours(open_model: Open, name: str) -> None:
    drawn = Sampling(temperature=1.0, max_new_tokens=10)
    together = ask(open_model(name, batch_size=16), sampling=drawn)
    alone = ask(open_model(name, batch_size=1), sampling=drawn)

    assert [result.text for result in together] == [result.text for result in alone]


@pytest.mark.parametrize(
    ("name", "source", "target"), [("m2m100", "__en__", "__ca__"), ("nllb", "eng_Latn", "cat_Latn")]
)
def test_nllb_and_m2m100_are_told_both_languages(
    open_model: Open, name: str, source: str, target: str
) -> None:
    engine = open_model(name)
    tokens = engine._tokenizer.convert_tokens_to_ids
    prompted = engine._prepare(Request("0", "open", GREEDY, 0, "eng_Latn", "cat_Latn"))

    assert prompted.ids[0] == tokens(source)
    assert prompted.ids[-1] == engine._tokenizer.eos_token_id
    assert prompted.forced_bos == tokens(target)
    one = next(
        engine.generate(
            [Request("0", "open", Sampling(max_new_tokens=1), 0, "eng_Latn", "cat_Latn")]
        )
    )
    assert (one.text, one.completion_tokens) == ("", 1)


@pytest.mark.parametrize(("name", "target"), [("madlad", "<2ca>"), ("marian-many", ">>cat<<")])
def test_madlad_and_multilingual_marian_are_told_the_target(
    open_model: Open, name: str, target: str
) -> None:
    engine = open_model(name)
    prompted = engine._prepare(Request("0", "open", GREEDY, 0, "eng_Latn", "cat_Latn"))

    assert engine._tokenizer.convert_tokens_to_ids(target) in prompted.ids
    assert engine._tokenizer.unk_token_id not in prompted.ids


@pytest.mark.parametrize("name", ["m2m100", "nllb", "madlad", "marian-many", "marian"])
def test_a_language_that_the_model_lacks_fails_the_request(open_model: Open, name: str) -> None:
    results = ask(open_model(name), target="tlh_Latn" if name != "marian" else "spa_Latn")

    assert {result.error_kind for result in results} == {"unknown_language"}


def test_several_targets_in_one_batch(open_model: Open) -> None:
    engine = open_model("m2m100")
    mixed = [
        Request(f"{lang}{i}", sentence, GREEDY, 0, "eng_Latn", lang)
        for i, sentence in enumerate(SENTENCES[:6])
        for lang in ("cat_Latn", "spa_Latn", "nob_Latn")
    ]
    together = {result.key: result.text for result in engine.generate(mixed)}
    beams = Sampling(num_beams=3, max_new_tokens=8)
    one = next(open_model("m2m100").generate([mixed[4]]))

    assert together[mixed[4].key] == one.text
    assert (
        len(
            list(
                engine.generate(
                    Request(r.key, r.prompt, beams, 0, r.source_lang, r.target_lang) for r in mixed
                )
            )
        )
        == 18
    )


def test_too_long_a_prompt_fails_alone(open_model: Open) -> None:
    long = Request("long", "open file " * 60, GREEDY, 0, "eng_Latn", "cat_Latn")
    short = Request("short", "open file", GREEDY, 0, "eng_Latn", "cat_Latn")
    chat = Request("chat", [{"role": "user", "content": "open"}], GREEDY, 0)
    results = {result.key: result for result in open_model("marian").generate([long, short, chat])}

    assert results["long"].error_kind == "prompt_too_long"
    assert results["chat"].error_kind == "bad_prompt"
    assert not results["short"].failed


def test_language_codes_from_the_most_exact() -> None:
    assert list(candidates("zho_Hans")) == ["zho_Hans", "zh_Hans", "zh", "zho"]
    assert "ca" in candidates("cat_Latn")
    assert "fa" in candidates("pes_Arab")
