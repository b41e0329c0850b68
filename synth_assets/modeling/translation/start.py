"""The weights before the first step.

The cross-lingual start is latent semantic analysis over sentence pairs (Littman, Dumais and
Landauer 1998): tokens of both languages that stand in the same pairs get like vectors. The
decoder's cross-attention begins near the identity, so that it looks at source tokens like the one
at hand and passes on what they mean. Small bitexts learn to translate at once that way, where a
random start is a language model of the target for long.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth_assets.modeling.translation.batches import Encoded, Side
from synth_assets.profile.modeling import TranslatorModel

Floats = NDArray[np.float32]

FLATTENING = 0.3
"""Power of the singular values; at 1 the few most frequent topics would be all that counts."""
ROUNDS, SPARE = 4, 16
"""Of the subspace iteration: repetitions, and dimensions more than are wanted."""
QUERY_KEY, VALUE_OUT, NOISE = 1.2, 0.7, 0.3
"""Shares of the identity in the cross-attention's projections, and of chance in the last two."""


def new_model(settings: TranslatorModel, size: int, seed: int) -> Any:
    """A MarianMTModel of the settings' shape with a vocabulary of `size`, at random."""
    import torch
    from transformers import MarianConfig, MarianMTModel

    config = MarianConfig(
        vocab_size=size,
        decoder_vocab_size=size,
        d_model=settings.d_model,
        encoder_layers=settings.encoder_layers,
        decoder_layers=settings.decoder_layers,
        encoder_attention_heads=settings.heads,
        decoder_attention_heads=settings.heads,
        encoder_ffn_dim=settings.ffn,
        decoder_ffn_dim=settings.ffn,
        activation_function="relu",
        dropout=settings.dropout,
        scale_embedding=True,
        max_position_embeddings=512,
        pad_token_id=size - 1,
        decoder_start_token_id=size - 1,
        eos_token_id=0,
        forced_eos_token_id=None,
    )
    model = MarianMTModel(config)
    chance = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, module in model.named_modules():
            if isinstance(module, torch.nn.Linear) and module is not model.lm_head:
                gain = 0.5 if name.endswith(("out_proj", "fc2")) else 1.0
                torch.nn.init.xavier_uniform_(module.weight, gain, generator=chance)
                torch.nn.init.zeros_(module.bias)
        weight: Any = model.get_input_embeddings().weight
        weight.normal_(0, 1 / math.sqrt(settings.d_model), generator=chance)
    return model


def start_from(model: Any, data: Encoded, seed: int) -> None:
    """Give a new model the embeddings of the bitext and a cross-attention near the identity."""
    import torch

    weight = model.get_input_embeddings().weight
    size, width = weight.shape
    found = token_vectors(data, size, width, seed)
    known = np.flatnonzero(np.linalg.norm(found, axis=1))
    chance = torch.Generator().manual_seed(seed + 1)
    with torch.no_grad():
        weight[torch.from_numpy(known)] = torch.from_numpy(found[known])
        for layer in model.get_decoder().layers:
            attention = layer.encoder_attn
            for projection in (attention.q_proj, attention.k_proj):
                torch.nn.init.eye_(projection.weight).mul_(QUERY_KEY)
            for projection in (attention.v_proj, attention.out_proj):
                torch.nn.init.xavier_uniform_(projection.weight, generator=chance).mul_(NOISE)
                projection.weight.diagonal().add_(VALUE_OUT)


def token_vectors(data: Encoded, size: int, width: int, seed: int) -> Floats:
    """[token, width], each of length one, or zero where the bitext does not have the token.

    A token's vector is the mean of its vectors as a source and as a target token, by frequency.
    The first component, which is frequency alone, is left out; a random rotation spreads the rest
    over all heads.
    """
    from scipy import sparse

    sides = [_weighted(side, size) for side in (data.source, data.target)]
    table = sparse.hstack([weights for weights, _ in sides], format="csr")
    chance = np.random.default_rng(seed)
    vectors, values = _right_singular(table, width + 1, chance)
    scaled = vectors[:, 1:] * values[1:] ** FLATTENING
    split = _unit(scaled).reshape(2, size, -1)
    counts = np.stack([found for _, found in sides])[:, :, None]
    mean = (split * counts).sum(axis=0) / np.maximum(counts.sum(axis=0), 1)
    rotation, _ = np.linalg.qr(chance.standard_normal((width, width)))
    found: Floats = _unit(mean @ rotation[: mean.shape[1]]).astype(np.float32)
    return found


def _weighted(side: Side, size: int) -> tuple[Any, NDArray[np.float64]]:
    """TF-IDF as a sparse matrix [segment, token] with rows of length one; counts of tokens."""
    from scipy import sparse

    count = len(side.starts) - 1
    ones = np.ones(len(side.ids))
    table = sparse.csr_matrix((ones, side.ids, side.starts), shape=(count, size), copy=True)
    table.sum_duplicates()
    occurs = np.bincount(table.indices, minlength=size)
    table.data = np.log1p(table.data) * np.log(count / np.maximum(occurs, 1))[table.indices]
    norms = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    table.data /= np.repeat(np.maximum(norms, 1e-9), np.diff(table.indptr))
    return table, np.bincount(side.ids, minlength=size).astype(np.float64)


def _right_singular(
    table: Any, count: int, chance: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The first right singular vectors [column, number] and values, by randomized subspace
    iteration (Halko, Martinsson and Tropp 2011)."""
    count = min(count, *table.shape)
    basis = chance.standard_normal((table.shape[1], min(count + SPARE, *table.shape)))
    for _ in range(ROUNDS):
        basis, _ = np.linalg.qr(table.T @ (table @ basis))
    _, values, turned = np.linalg.svd(table @ basis, full_matrices=False)
    return basis @ turned.T[:, :count], values[:count]


def _unit(rows: Any) -> Any:
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)
