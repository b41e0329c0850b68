"""Drawing: against a plain sort of one row, against the wanted frequencies, and noise alone."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.generation.engines.local.rows import Prompted, Row
from synth_assets.generation.engines.local.sampling import CANDIDATES, Sampler, uniform
from synth_assets.generation.protocol import Request, Sampling

CPU = torch.device("cpu")


def row(sampling: Sampling, seed: int, written: int = 0) -> Row:
    item = Prompted(Request("0", "", sampling, seed), [1], 100)
    return Row(item, written=[0] * written)


def draw_one(logits: torch.Tensor, of: Row) -> int:
    """What a row means, written plainly."""
    sampling = of.item.request.sampling
    scores = (logits.double() / sampling.temperature).tolist()
    order = sorted(range(len(scores)), key=lambda token: -scores[token])
    if sampling.top_k == 0 and sampling.top_p == 1:
        order = list(range(len(scores)))
    elif sampling.top_k:
        order = order[: sampling.top_k]
    chances = np.exp(np.array([scores[token] for token in order]) - max(scores))
    cumulative = np.cumsum(chances / chances.sum())
    kept = len(order)
    if sampling.top_p < 1:
        kept = min(kept, int((cumulative < sampling.top_p).sum()) + 1)
    noise = uniform([of.item.request.seed], [len(of.written)])[0]
    return order[int((cumulative[:kept] <= noise * cumulative[kept - 1]).sum())]


SAMPLINGS = [
    Sampling(temperature=1.0),
    Sampling(temperature=0.4, top_p=0.9),
    Sampling(temperature=1.5, top_k=7),
    Sampling(temperature=0.8, top_k=20, top_p=0.7),
    Sampling(temperature=3.0, top_p=0.99),
    Sampling(temperature=2.0, top_k=CANDIDATES + 100, top_p=0.995),
    Sampling(temperature=1.0, top_k=5_000),
]


@pytest.mark.parametrize("size", [11, 1000])
@pytest.mark.parametrize("sharpness", [0.3, 3.0])
def test_each_row_is_drawn_as_if_alone(size: int, sharpness: float) -> None:
    torch.manual_seed(size)
    rows = [row(sampling, seed) for seed in range(12) for sampling in SAMPLINGS]
    logits = torch.randn(len(rows), size) * sharpness

    tokens = Sampler(rows, CPU).choose(logits).tolist()

    assert tokens == [draw_one(scores, of) for scores, of in zip(logits, rows, strict=True)]


def test_greedy_rows_stand_beside_drawn_ones() -> None:
    torch.manual_seed(0)
    rows = [row(Sampling(), 0), row(Sampling(temperature=1.0), 5), row(Sampling(), 1)]
    logits = torch.randn(3, 50)

    tokens = Sampler(rows, CPU).choose(logits).tolist()

    assert tokens[0] == int(logits[0].argmax())
    assert tokens[1] == draw_one(logits[1], rows[1])
    assert tokens[2] == int(logits[2].argmax())


@pytest.mark.parametrize(
    "sampling", [Sampling(temperature=1.0), Sampling(temperature=1.0, top_k=4)]
)
def test_tokens_come_as_often_as_they_should(sampling: Sampling) -> None:
    chances = torch.tensor([0.4, 0.3, 0.2, 0.1, 0.0])
    rows = [row(sampling, seed % 100, seed // 100) for seed in range(20_000)]

    tokens = Sampler(rows, CPU).choose(chances.log().expand(len(rows), -1))

    shares = torch.bincount(tokens, minlength=5) / len(rows)
    assert torch.allclose(shares, chances, atol=0.012)
    assert shares[4] == 0


@given(st.integers(0, 2**64 - 1), st.integers(0, 100_000))
def test_noise_is_a_function_of_seed_and_step(seed: int, step: int) -> None:
    alone = uniform([seed], [step])[0]

    assert 0 <= alone < 1
    assert uniform([7, seed, 9], [3, step, step])[1] == alone
    assert uniform([seed], [step + 1])[0] != alone


def test_noise_of_neighbouring_seeds_and_steps_is_even_and_unrelated() -> None:
    noise = np.stack([uniform([seed] * 500, range(500)) for seed in range(40)])

    counts, _ = np.histogram(noise, bins=20, range=(0, 1))
    assert ((counts - 1000) ** 2 / 1000).sum() < 50  # chi-square, 19 degrees of freedom
    assert abs(np.corrcoef(noise)[~np.eye(40, dtype=bool)]).max() < 0.25
    assert abs(np.corrcoef(noise[:, :-1].ravel(), noise[:, 1:].ravel())[0, 1]) < 0.03
