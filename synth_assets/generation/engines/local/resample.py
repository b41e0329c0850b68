"""Token editing under a causal model: one pass over a text says how probable each of its tokens is,
and those it is too sure of are drawn again.

After ToEdit (Zhu et al. 2024, arXiv 2412.14689; github.com/Xuekai-Zhu/toedit): a token with a
probability above `above` is drawn from the `top_k` likeliest in its place, by the softmax of their
log probabilities over the temperature; one with a probability under `below` is taken out. A text
goes through the model alone, so that its edits do not hang on its neighbours in a batch.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import Any

import torch

from synth_assets.generation.engines.local.faults import RequestError, is_out_of_memory
from synth_assets.generation.engines.local.memory import release
from synth_assets.generation.engines.local.tasks import BadTaskError, Task, done, read_task, refused
from synth_assets.generation.protocol import (
    EngineError,
    EngineIdentity,
    ModelEngine,
    Request,
    Result,
)

ROWS = 128
"""Positions whose probabilities are computed at once: each has one for every token there is."""

Edit = tuple[int, int, str, str]

Place = tuple[int, torch.Tensor | None]
"""Of a token, with the logits that it is drawn from; None where it is taken out."""


class ResampleEngine(ModelEngine):
    """See `protocol.Engine`."""

    def __init__(self, model: Any, tokenizer: Any, identity: EngineIdentity) -> None:
        if not tokenizer.is_fast:
            raise EngineError(
                f"model {identity.model} has a tokenizer that does not say where its tokens stand "
                f"in a text; resampling needs a fast one (tokenizer.json)"
            )
        super().__init__(identity)
        self._model = model
        self._tokenizer = tokenizer

    def close(self) -> None:
        super().close()
        self._model = None
        release()

    def generate(self, requests: Iterable[Request]) -> Iterator[Result]:
        self._begin()
        for request in requests:
            self._beat()
            try:
                yield self._answer(request, read_task(request))
            except BadTaskError as error:
                yield refused(request, "bad_prompt", str(error))
            except RequestError as error:
                yield refused(request, error.kind, str(error))

    def _answer(self, request: Request, task: Task) -> Result:
        begun = time.monotonic()
        ids, spans = self._tokens(task.text)
        above, below = task.options["above"], task.options.get("below", 0.0)
        places = self._places(ids, above, below) if len(ids) > 1 else []
        edits = self._drawn(task.text, ids, spans, places, request)
        eligible = sum(logits is not None for _, logits in places)
        value = {"edits": edits, "tokens": len(ids), "eligible": eligible, "threshold": above}
        taken = round(time.monotonic() - begun, 4)
        return done(request, value, prompt_tokens=len(ids), latency_s=taken)

    def _tokens(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        try:
            found = self._tokenizer(text, return_offsets_mapping=True)
        except Exception as error:  # a tokenizer's own errors have no common class
            raise RequestError("tokenization", str(error)) from error
        limit = getattr(self._model.config, "max_position_embeddings", None) or len(found.input_ids)
        if len(found.input_ids) > limit:
            raise RequestError(
                "prompt_too_long", f"{len(found.input_ids):,} tokens; the model takes {limit:,}"
            )
        return list(found.input_ids), [tuple(span) for span in found.offset_mapping]

    @torch.inference_mode()
    def _places(self, ids: Sequence[int], above: float, below: float) -> list[Place]:
        """Of the tokens above the one threshold or under the other."""
        device = self._model.device
        tokens = torch.tensor([ids], device=device)
        try:
            logits = self._model(tokens, use_cache=False).logits[0, :-1]
            found = []
            for first in range(0, len(logits), ROWS):
                rows = logits[first : first + ROWS].float()
                next_ids = tokens[0, first + 1 : first + 1 + len(rows)]
                chances = rows.softmax(-1).gather(1, next_ids[:, None])[:, 0]
                is_sure = chances > above
                for place in (is_sure | (chances < below)).nonzero()[:, 0].tolist():
                    drawn_from = rows[place].cpu() if is_sure[place] else None
                    found.append((first + place + 1, drawn_from))
        except RuntimeError as error:
            if is_out_of_memory(error):
                raise RequestError("memory", f"{len(ids):,} tokens do not fit") from None
            raise
        return found

    def _drawn(
        self,
        text: str,
        ids: Sequence[int],
        spans: Sequence[tuple[int, int]],
        places: Sequence[Place],
        request: Request,
    ) -> list[Edit]:
        chance = Random(request.seed)
        special = set(self._tokenizer.all_special_ids)
        edits: list[Edit] = []
        for place, logits in places:
            drawn = None if logits is None else _draw(logits, request, chance)
            if drawn == ids[place] or drawn in special or ids[place] in special:
                continue
            edit = self._edit(text, spans[place][1], ids[place - 1 : place + 1], drawn)
            if edit is not None and (not edits or edits[-1][1] <= edit[0]):
                edits.append(edit)
        return edits

    def _edit(self, text: str, end: int, pair: Sequence[int], drawn: int | None) -> Edit | None:
        """The change of the pair's second token, as text; None for one that is no whole
        characters."""
        lead = self._text(pair[:1])
        before = self._text(pair)[len(lead) :]
        after = "" if drawn is None else self._text([pair[0], drawn])[len(lead) :]
        start = end - len(before)
        fits = before and text[start:end] == before and "\ufffd" not in before + after
        return (start, end, before, after) if fits and before != after else None

    def _text(self, ids: Sequence[int]) -> str:
        text: str = self._tokenizer.decode(list(ids), clean_up_tokenization_spaces=False)
        return text


def _draw(logits: torch.Tensor, request: Request, chance: Random) -> int:
    sampling = request.sampling
    likeliest = logits.topk(min(sampling.top_k or len(logits), len(logits)))
    if sampling.temperature == 0:
        return int(likeliest.indices[0])
    weights = (likeliest.values.double() / sampling.temperature).softmax(-1)
    (drawn,) = chance.choices(likeliest.indices.tolist(), weights.tolist())
    return int(drawn)
