"""A real model: a tiny Llama with random weights, through the transformers engine.

It says nothing of use, so that a recipe that makes something of it has a hole, and steps behind the
first are not reached; what is checked is that every recipe's requests on real pages are answered,
and that what the gates drop is explained.
"""

import shutil
from collections import Counter
from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest
from fastwarc import ArchiveIterator, WarcRecordType

from synth_assets.bundled import SAMPLE
from synth_assets.corpus.document import Document
from synth_assets.corpus.footer import Footer
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.store import Corpus, Store
from synth_assets.errors import EngineError
from synth_assets.ingest.html import read_page
from synth_assets.profile import Profile
from synth_assets.rewriting.catalogue import find_recipe, recipes
from synth_assets.rewriting.rejects import GIVEN
from synth_assets.rewriting.stage import run
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import BATCH, document, frame, publish
from synth_assets_tests.rewriting.pages import EDITOR
from synth_assets_tests.rewriting.recipes.characters import turned_on
from synth_assets_tests.rewriting.test_recipe import with_recipe

NEW_TOKENS = 12
WINDOW = 8192
"""In bytes, which are the model's tokens: a prompt and a page."""


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
        max_position_embeddings=WINDOW,
        bos_token_id=0,
        eos_token_id=1,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


DAILY = ("instruction_pretraining", "prox", "retrieval_data", "wrap_easy")
"""One of each shape: documents together, one step after another, the batch around a document,
passages for themselves."""


@pytest.fixture(scope="module")
def real_pages() -> list[Document]:
    """Of the bundled sample, short ones; its file ends with a record that is broken on purpose."""
    texts: list[str] = []
    with (SAMPLE / "pages.warc.gz").open("rb") as stream, suppress(OSError):
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response):
            record.parse_http()
            texts.append(read_page(record.reader.read().decode()).text)
    short = [text for text in texts if 80 <= len(text.split()) <= 260]
    assert len(short) >= 20
    return [document(n, text) for n, text in enumerate(short[:: len(short) // 20][:20])]


def all_recipes() -> list[object]:
    """The daily ones, and the others in the long run alone."""
    names = [name for name, one in recipes().items() if one.served_by in ENGINES]
    return [
        pytest.param(name, 5, marks=() if name in DAILY else pytest.mark.drill) for name in names
    ] + [pytest.param(name, 20, marks=pytest.mark.drill) for name in names]


ENGINES = {"writers": {"task": "causal"}, "resamplers": {"task": "resample"}}


def run_on(
    pages: list[Document], name: str, model: Path, make_run: MakeRun, profile: Profile
) -> tuple[Footer, Corpus]:
    """The pages through a recipe and the model; for one that reads what `filtered` dropped, they
    are dropped."""
    recipe = find_recipe(name)
    engine: dict[str, object] = {"kind": "transformers", "model": str(model), "device": "cpu"}
    engine |= ENGINES[recipe.served_by]
    if recipe.served_by == "writers":
        engine["sampling"] = {"max_new_tokens": NEW_TOKENS}
    go = make_run(BATCH, turned_on(profile, name, engine=engine))
    with go.store.write("filtered", BATCH, schema=DOCUMENT, code_version="1", inputs={}) as writer:
        writer.read(frame(pages))
        if recipe.reads == "kept":
            writer.keep(frame(pages))
        else:
            lost = dict.fromkeys(("drop_value", "drop_limit"), pl.lit(""))
            writer.drop(frame(pages).with_columns(drop_reason=pl.lit(GIVEN), **lost))
        writer.commit()
    footer = run(go, recipe=name)
    return footer, go.store.open(f"rewritten/{name}", BATCH)


@pytest.mark.parametrize(("name", "n_pages"), all_recipes())
def test_every_recipe_runs_on_real_pages_and_says_what_became_of_each(
    name: str,
    n_pages: int,
    real_pages: list[Document],
    model: Path,
    make_run: MakeRun,
    profile: Profile,
):
    pages = real_pages[:: len(real_pages) // n_pages]
    footer, made = run_on(pages, name, model, make_run, profile)
    assert not footer.broken_laws and len(pages) == n_pages
    sent = sum(1 for frame in made.sidecar_frames("requests") for _ in frame.iter_rows())
    assert sent >= footer.counts.read.documents - footer.counts.other.get("parents_not_selected", 0)
    dropped = made.dropped()
    for reason, value, limit in dropped.select(*WHY).iter_rows():
        assert reason and value is not None and limit is not None, reason
        assert limit or reason in SELF_EVIDENT, (reason, value)
    print(name, n_pages, dict(footer.counts.other), dict(Counter(dropped["drop_reason"])))


WHY = ("drop_reason", "drop_value", "drop_limit")
SELF_EVIDENT = {"drop_doc", "empty"}
"""What a model's verdict, or an empty text, says by itself."""


def test_a_page_that_does_not_fit_is_told_and_the_others_go_on(
    model: Path, make_run: MakeRun, profile: Profile
):
    pages = [document(0, EDITOR), document(2, "so long " * 2000, title="Does not fit")]
    footer, made = run_on(pages, "faq", model, make_run, profile)
    reasons = dict(made.dropped().select("doc_id", "drop_reason").iter_rows())
    assert not footer.broken_laws
    assert reasons[pages[1].doc_id] == "failed_prompt_too_long"
    assert reasons[pages[0].doc_id] in {"truncated", "too_short", "empty"}


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
