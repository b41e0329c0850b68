"""Token editing under a real causal model, trained to be sure of one line."""

from pathlib import Path

import orjson
import pytest

from synth_assets.corpus.store import Store
from synth_assets.errors import EngineError
from synth_assets.generation.engines.local.loading import load_engine
from synth_assets.generation.engines.local.resample import ResampleEngine
from synth_assets.generation.engines.local.tasks import RESAMPLE, Task, task_prompt
from synth_assets.generation.keys import make_request
from synth_assets.generation.protocol import EngineIdentity, Request, Sampling
from synth_assets.profile import Profile
from synth_assets.rewriting.edits import Edit, apply_edits, undoing
from synth_assets.rewriting.recipes.toedit import read_resampled
from synth_assets.rewriting.stage import run
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import BATCH, document, publish
from synth_assets_tests.rewriting.recipes.characters import turned_on

LINE = "the cat sat on the mät and so did the dog. "
IDENTITY = EngineIdentity("transformers-resample", "tiny", "1", "1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama over bytes that has learned LINE for a second."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    made = tmp_path_factory.mktemp("sure")
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    raw = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate(["</s>", *letters])}, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="</s>")
    tokenizer.save_pretrained(made)
    torch.manual_seed(1)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=1,
            num_attention_heads=2,
            num_key_value_heads=2,
            max_position_embeddings=256,
        )
    )
    ids = torch.tensor([tokenizer(LINE * 2).input_ids])
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-2)
    for _ in range(60):
        optimizer.zero_grad()
        model(ids, labels=ids).loss.backward()
        optimizer.step()
    model.save_pretrained(made)
    return made


@pytest.fixture(scope="module")
def engine(folder: Path) -> ResampleEngine:
    made = load_engine(str(folder), "resample", IDENTITY, device="cpu")
    assert isinstance(made, ResampleEngine)
    return made


def request(
    text: str, seed: int = 1, above: float = 0.5, below: float = 0.0, **sampling: float
) -> Request:
    drawn = Sampling(**({"temperature": 1.0, "top_k": 64, "max_new_tokens": 1} | sampling))  # type: ignore[arg-type]
    options = {"above": above, "below": below, "quantile": 0.5}
    prompt = task_prompt(Task(RESAMPLE, "eng_Latn", text, options))
    return make_request(IDENTITY, prompt, drawn, profile_seed=seed, step="toedit.edit")


def test_only_tokens_that_the_model_is_sure_of_are_drawn_again(engine: ResampleEngine):
    text = LINE + "Zwölf 𝄞 things."
    results = list(engine.generate(request(text, seed, temperature=5.0) for seed in range(6)))
    changed = 0
    for result in results:
        found = read_resampled(str(result.text))
        edited = apply_edits(text, found.edits)
        assert 0 < len(found.edits) <= found.eligible < found.tokens == len(text.encode())
        assert result.prompt_tokens == found.tokens
        assert "�" not in edited and "wölf 𝄞" in edited, "no token that is a part of a letter"
        assert [len(edit.after) for edit in found.edits] == [1] * len(found.edits)
        changed += edited != text
    assert changed == 6 and len({result.text for result in results}) > 1


def test_a_higher_threshold_leaves_more_alone(engine: ResampleEngine):
    counts = []
    for above in (0.1, 0.5, 0.9, 1.0):
        (result,) = engine.generate([request(LINE * 2, above=above)])
        counts.append(read_resampled(str(result.text)).eligible)
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1] == 0


def test_what_the_model_finds_unlikely_is_taken_out(engine: ResampleEngine):
    text = LINE.replace("dog", "d7g")
    (result,) = engine.generate([request(text, above=1.0, below=0.01)])
    found = read_resampled(str(result.text))
    assert found.eligible == 0 and {edit.after for edit in found.edits} == {""}
    assert "7" in {edit.before for edit in found.edits}
    edited = apply_edits(text, found.edits)
    assert "7" not in edited and apply_edits(edited, undoing(found.edits)) == text


def test_a_result_does_not_hang_on_its_neighbours(engine: ResampleEngine):
    many = [request(LINE[n:] + LINE, temperature=5.0) for n in range(5)]
    together = {result.key: result.text for result in engine.generate(many)}
    for one in reversed(many):
        (alone,) = engine.generate([one])
        assert alone.text == together[one.key]
    assert together[many[0].key] != orjson.dumps({}).decode()


def test_without_chance_the_likeliest_stays(engine: ResampleEngine):
    (result,) = engine.generate([request(LINE, temperature=0.0)])
    assert read_resampled(str(result.text)).edits == ()


def test_bad_requests_are_told_and_the_others_go_on(engine: ResampleEngine):
    chat = Request("k", [{"role": "user", "content": "Hello"}], Sampling(), 0)
    long, fine = request(LINE * 20), request("")
    found = list(engine.generate([chat, long, fine]))
    assert [result.error_kind for result in found] == ["bad_prompt", "prompt_too_long", None]
    assert "recipes that edit" in str(found[0].error) and "the model takes 256" in str(
        found[1].error
    )
    assert read_resampled(str(found[2].text)).tokens == 0


def test_toedit_by_a_model_of_the_profile(
    folder: Path, make_run: MakeRun, profile: Profile, store: Store
):
    page = document(0, LINE * 2 + "Nobody knows what else there is to say of them.")
    spec = {
        "kind": "transformers",
        "task": "resample",
        "model": str(folder),
        "device": "cpu",
        "sampling": {"temperature": 5.0, "top_k": 64},
    }
    publish(store, [page])
    settings = {"engine": spec, "options": {"above": 0.3}}
    footer = run(make_run(BATCH, turned_on(profile, "toedit", **settings)), recipe="toedit")
    (row,) = store.open("rewritten/toedit", BATCH).read().to_dicts()
    edits = [Edit(**edit) for edit in row["edits"]]
    assert not footer.broken_laws and edits
    assert apply_edits(page.text, edits) == row["text"]
    assert apply_edits(row["text"], undoing(edits)) == page.text
    assert (row["n_tokens_scored"], row["threshold"]) == (len(page.text.encode()), 0.3)


def test_a_closed_engine(folder: Path):
    engine = load_engine(str(folder), "resample", IDENTITY, device="cpu")
    engine.close()
    with pytest.raises(EngineError, match="tiny is closed"):
        list(engine.generate([request(LINE)]))
