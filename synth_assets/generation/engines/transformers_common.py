"""What the transformers engines share: windows, length-sorted batches, one result per request."""

import gc
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

import torch
from transformers import GenerationConfig

from synth_assets.errors import EngineError
from synth_assets.generation.engines.decoding import (
    Finished,
    Steps,
    TokenRules,
    decode,
    supports_selection,
)
from synth_assets.generation.engines.faults import RequestError
from synth_assets.generation.engines.parallel import batches_at_once, side_by_side
from synth_assets.generation.engines.stock import generate_stock
from synth_assets.generation.protocol import EngineIdentity, Request, Result

NO_LIMIT = 1 << 30
"""A tokenizer that knows no limit says so with a number above this."""


@dataclass(frozen=True, slots=True)
class Prompted:
    """A request as the model takes it. `room` is how many tokens it may write, `forced_bos` the
    token its answer must begin with."""

    request: Request
    ids: list[int]
    room: int
    forced_bos: int | None = None


class TransformersEngine(ABC):
    """A loaded model. Requests are pulled a window at a time, sorted by length and batched; rows
    that are finished leave their batch. A batch that does not fit into memory is halved."""

    is_encoder_decoder: bool

    def __init__(
        self, model: Any, tokenizer: Any, identity: EngineIdentity, *, batch_size: int, window: int
    ) -> None:
        self._model = model
        _forget_defaults(model.generation_config)
        self._tokenizer = tokenizer
        self._identity = identity
        self._alive_at = time.monotonic()
        self._batch_size = batch_size
        self._window = window
        self._rules = TokenRules.from_config(model.generation_config)
        self._own_loop = self._rules is not None and supports_selection(model)
        self._eos = _eos_ids(model.generation_config, tokenizer)
        self._at_once = batches_at_once(model)
        self._vocabulary = int(model.get_input_embeddings().weight.shape[0])

    @property
    def identity(self) -> EngineIdentity:
        return self._identity

    @property
    def alive_at(self) -> float:
        return self._alive_at

    @property
    def device(self) -> torch.device:
        device = self._model.device
        assert isinstance(device, torch.device)
        return device

    def close(self) -> None:
        self._model = None
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def generate(self, requests: Iterable[Request]) -> Iterator[Result]:
        """Results in completion order. Raises EngineError when the engine as a whole cannot go
        on."""
        if self._model is None:
            raise EngineError(f"engine {self._identity.model} is closed")
        source = iter(requests)
        while window := list(islice(source, self._window)):
            ready: list[Prompted] = []
            for request in window:
                try:
                    ready.append(self._checked(self._prepare(request)))
                except RequestError as error:
                    yield _failed(request, error)
            yield from side_by_side(self._run, self._batches(ready), self._at_once)

    @abstractmethod
    def _prepare(self, request: Request) -> Prompted:
        """The request's token ids. Raises RequestError where it cannot be served."""

    @abstractmethod
    def _steps(self, batch: Sequence[Prompted]) -> Steps:
        """The batch ready for the own decoding loop."""

    def _checked(self, prompted: Prompted) -> Prompted:
        if not prompted.ids:
            raise RequestError("bad_prompt", "the prompt has no tokens")
        known = range(self._vocabulary)
        for token in (*prompted.ids, prompted.forced_bos or 0):
            if token not in known:
                raise RequestError("tokenization", f"the model has no token {token}")
        return prompted

    def _batches(self, ready: list[Prompted]) -> Iterator[list[Prompted]]:
        """The longest first, so that a batch too big for memory shows at once."""
        ready.sort(key=lambda item: (_way(item), -len(item.ids)))
        for _, alike in groupby(ready, key=_way):
            while batch := list(islice(alike, self._batch_size)):
                yield batch

    def _run(self, batch: list[Prompted]) -> Iterator[Result]:
        left = dict(enumerate(batch))
        begun = time.monotonic()
        try:
            for row, finished in self._decode(batch):
                yield self._result(left.pop(row), finished, time.monotonic() - begun)
            return
        except torch.OutOfMemoryError as error:
            if len(batch) == 1:
                yield _failed(batch[0].request, RequestError("memory", str(error).split("\n")[0]))
                return
        gc.collect()
        torch.cuda.empty_cache()
        rest = list(left.values())
        middle = (len(rest) + 1) // 2
        for half in (rest[:middle], rest[middle:]):
            if half:
                yield from self._run(half)

    def _decode(self, batch: list[Prompted]) -> Iterator[tuple[int, Finished]]:
        if self._own_loop and batch[0].request.sampling.num_beams == 1:
            assert self._rules is not None
            return decode(self._steps(batch), batch, self._rules, self._eos)
        return generate_stock(
            self._model,
            batch,
            self._eos,
            pad_id=self._pad_id,
            is_encoder_decoder=self.is_encoder_decoder,
        )

    def _result(self, item: Prompted, finished: Finished, seconds: float) -> Result:
        # M2M100's tokenizer does not count its language tokens as special
        is_forced = item.forced_bos is not None and finished.ids[:1] == [item.forced_bos]
        text = self._tokenizer.decode(
            finished.ids[is_forced:], skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return Result(
            key=item.request.key,
            text=text,
            finish_reason=finished.reason,
            prompt_tokens=len(item.ids),
            completion_tokens=len(finished.ids),
            latency_s=round(seconds, 4),
        )

    @property
    def _pad_id(self) -> int:
        """Padding is masked; a tokenizer without a padding token may use any id."""
        found = self._tokenizer.pad_token_id
        return 0 if found is None else int(found)

    def _position_limit(self) -> int:
        """Positions that the model was made for; NO_LIMIT where they are relative."""
        config = self._model.config
        limits = [getattr(config, "max_position_embeddings", None)]
        limits.append(getattr(self._tokenizer, "model_max_length", None))
        return min((limit for limit in limits if limit and limit < NO_LIMIT), default=NO_LIMIT)


def _way(item: Prompted) -> tuple[int, int]:
    """What stock generation takes once per batch: beams, and under beams the forced token."""
    beams = item.request.sampling.num_beams
    return beams, -1 if item.forced_bos is None else item.forced_bos


def _forget_defaults(config: GenerationConfig) -> None:
    """A request says how text is drawn and how long it gets. An end token forced at the limit
    would make a cut text look finished."""
    config.forced_eos_token_id = None
    config.max_length = None
    config.max_new_tokens = None
    config.do_sample = False
    config.temperature = None
    config.top_p = None
    config.top_k = None


def _eos_ids(config: GenerationConfig, tokenizer: Any) -> frozenset[int]:
    found = config.eos_token_id
    if found is None:
        found = tokenizer.eos_token_id
    if found is None:
        return frozenset()
    return frozenset(found if isinstance(found, list) else [found])


def _failed(request: Request, error: RequestError) -> Result:
    return Result(
        key=request.key, text=None, finish_reason="error", error_kind=error.kind, error=str(error)
    )
