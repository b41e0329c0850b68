"""Generation through `model.generate`: beam search, and models whose cache gives no rows up."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import torch
from transformers import LogitsProcessor, LogitsProcessorList

from synth_assets.generation.engines.batching import padded
from synth_assets.generation.engines.decoding import FORBIDDEN, Finished, sample

if TYPE_CHECKING:
    from synth_assets.generation.engines.transformers_common import Prompted


class SeededSampling(LogitsProcessor):
    """Draws the token itself and forbids all others, so that greedy search takes it."""

    def __init__(self, rows: Sequence["Prompted"], prompt_width: int) -> None:
        self._rows = rows
        self._prompt_width = prompt_width

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        step = int(input_ids.shape[1]) - self._prompt_width
        for place, row in enumerate(self._rows):
            sampling = row.request.sampling
            if sampling.temperature > 0:
                token = sample(scores[place], sampling, row.request.seed, step)
                scores[place] = FORBIDDEN
                scores[place, token] = 0.0
        return scores


def generate_stock(
    model: Any,
    batch: Sequence["Prompted"],
    eos: frozenset[int],
    *,
    pad_id: int,
    is_encoder_decoder: bool,
) -> Iterator[tuple[int, Finished]]:
    """Rows of the batch by number, all at the end. They share beams and forced token; sampling
    under beams is greedy beam search."""
    ids, mask = padded(
        [row.ids for row in batch], pad_id, model.device, left=not is_encoder_decoder
    )
    width = 1 if is_encoder_decoder else ids.shape[1]
    config = deepcopy(model.generation_config)
    beams = batch[0].request.sampling.num_beams
    config.update(
        do_sample=False,
        num_beams=beams,
        max_length=width + max(row.room for row in batch),
        pad_token_id=pad_id,
    )
    if batch[0].forced_bos is not None:
        config.forced_bos_token_id = batch[0].forced_bos
    processors = LogitsProcessorList([SeededSampling(batch, width)] if beams == 1 else [])
    with torch.inference_mode():
        made = model.generate(
            input_ids=ids,
            attention_mask=mask,
            generation_config=config,
            logits_processor=processors,
        )
    for row, tokens in enumerate(made[:, width:].tolist()):
        yield row, _cut(tokens, batch[row].room, eos)


def _cut(tokens: list[int], room: int, eos: frozenset[int]) -> Finished:
    for place, token in enumerate(tokens[:room]):
        if token in eos:
            return Finished(tokens[:place], "stop")
    return Finished(tokens[:room], "length")
