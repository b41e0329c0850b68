"""A real model: a tiny Llama with random weights, through the transformers engine."""

import shutil
from pathlib import Path

import pytest

from synth_assets.corpus.store import Store
from synth_assets.errors import EngineError
from synth_assets.profile import Profile
from synth_assets.rewriting.catalogue import find_recipe
from synth_assets.rewriting.stage import run
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import BATCH, document, publish
from synth_assets_tests.rewriting.pages import EDITOR, LETTER
from synth_assets_tests.rewriting.recipes.characters import turned_on
from synth_assets_tests.rewriting.test_recipe import with_recipe

NEW_TOKENS = 12


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Over bytes, with a chat template and room for a recipe's prompt."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("llama")
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {token: i for i, token in enumerate(["<s>", "</s>", *letters])}
    raw = Tokenizer(models.BPE(vocab=vocab, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, bos_token="<s>", eos_token="</s>")
    tokenizer.chat_template = "{% for m in messages %}{{ m['content'] }}\n{% endfor %}"
    tokenizer.save_pretrained(folder)
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=len(vocab),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=2560,
        bos_token_id=0,
        eos_token_id=1,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


RECIPES = (
    "back_and_forth",
    "beyondweb",
    "bonito",
    "bonito_checkpoint",
    "control_continue",
    "control_summarise",
    "distill",
    "diverse_qa",
    "encyclopedic",
    "entigraph",
    "extract_knowledge",
    "faq",
    "instruction_pretraining",
    "instruction_synthesizer",
    "knowledge_list",
    "prox",
    "prox_doc_refiner",
    "prox_refiner",
    "rephrase",
    "roundtrip_qa",
    "table",
    "thinking",
    "tutorial",
    "wrap_easy",
    "wrap_hard",
    "wrap_medium",
    "wrap_qa",
)


@pytest.mark.parametrize("name", RECIPES)
def test_a_model_that_says_nothing_of_use_makes_nothing(
    name: str, model: Path, store: Store, make_run: MakeRun, profile: Profile
):
    engine = {
        "kind": "transformers",
        "task": "causal",
        "model": str(model),
        "device": "cpu",
        "sampling": {"max_new_tokens": NEW_TOKENS},
    }
    pages = [
        document(0, EDITOR),
        document(1, f"{LETTER}\n{EDITOR}"),
        document(2, "so long " * 2000, title="Does not fit"),
    ]
    publish(store, pages)
    go = make_run(BATCH, turned_on(profile, name, engine=engine))
    footer = run(go, recipe=name)
    dropped = store.open(f"rewritten/{name}", BATCH).dropped()
    reasons = dict(zip(dropped["doc_id"], dropped["drop_reason"], strict=True))
    assert not footer.broken_laws
    assert reasons[pages[2].doc_id] == "failed_prompt_too_long"
    selection = find_recipe(name).selection
    taken = [page for page in pages[:2] if selection.refuses(page) is None]
    allowed = {"truncated", "too_short", "empty"}
    # a checkpoint's pairs may be cut off: the whole ones count, and there is none
    allowed |= {"unreadable", "language"} if name == "instruction_synthesizer" else set()
    assert {reasons[page.doc_id] for page in taken} <= allowed
    assert taken and len(reasons) == len(taken) + 1


def test_a_model_without_chat_template_is_told_before_anything_is_generated(
    model: Path, tmp_path: Path, store: Store, make_run: MakeRun, profile: Profile
):
    bare = tmp_path / "bare"
    shutil.copytree(model, bare, ignore=shutil.ignore_patterns("chat_template*"))
    engine = {"kind": "transformers", "task": "causal", "model": str(bare), "device": "cpu"}
    publish(store, [document(0, EDITOR)])
    go = make_run(BATCH, with_recipe(profile, "faq", engine=engine, min_words=0))
    with pytest.raises(EngineError, match="has no chat template"):
        run(go, recipe="faq")
    assert not store.has("rewritten/faq", BATCH)
    journals = Path(store.files.path("journal")).rglob("*.jsonl")
    assert not any(path.stat().st_size for path in journals)
