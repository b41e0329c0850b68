import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from synth_assets.generation.engines import open_engine
from synth_assets.generation.protocol import Engine
from synth_assets.generation.spec import TransformersSpec
from synth_assets_tests.generation.engines import models

Open = Callable[..., Engine]


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One folder per kind of model."""
    root = tmp_path_factory.mktemp("models")
    gc.freeze()  # an engine that closes collects garbage; torch itself need not be looked through
    return {
        "marian": models.make_marian(root / "marian"),
        "marian-many": models.make_marian(root / "marian-many", codes=("cat", "spa")),
        "m2m100": models.make_m2m100(root / "m2m100"),
        "nllb": models.make_nllb(root / "nllb"),
        "madlad": models.make_madlad(root / "madlad"),
        "madlad-deep": models.make_madlad(root / "madlad-deep", decoder_layers=2),
        "llama": models.make_llama(root / "llama"),
        "llama-chat": models.make_llama(root / "llama-chat", chat=True),
        "llama-penalty": models.make_llama(root / "llama-penalty", penalty=1.3),
    }


def spec(folder: Path, **changes: object) -> TransformersSpec:
    settings = {
        "kind": "transformers",
        "task": "causal" if "llama" in folder.name else "seq2seq",
        "model": str(folder),
        "batch_size": 5,
        "device": "cpu",
    }
    return TransformersSpec.model_validate(settings | changes)


@pytest.fixture
def open_model(folders: dict[str, Path]) -> Iterator[Open]:
    opened: list[Engine] = []

    def open_one(name: str, **changes: object) -> Engine:
        opened.append(open_engine(spec(folders[name], **changes)))
        return opened[-1]

    yield open_one
    for engine in opened:
        engine.close()
