"""Tiny models with random weights and real tokenizers, written to folders: no hub is needed."""

import json
from pathlib import Path
from typing import Any

import sentencepiece
import tokenizers
import torch
import transformers
from tokenizers import models, pre_tokenizers

_ALL = "the a open close file menu window page new old red blue big small choose click save"
WORDS = _ALL.split()
SENTENCES = [
    " ".join(WORDS[(start * step + step) % len(WORDS)] for start in range(3 + step % 9))
    for step in range(1, 40)
]


def train_pieces(folder: Path, size: int = 60) -> Path:
    """A SentencePiece model over the words above."""
    corpus = folder / "corpus.txt"
    corpus.write_text("\n".join(SENTENCES * 5))
    sentencepiece.SentencePieceTrainer.train(
        input=str(corpus),
        model_prefix=str(folder / "pieces"),
        vocab_size=size,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    corpus.unlink()
    return folder / "pieces.model"


def piece_names(model: Path) -> list[str]:
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(model))
    return [pieces.id_to_piece(index) for index in range(pieces.get_piece_size())]


def make_marian(folder: Path, *, codes: tuple[str, ...] = (), source: str = "en") -> Path:
    """A Marian model; `codes` are the target languages of a multilingual one."""
    folder.mkdir(parents=True)
    pieces = train_pieces(folder)
    names = ["</s>", "<unk>", *(f">>{code}<<" for code in codes)]
    names += [name for name in piece_names(pieces) if name not in ("<s>", "</s>", "<unk>")]
    names.append("<pad>")
    for side in ("source.spm", "target.spm"):
        (folder / side).write_bytes(pieces.read_bytes())
    (folder / "vocab.json").write_text(json.dumps({name: i for i, name in enumerate(names)}))
    settings = {"tokenizer_class": "MarianTokenizer", "source_lang": source, "target_lang": "ca"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    pad = len(names) - 1
    torch.manual_seed(1)
    config = transformers.MarianConfig(
        vocab_size=len(names),
        d_model=16,
        encoder_layers=1,
        decoder_layers=2,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        max_position_embeddings=64,
        pad_token_id=pad,
        eos_token_id=0,
        decoder_start_token_id=pad,
        forced_eos_token_id=0,
        init_std=0.7,
    )
    model = transformers.MarianMTModel(config)
    model.generation_config.bad_words_ids = [[pad]]
    model.save_pretrained(folder)
    return folder


def make_m2m100(folder: Path) -> Path:
    folder.mkdir(parents=True)
    pieces = train_pieces(folder)
    names = ["<s>", "<pad>", "</s>", "<unk>"]
    names += [name for name in piece_names(pieces) if name not in names]
    vocab = folder / "vocab.json"
    vocab.write_text(json.dumps({name: i for i, name in enumerate(names)}))
    tokenizer = transformers.M2M100Tokenizer(str(vocab), str(pieces))
    tokenizer.save_pretrained(folder)
    languages = len(tokenizer.lang_token_to_id)  # they follow the vocabulary and are not in it
    _save_m2m(folder, len(tokenizer) + languages + tokenizer.num_madeup_words)
    return folder


def make_nllb(folder: Path) -> Path:
    folder.mkdir(parents=True)
    letters = sorted(set("".join(WORDS)))
    vocab = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "▁": 4}
    vocab |= {letter: len(vocab) + i for i, letter in enumerate(letters)}
    tokenizer = transformers.NllbTokenizer(vocab=vocab, merges=[])
    tokenizer.save_pretrained(folder)
    _save_m2m(folder, len(tokenizer))
    return folder


def _save_m2m(folder: Path, size: int) -> None:
    torch.manual_seed(2)
    config = transformers.M2M100Config(
        vocab_size=size,
        d_model=16,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        max_position_embeddings=64,
        decoder_start_token_id=2,
        init_std=0.7,
    )
    transformers.M2M100ForConditionalGeneration(config).save_pretrained(folder)


def make_madlad(folder: Path, *, decoder_layers: int = 1) -> Path:
    """T5 with `<2xx>` tokens, as MADLAD-400 has them."""
    folder.mkdir(parents=True)
    vocab = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    vocab += [("<2en>", 0.0), ("<2ca>", 0.0), ("<2zh>", 0.0)]
    vocab += [(letter, -3.0) for letter in sorted(set("".join(WORDS)))]
    tokenizer = transformers.T5Tokenizer(vocab=vocab, extra_ids=0)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(3)
    config = transformers.T5Config(
        vocab_size=len(tokenizer),
        d_model=16,
        d_kv=8,
        d_ff=32,
        num_layers=1,
        num_decoder_layers=decoder_layers,
        num_heads=2,
        decoder_start_token_id=0,
        initializer_factor=3.0,
    )
    transformers.T5ForConditionalGeneration(config).save_pretrained(folder)
    return folder


CHAT = "{% for m in messages %}{{ m['role'] }} {{ m['content'] }} {% endfor %}assistant"


def make_llama(folder: Path, *, chat: bool = False, penalty: float = 1.0) -> Path:
    """A causal model over whole words; every fifth word ends a text, so that texts differ in
    length. A repetition penalty makes it go through stock generation."""
    folder.mkdir(parents=True)
    vocab = {
        name: i for i, name in enumerate(["<unk>", "<s>", "</s>", *WORDS, "user", "assistant"])
    }
    raw = tokenizers.Tokenizer(models.WordLevel(vocab, unk_token="<unk>"))
    raw.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=raw, bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    )
    if chat:
        tokenizer.chat_template = CHAT
    tokenizer.save_pretrained(folder)
    torch.manual_seed(4)
    config = transformers.LlamaConfig(
        vocab_size=len(vocab),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=40,
        initializer_range=0.7,
    )
    _save_causal(folder, config, penalty)
    return folder


FAMILIES: dict[str, tuple[Any, dict[str, Any]]] = {
    "mistral": (transformers.MistralConfig, {"sliding_window": 6}),
    "qwen3": (transformers.Qwen3Config, {"head_dim": 16}),
    "gemma2": (transformers.Gemma2Config, {"sliding_window": 5, "head_dim": 8}),
    "gpt2": (transformers.GPT2Config, {"n_positions": 40}),
    "opt": (transformers.OPTConfig, {"ffn_dim": 32, "word_embed_proj_dim": 16, "init_std": 0.7}),
    "bloom": (transformers.BloomConfig, {}),
    "mamba": (transformers.MambaConfig, {"state_size": 4}),
}
"""Kinds of causal models: sliding windows, learned positions, ALiBi, recurrent states."""


def make_family(folder: Path, name: str) -> Path:
    """A small model of another family, with the tokenizer of `make_llama`."""
    make_llama(folder)
    kind, settings = FAMILIES[name]
    torch.manual_seed(5)
    shape = {
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "max_position_embeddings": 40,
        "initializer_range": 0.7,
        "vocab_size": len(transformers.AutoTokenizer.from_pretrained(folder)),
        "pad_token_id": None,
    }
    _save_causal(folder, kind(**shape | settings), penalty=1.0)
    return folder


def _save_causal(folder: Path, config: Any, penalty: float) -> None:
    model = transformers.AutoModelForCausalLM.from_config(config)
    model.generation_config.eos_token_id = [2, 5, 10]
    model.generation_config.repetition_penalty = penalty
    model.save_pretrained(folder)
