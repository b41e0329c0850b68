"""Loading a model that plain arguments name: weights, tokenizer, device, dtype."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import torch
import transformers

from synth_assets.generation.engines.local.causal import CausalEngine
from synth_assets.generation.engines.local.engine import LocalEngine
from synth_assets.generation.engines.local.resample import ResampleEngine
from synth_assets.generation.engines.local.seq2seq import Seq2SeqEngine
from synth_assets.generation.protocol import EngineError, EngineIdentity

Task = Literal["causal", "seq2seq", "resample"]

_DTYPES = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}


def load_engine(
    path: str,
    task: Task,
    identity: EngineIdentity,
    *,
    revision: str | None = None,
    device: str = "auto",
    dtype: str = "auto",
    batch_size: int | None = None,
    window: int = 4096,
    replicas: int | None = None,
) -> LocalEngine | ResampleEngine:
    """The model at `path`, a folder or a hub name, ready to generate. `dtype` auto is bfloat16 on
    CUDA and float32 elsewhere; for the rest see `LocalEngine`.

    Raises EngineError with one sentence when that is not possible.
    """
    place = _device(device)
    try:
        tokenizer = load_tokenizer(path, revision)
        model = _load_model(path, revision, task, place, _dtype(dtype, place))
    except torch.OutOfMemoryError:
        raise EngineError(
            f"model {identity.model} does not fit into the memory of {place}; "
            f"allowed are a smaller model, a smaller dtype or another device"
        ) from None
    except (OSError, ValueError, ImportError, KeyError) as error:
        reason = str(error).strip().split("\n")[0]
        raise EngineError(f"model {identity.model} cannot be loaded: {reason}") from error
    if task == "resample":
        return ResampleEngine(model, tokenizer, identity)
    kind = Seq2SeqEngine if task == "seq2seq" else CausalEngine
    return kind(model, tokenizer, identity, batch_size=batch_size, window=window, replicas=replicas)


def load_tokenizer(path: str, revision: str | None = None) -> Any:
    """The tokenizer alone."""
    with quiet():
        return transformers.AutoTokenizer.from_pretrained(path, revision=revision)


def _load_model(
    path: str, revision: str | None, task: Task, device: torch.device, dtype: torch.dtype
) -> Any:
    auto = (
        transformers.AutoModelForSeq2SeqLM
        if task == "seq2seq"
        else transformers.AutoModelForCausalLM
    )
    with quiet():
        model = auto.from_pretrained(path, revision=revision, dtype=dtype)
    return model.eval().to(device)


def _device(name: str) -> torch.device:
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise EngineError(
            f"device {name} is not known; allowed are auto, cpu, cuda, cuda:<n> or mps"
        ) from None
    if device.type == "cuda" and not torch.cuda.is_available():
        raise EngineError(f"device {name} is not there: no CUDA device answers")
    return device


def _dtype(name: str, device: torch.device) -> torch.dtype:
    if name == "auto":
        return torch.bfloat16 if device.type == "cuda" else torch.float32
    return _DTYPES[name]


@contextmanager
def quiet() -> Iterator[None]:
    """Loading without a progress bar and without Marian's advice to install a normaliser that the
    model was not trained with."""
    bars: Any = transformers.utils.logging
    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Recommended: pip install sacremoses")
            yield
    finally:
        if shown:
            bars.enable_progress_bar()
