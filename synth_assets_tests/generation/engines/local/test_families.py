"""Causal models of other kinds write with the own loop what they write with stock generation."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synth_assets.generation.engines import open_engine
from synth_assets.generation.protocol import Request, Result, Sampling
from synth_assets_tests.generation.engines.conftest import spec
from synth_assets_tests.generation.engines.models import FAMILIES, SENTENCES, make_family


@pytest.fixture(scope="module", params=FAMILIES)
def family(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_family(tmp_path_factory.mktemp("families") / request.param, request.param)


@pytest.fixture
def engine(family: Path) -> Iterator[Any]:
    opened = open_engine(spec(family, task="causal", batch_size=5, replicas=1))
    yield opened
    opened.close()


def ask(engine: Any, sampling: Sampling) -> list[Result]:
    requests = [Request(str(i), text, sampling, i) for i, text in enumerate(SENTENCES)]
    found = {result.key: result for result in engine.generate(requests)}
    return [found[str(i)] for i in range(len(requests))]


def test_own_loop_and_stock_generation_agree(engine: Any, family: Path) -> None:
    assert (engine._kinds is None) == (family.name == "mamba")
    for sampling in (Sampling(max_new_tokens=20), Sampling(temperature=1.0, max_new_tokens=20)):
        own = ask(engine, sampling)
        kinds, engine._kinds = engine._kinds, None
        stock = ask(engine, sampling)
        engine._kinds = kinds

        assert not any(result.failed for result in own)
        assert [result.text for result in own] == [result.text for result in stock]
        assert [result.finish_reason for result in own] == [r.finish_reason for r in stock]
        assert max(result.completion_tokens for result in own) > 2
