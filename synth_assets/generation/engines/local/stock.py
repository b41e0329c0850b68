"""Generation through `model.generate`: beam search, and models whose cache gives no rows up."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import torch
from transformers import LogitsProcessor, LogitsProcessorList, StoppingCriteria

from synth_assets.generation.engines.local.batching import padded
from synth_assets.generation.engines.local.faults import RequestError, is_out_of_memory
from synth_assets.generation.engines.local.memory import RowLimit, release
from synth_assets.generation.engines.local.outlet import Outlet
from synth_assets.generation.engines.local.rows import Finished, Prompted, Row
from synth_assets.generation.engines.local.sampling import Sampler
from synth_assets.generation.engines.local.token_rules import FORBIDDEN


class OwnChoice(LogitsProcessor):
    """Chooses the tokens that are drawn, and those that a request forces as the first, and forbids
    all others, so that greedy search takes them."""

    def __init__(self, rows: Sequence[Row], device: torch.device) -> None:
        self._rows = rows
        self._sampler = Sampler(rows, device)
        drawn = [row.item.request.sampling.temperature > 0 for row in rows]
        self._drawn = torch.tensor(drawn, device=device)[:, None]

    def __call__(self, _: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        tokens = self._sampler.choose(scores)[:, None]
        only = torch.full_like(scores, FORBIDDEN).scatter_(1, tokens, 0.0)
        scores = torch.where(self._drawn, only, scores)
        for place, row in enumerate(self._rows):
            if not row.written and row.item.forced_bos is not None:
                scores[place] = FORBIDDEN
                scores[place, row.item.forced_bos] = 0.0
            row.written.append(0)  # the noise belongs to the token's number
        return scores


class Heart(StoppingCriteria):
    """Beats at every token, and ends the batch when nobody waits for it any more."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet

    def __call__(self, input_ids: torch.Tensor, _: Any, **__: Any) -> torch.Tensor:
        self._outlet.beat()
        return torch.full((len(input_ids),), self._outlet.feed.stopped, device=input_ids.device)


class StockLoop:
    """Batches of one way, one after the other; rows all end together. Sampling under beams is
    greedy beam search."""

    def __init__(
        self, model: Any, eos: frozenset[int], pad_id: int, limit: RowLimit, outlet: Outlet
    ) -> None:
        self._model = model
        self._eos = eos
        self._pad_id = pad_id
        self._limit = limit
        self._outlet = outlet

    def run(self, items: Sequence[Prompted]) -> None:
        """Generate for these requests, in halves where they do not fit into memory."""
        reason = self._generate_or_reason(items)
        if reason is None or self._outlet.feed.stopped:
            return
        if len(items) == 1:
            self._outlet.emit(Row(items[0]), RequestError("memory", reason))
            return
        self._limit.halve(len(items))
        release()
        middle = (len(items) + 1) // 2
        self.run(items[:middle])
        self.run(items[middle:])

    def _generate_or_reason(self, items: Sequence[Prompted]) -> str | None:
        try:
            made = self._generate([Row(item) for item in items])
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            return str(error).split("\n")[0]
        if not self._outlet.feed.stopped:
            for item, tokens in zip(items, made, strict=True):
                self._outlet.emit(Row(item), _cut(tokens, item.room, self._eos))
        return None

    @torch.inference_mode()
    def _generate(self, rows: Sequence[Row]) -> list[list[int]]:
        model, items = self._model, [row.item for row in rows]
        left = not model.config.is_encoder_decoder
        ids, mask = padded([item.ids for item in items], self._pad_id, model.device, left=left)
        width = ids.shape[1] if left else 1
        config = deepcopy(model.generation_config)
        beams, forced = items[0].way
        config.update(
            do_sample=False,
            num_beams=beams,
            max_length=width + max(item.room for item in items),
            pad_token_id=self._pad_id,
        )
        if forced >= 0:
            config.forced_bos_token_id = forced
        processors = LogitsProcessorList([OwnChoice(rows, ids.device)] if beams == 1 else [])
        made = model.generate(
            input_ids=ids,
            attention_mask=mask,
            generation_config=config,
            logits_processor=processors,
            stopping_criteria=[Heart(self._outlet)],
        )
        tokens: list[list[int]] = made[:, width:].tolist()
        return tokens


def _cut(tokens: list[int], room: int, eos: frozenset[int]) -> Finished:
    for place, token in enumerate(tokens[:room]):
        if token in eos:
            return Finished(tokens[:place], "stop")
    return Finished(tokens[:room], "length")
