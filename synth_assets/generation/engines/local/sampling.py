"""The next token of every row: greedy, or drawn with noise that belongs to the request alone."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from synth_assets.generation.engines.local.rows import Row

CANDIDATES = 256
"""Likeliest tokens that top-k and top-p look at first; a row that needs more is sorted as a whole.
A constant, so that what is done to a row does not depend on its neighbours."""

_WEYL = np.uint64(0x9E3779B97F4A7C15)
_BITS = 40
"""Bits of a noise number: enough for any vocabulary, and never rounded up to 1."""


def uniform(seeds: Sequence[int], steps: Sequence[int]) -> NDArray[np.float64]:
    """Numbers in [0, 1), one for each pair of request seed and token number (SplitMix64, Steele
    et al. 2014, the seed mixed first so that neighbouring seeds share no sequence)."""
    seed = np.array([seed & 0xFFFFFFFFFFFFFFFF for seed in seeds], dtype=np.uint64)
    step = np.array(steps, dtype=np.uint64)
    mixed = _mix(_mix(seed + _WEYL) + (step + np.uint64(1)) * _WEYL)
    return (mixed >> np.uint64(64 - _BITS)).astype(np.float64) / float(1 << _BITS)


def _mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


class Sampler:
    """How each row of a batch draws its tokens; made anew when rows come or go."""

    def __init__(self, rows: Sequence[Row], device: torch.device) -> None:
        places: list[list[int]] = [[], []]
        for place, row in enumerate(rows):
            sampling = row.item.request.sampling
            if sampling.temperature > 0:
                places[sampling.top_k > 0 or sampling.top_p < 1].append(place)
        self._groups = [
            _Group(rows, found, is_cut, device)
            for is_cut, found in zip((False, True), places, strict=True)
            if found
        ]

    @torch.inference_mode()
    def choose(self, logits: torch.Tensor) -> torch.Tensor:
        """Tokens (rows,) from logits (rows, vocabulary)."""
        if any(group.is_all for group in self._groups):
            return self._groups[0].draw(logits)
        tokens = likeliest(logits)
        for group in self._groups:
            tokens[group.places] = group.draw(logits[group.places])
        return tokens


def likeliest(logits: torch.Tensor) -> torch.Tensor:
    """Tokens (rows,) of the highest logits (rows, vocabulary). On a CPU numpy finds them in a tenth
    of torch's time."""
    if logits.device.type != "cpu" or logits.dtype != torch.float32:
        return logits.argmax(dim=-1)
    return torch.from_numpy(logits.numpy().argmax(axis=-1))


class _Group:
    """Rows that are drawn alike: from the whole vocabulary, or from its likeliest part."""

    def __init__(
        self, rows: Sequence[Row], places: list[int], is_cut: bool, device: torch.device
    ) -> None:
        self._rows = [rows[place] for place in places]
        self.places = torch.tensor(places, device=device)
        self.is_all = len(places) == len(rows)
        settings = [row.item.request.sampling for row in self._rows]
        self._temperature = torch.tensor([s.temperature for s in settings], device=device)[:, None]
        self._cut = ([s.top_k for s in settings], [s.top_p for s in settings]) if is_cut else None
        self._seeds = [row.item.request.seed for row in self._rows]

    def draw(self, logits: torch.Tensor) -> torch.Tensor:
        noise = torch.from_numpy(uniform(self._seeds, [len(row.written) for row in self._rows]))
        noise = noise.to(logits.device, dtype=_exact(logits), non_blocking=True)[:, None]
        scores = logits.float() / self._temperature
        if self._cut is None:
            return _invert(scores.softmax(dim=-1), noise)
        return draw_likeliest(scores, *self._cut, noise)


def draw_likeliest(
    scores: torch.Tensor, top_k: Sequence[int], top_p: Sequence[float], noise: torch.Tensor
) -> torch.Tensor:
    """Tokens (rows,) of scores (rows, vocabulary): top-k, then top-p (Holtzman et al. 2020) among
    what that left, then the inverse of the cumulative distribution at the noise (rows, 1)."""
    size = scores.shape[-1]
    ks = torch.tensor([k if 0 < k < size else size for k in top_k], device=scores.device)[:, None]
    ps = torch.tensor(top_p, device=scores.device, dtype=_exact(scores))[:, None]
    width = min(CANDIDATES, size)
    best, ids = scores.topk(width, dim=-1)
    mass = torch.where(
        ks <= width,
        best.masked_fill(_ranks(best) >= ks, float("-inf")).logsumexp(dim=-1, keepdim=True),
        scores.logsumexp(dim=-1, keepdim=True),
    )
    chances = (best - mass).exp().masked_fill(_ranks(best) >= ks, 0)
    tokens, covered = _nucleus(chances, ids, ps, noise)
    short = ~(covered | (ks <= width) | (width == size)).squeeze(-1)
    if short.any():
        full, order = scores[short].sort(dim=-1, descending=True, stable=True)
        chances = full.masked_fill(_ranks(full) >= ks[short], float("-inf")).softmax(dim=-1)
        tokens[short], _ = _nucleus(chances, order, ps[short], noise[short])
    return tokens


def _nucleus(
    chances: torch.Tensor, ids: torch.Tensor, top_p: torch.Tensor, noise: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """A token per row of chances in falling order, and whether they reach top_p (rows, 1)."""
    cumulative = chances.cumsum(dim=-1, dtype=top_p.dtype)
    last = (cumulative < top_p).sum(dim=-1, keepdim=True).clamp(max=chances.shape[-1] - 1)
    total = torch.where(top_p < 1, cumulative.gather(-1, last), cumulative[:, -1:])
    place = (cumulative <= noise * total).sum(dim=-1, keepdim=True)
    place = place.clamp(max=chances.shape[-1] - 1)
    return ids.gather(-1, place).squeeze(-1), cumulative[:, -1:] >= top_p


def _invert(chances: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Tokens (rows,) of chances in the vocabulary's own order."""
    cumulative = chances.cumsum(dim=-1, dtype=noise.dtype)
    places = torch.searchsorted(cumulative, noise * cumulative[:, -1:], right=True)
    return places.clamp_(max=chances.shape[-1] - 1).squeeze(-1)


def _ranks(scores: torch.Tensor) -> torch.Tensor:
    return torch.arange(scores.shape[-1], device=scores.device)


def _exact(scores: torch.Tensor) -> torch.dtype:
    """Sums over a vocabulary are kept in double precision, where the device has it."""
    return torch.float32 if scores.device.type == "mps" else torch.float64
