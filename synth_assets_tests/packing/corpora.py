"""Small deduplicated batches and a small real tokenizer, for the tests of this room."""

import json
from pathlib import Path

import polars as pl

from synth_assets.corpus.document import Document, measure
from synth_assets.corpus.footer import Footer, Law
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.store import Store
from synth_assets.packing.tokenizer import token_counter
from synth_assets.profile import Profile

TRAINING = ["the quick brown fox jumps over the lazy dog", "pack my box with five dozen jugs"]


def small_tokenizer(folder: Path) -> str:
    """A byte-level BPE tokenizer with an end-of-text token; returns its folder."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=320, special_tokens=["<|endoftext|>"], initial_alphabet=alphabet
    )
    raw.train_from_iterator(TRAINING, trainer)
    folder.mkdir(parents=True)
    raw.save(str(folder / "tokenizer.json"))
    config = {"eos_token": "<|endoftext|>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return str(folder)


def with_packing(profile: Profile, tokenizer: str, length: int) -> Profile:
    changes = {"tokenizer": tokenizer, "sequence_lengths": [length]}
    packing = profile.packing.model_copy(update=changes)
    return profile.model_copy(update={"packing": packing})


def write_deduped(
    store: Store, batch: str, texts: list[str], tokenizer: str, miscount: int = 0
) -> Footer:
    """A batch of `deduped`; `miscount` falsifies the first document's token count."""
    documents = [Document(doc_id=f"{number:032x}", text=text) for number, text in enumerate(texts)]
    measure(documents, token_counter(tokenizer))
    if miscount:
        documents[0].n_tokens = (documents[0].n_tokens or 0) + miscount
    frame = pl.DataFrame([document.to_row() for document in documents], schema=DOCUMENT)
    with store.write("deduped", batch, schema=DOCUMENT, code_version="test", inputs={}) as writer:
        writer.keep(frame)
        return writer.commit(Law("documents", {"in": len(texts)}, {"kept": frame.height}))
