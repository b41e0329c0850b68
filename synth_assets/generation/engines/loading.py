"""Loading a transformers model that a spec names: weights, tokenizer, device, dtype."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import transformers

from synth_assets import bundled
from synth_assets.errors import EngineError
from synth_assets.generation.engines.causal import CausalEngine
from synth_assets.generation.engines.identity import identify
from synth_assets.generation.engines.seq2seq import Seq2SeqEngine
from synth_assets.generation.protocol import Engine
from synth_assets.generation.spec import TransformersSpec

_DTYPES = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}


def open_transformers(spec: TransformersSpec) -> Engine:
    """Load the model; raises EngineError with one sentence when that is not possible."""
    device = _device(spec)
    try:
        with _quiet():
            tokenizer = load_tokenizer(spec)
            model = _load_model(spec, device)
    except torch.OutOfMemoryError:
        raise EngineError(
            f"model {spec.model} does not fit into the memory of {device}; "
            f"allowed are a smaller model, a smaller dtype or another device"
        ) from None
    except (OSError, ValueError, ImportError, KeyError) as error:
        reason = str(error).strip().split("\n")[0]
        raise EngineError(f"model {spec.model} cannot be loaded: {reason}") from error
    kind = Seq2SeqEngine if spec.task == "seq2seq" else CausalEngine
    engine: Engine = kind(
        model, tokenizer, identify(spec), batch_size=spec.batch_size, window=spec.window
    )
    return engine


def load_tokenizer(spec: TransformersSpec) -> Any:
    """The tokenizer alone."""
    with _quiet():
        return transformers.AutoTokenizer.from_pretrained(
            bundled.resolve(spec.model), revision=spec.revision
        )


def _load_model(spec: TransformersSpec, device: torch.device) -> Any:
    auto = (
        transformers.AutoModelForSeq2SeqLM
        if spec.task == "seq2seq"
        else transformers.AutoModelForCausalLM
    )
    model = auto.from_pretrained(
        bundled.resolve(spec.model), revision=spec.revision, dtype=_dtype(spec, device)
    )
    return model.eval().to(device)


def _device(spec: TransformersSpec) -> torch.device:
    if spec.device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(spec.device)
    except RuntimeError:
        raise EngineError(
            f"device {spec.device} is not known; allowed are auto, cpu, cuda, cuda:<n> or mps"
        ) from None
    if device.type == "cuda" and not torch.cuda.is_available():
        raise EngineError(f"device {spec.device} is not there: no CUDA device answers")
    return device


def _dtype(spec: TransformersSpec, device: torch.device) -> torch.dtype:
    if spec.dtype == "auto":
        return torch.bfloat16 if device.type == "cuda" else torch.float32
    return _DTYPES[spec.dtype]


@contextmanager
def _quiet() -> Iterator[None]:
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
