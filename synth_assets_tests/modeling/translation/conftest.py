"""A small model of the made-up pair, trained once, and settings that train in seconds."""

from pathlib import Path

import pytest
import torch

from synth_assets.modeling.translation.translator import Job, Trained, train_translator
from synth_assets.profile.modeling import TranslatorModel, split_pair
from synth_assets_tests.modeling.translation.made_up import PAIR, bitext

SMALL = TranslatorModel(
    vocabulary=180,
    d_model=64,
    ffn=128,
    encoder_layers=1,
    decoder_layers=1,
    dropout=0.0,
    steps=150,
    batch_tokens=700,
    rate=0.004,
    warmup=40,
    evaluate_every=75,
    held_out=60,
    average=2,
)
TINY = SMALL.model_copy(
    update={"d_model": 16, "ffn": 16, "steps": 12, "evaluate_every": 4, "held_out": 4}
    | {"dropout": 0.1, "batch_tokens": 512, "max_tokens": 30}
)
SEED = 3


def job(out: Path, settings: TranslatorModel = TINY, **more: object) -> Job:
    return Job(split_pair(PAIR), settings, SEED, out, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """The same sums on every machine: one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        out = tmp_path_factory.mktemp("translator") / "model"
        return train_translator([bitext(1500, 8, seed=1)], job(out, SMALL))
    finally:
        torch.set_num_threads(threads)
