"""Models with random weights, built from a config alone, and a tokenizer built in memory: the
benchmark needs no file and no network. Needs torch and transformers only."""

from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers

from synth_assets.bench.generate.workload import word

VOCABULARY = 4096
POSITIONS = 1536
SOURCE_WEIGHT = 40.0


def small_llama(*, quick: bool = False) -> transformers.LlamaConfig:
    """About 5M parameters; a tenth of it for quick runs."""
    return transformers.LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=64 if quick else 256,
        intermediate_size=172 if quick else 688,
        num_hidden_layers=2 if quick else 4,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=POSITIONS,
        initializer_range=0.1,  # a smaller one repeats a single token for ever
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=None,
    )


def small_marian(*, quick: bool = False) -> transformers.MarianConfig:
    """A translation model as small labs train them: d=256, three encoder and two decoder layers,
    6.3M parameters."""
    return transformers.MarianConfig(
        vocab_size=VOCABULARY,
        d_model=64 if quick else 256,
        encoder_layers=1 if quick else 3,
        decoder_layers=1 if quick else 2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=256 if quick else 1024,
        decoder_ffn_dim=256 if quick else 1024,
        max_position_embeddings=POSITIONS,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=None,
        forced_eos_token_id=None,
        decoder_start_token_id=0,
    )


def build_model(
    config: Any, *, device: str = "cpu", dtype: torch.dtype = torch.float32, seed: int = 7
) -> Any:
    """The config's model with weights from the seed, ready to generate and never to stop."""
    torch.manual_seed(seed)
    auto: Any = (
        transformers.AutoModelForSeq2SeqLM
        if config.is_encoder_decoder
        else transformers.AutoModelForCausalLM
    )
    with torch.device(device):
        model = auto.from_config(config, dtype=dtype)
    model.generation_config.eos_token_id = None
    if config.is_encoder_decoder:
        _heed_the_source(model)
    return model.eval()


@torch.no_grad()
def _heed_the_source(model: Any) -> None:
    """Let answers depend on their sources, as a trained model's do; with plain random weights all
    answers are one, and comparing them would say little."""
    for layer in model.get_decoder().layers:
        attention = layer.encoder_attn
        attention.out_proj.weight *= SOURCE_WEIGHT
        attention.q_proj.weight *= SOURCE_WEIGHT**0.5
        attention.k_proj.weight *= SOURCE_WEIGHT**0.5


def build_tokenizer(vocabulary: int) -> Any:
    """One token for each word `w<number>`; no end token, so that no answer ends early."""
    names = {"<pad>": 0, "<unk>": 1}
    names |= {word(number): number for number in range(len(names), vocabulary)}
    raw = Tokenizer(models.WordLevel(names, unk_token="<unk>"))
    raw.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    kind: Any = transformers.PreTrainedTokenizerFast
    return kind(tokenizer_object=raw, pad_token="<pad>", unk_token="<unk>")
