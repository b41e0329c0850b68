"""The joint vocabulary of both languages, as files of a Marian tokenizer."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from synth_assets.errors import InputError
from synth_assets.generation.engines.local.language_codes import ISO_639
from synth_assets.modeling.translation.bitext import TAG

MAX_SENTENCES = 400_000
EOS, UNKNOWN, PAD = "</s>", "<unk>", "<pad>"
FILES = ("source.spm", "target.spm", "vocab.json", "tokenizer_config.json")


def write_tokenizer(folder: Path, train: pl.DataFrame, pair: tuple[str, str], size: int) -> None:
    """Learn a sentencepiece unigram model of both sides and write the files of MarianTokenizer.

    Every character of the bitext is in the vocabulary, digits stand alone, and the tag of
    back-translated sources is one piece. Ids: end of sentence 0, unknown 1, padding the last.
    Raises InputError where the bitext is too small for `size`.
    """
    model = _learn(train, size)
    vocabulary = _pieces(model)
    for name in FILES[:2]:
        (folder / name).write_bytes(model)
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False, indent=0))
    source, target = (ISO_639.get(lang.split("_")[0], lang.split("_")[0]) for lang in pair)
    config = {
        "tokenizer_class": "MarianTokenizer",
        "source_lang": source,
        "target_lang": target,
        "model_max_length": 512,
        "separate_vocabs": False,
        "clean_up_tokenization_spaces": False,
        "unk_token": UNKNOWN,
        "eos_token": EOS,
        "pad_token": PAD,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1))


def load_tokenizer(path: str) -> Any:
    """Raises InputError for a checkpoint of another kind than Marian."""
    from synth_assets.generation.engines.local import loading

    tokenizer = loading.load_tokenizer(path)
    if type(tokenizer).__name__ != "MarianTokenizer":
        raise InputError(
            f"{path} is no Marian checkpoint ({type(tokenizer).__name__}); give one of Marian"
        )
    return tokenizer


def _learn(train: pl.DataFrame, size: int) -> bytes:
    import sentencepiece

    found = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=_sentences(train),
            model_writer=found,
            model_type="unigram",
            vocab_size=size - 1,  # padding is not a piece of its own
            hard_vocab_limit=False,  # a small bitext has fewer pieces
            character_coverage=1.0,
            split_digits=True,
            user_defined_symbols=[TAG],
            bos_id=-1,
            eos_id=0,
            unk_id=1,
            num_threads=1,  # the same pieces on every machine
            minloglevel=2,
        )
    except RuntimeError as error:
        reason = str(error).strip().rsplit("\n", 1)[-1]
        raise InputError(
            f"no vocabulary of {size:,} can be learned from {len(train):,} pairs; set a smaller "
            f"`vocabulary` ({reason})"
        ) from error
    return found.getvalue()


def _sentences(train: pl.DataFrame) -> Iterator[str]:
    """Both sides of evenly spread pairs; memory is bound by their number."""
    for source, target in train["source", "target"][:: 1 + 2 * len(train) // MAX_SENTENCES].rows():
        yield source.removeprefix(TAG).strip()
        yield target


def _pieces(model: bytes) -> dict[str, int]:
    import sentencepiece

    pieces = sentencepiece.SentencePieceProcessor(model_proto=model)
    vocabulary = {pieces.id_to_piece(number): number for number in range(pieces.get_piece_size())}
    return vocabulary | {PAD: len(vocabulary)}
