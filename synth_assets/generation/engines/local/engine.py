"""What the engines share: windows of prepared requests, decoding threads, a result per request."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from synth_assets.generation.engines.local.continuous import Batch, Loop
from synth_assets.generation.engines.local.crew import Crew, default_replicas
from synth_assets.generation.engines.local.faults import RequestError
from synth_assets.generation.engines.local.feed import Feed
from synth_assets.generation.engines.local.memory import RowLimit, release
from synth_assets.generation.engines.local.outlet import Outlet
from synth_assets.generation.engines.local.rows import Emit, Finished, Prompted, Row
from synth_assets.generation.engines.local.stock import StockLoop
from synth_assets.generation.engines.local.token_rules import TokenRules, eos_ids, forget_defaults
from synth_assets.generation.protocol import EngineIdentity, ModelEngine, Request, Result

NO_LIMIT = 1 << 30
"""A tokenizer that knows no limit says so with a number above this."""
LOW_SHARE = 4
"""The next window is handed over once no more than one in so many of its size wait."""
PREPARED_PER_RESULT = 4
"""Requests of the next window that are tokenized whenever a result is handed over."""


class LocalEngine(ModelEngine, ABC):
    """A loaded model; see `protocol.Engine`.

    The caller's thread pulls requests, a window at a time, and turns text into tokens and back;
    decoding threads do the rest. `batch_size` rows share a step (None: as many as fit on a GPU,
    `memory.CPU_ROWS` on a CPU); `replicas` batches run side by side (None: one per core for a
    small model on a CPU, else one).
    """

    is_encoder_decoder: bool

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        identity: EngineIdentity,
        *,
        batch_size: int | None = None,
        window: int = 4096,
        replicas: int | None = None,
    ) -> None:
        super().__init__(identity)
        self._model = model
        forget_defaults(model.generation_config)
        self._tokenizer = tokenizer
        self._window = window
        self._rules = TokenRules.from_config(model.generation_config)
        self._kinds = self._layer_kinds() if self._rules is not None else None
        self._eos = eos_ids(model.generation_config, tokenizer)
        self._replicas = replicas or default_replicas(model)
        self._vocabulary = int(model.get_input_embeddings().weight.shape[0])
        self._limit = RowLimit(model, batch_size, self._replicas, self._vocabulary)

    def close(self) -> None:
        super().close()
        self._model = None
        release()

    def generate(self, requests: Iterable[Request]) -> Iterator[Result]:
        """Results in completion order. Raises EngineError when the engine as a whole cannot go
        on."""
        self._begin()
        self._limit.forget()
        feed = Feed()
        crew = Crew(lambda emit: self._decode(feed, emit), feed)
        try:
            yield from self._serve(iter(requests), feed, crew)
        finally:
            crew.stop()

    def _serve(self, source: Iterator[Request], feed: Feed, crew: Crew) -> Iterator[Result]:
        """While a window is decoded the next is made ready, a few requests for every result."""
        ready: list[Prompted] = []
        under_way = 0
        while True:
            if len(feed) <= self._window // LOW_SHARE:
                yield from self._prepare_some(source, self._window - len(ready), ready)
                feed.put(ready)
                under_way += len(ready)
                ready = []
            if not under_way:
                return
            crew.start(self._replicas, self._model.device)
            yield self._result(*crew.next())
            under_way -= 1
            share = min(PREPARED_PER_RESULT, self._window - len(ready))
            yield from self._prepare_some(source, share, ready)

    def _prepare_some(
        self, source: Iterator[Request], most: int, ready: list[Prompted]
    ) -> Iterator[Result]:
        """Append up to so many requests to `ready`; the results of those that cannot be served."""
        for request in islice(source, most):
            try:
                ready.append(self._checked(self._prepare(request)))
            except RequestError as error:
                yield _failed(request, error)

    def _decode(self, feed: Feed, emit: Emit) -> None:
        """Until the feed is stopped; runs in every decoding thread."""
        outlet = Outlet(feed, emit, self._beat)
        stock = StockLoop(self._model, self._eos, self._pad_id, self._limit, outlet)
        own = self._own_loop(outlet)
        while items := feed.take(self._limit.rows, self._replicas):
            beams, _ = items[0].way
            if own is None or beams > 1:
                stock.run(items)
            else:
                own.run(items)

    def _own_loop(self, outlet: Outlet) -> Loop | None:
        if self._rules is None or self._kinds is None:
            return None
        rules = self._rules.on(self._model.device)
        return Loop(self._open_batch, rules, self._eos, self._limit, outlet)

    @abstractmethod
    def _prepare(self, request: Request) -> Prompted:
        """The request's token ids. Raises RequestError where it cannot be served."""

    @abstractmethod
    def _layer_kinds(self) -> list[bool] | None:
        """The model's layers where the own loop can decode it, else None."""

    @abstractmethod
    def _open_batch(self, slots: int, width: int) -> Batch:
        """An empty batch for the own loop."""

    def _checked(self, prompted: Prompted) -> Prompted:
        if not prompted.ids:
            raise RequestError("bad_prompt", "the prompt has no tokens")
        known = range(self._vocabulary)
        for token in (*prompted.ids, prompted.forced_bos or 0):
            if token not in known:
                raise RequestError("tokenization", f"the model has no token {token}")
        return prompted

    def _result(self, row: Row, end: Finished | RequestError) -> Result:
        if isinstance(end, RequestError):
            return _failed(row.item.request, end)
        # M2M100's tokenizer does not count its language tokens as special
        forced = row.item.forced_bos
        is_forced = forced is not None and end.ids[:1] == [forced]
        text = self._tokenizer.decode(
            end.ids[is_forced:], skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return Result(
            key=row.item.request.key,
            text=text,
            finish_reason=end.reason,
            prompt_tokens=len(row.item.ids),
            completion_tokens=len(end.ids),
            latency_s=round(time.monotonic() - row.begun, 4),
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


def _failed(request: Request, error: RequestError) -> Result:
    return Result(
        key=request.key, text=None, finish_reason="error", error_kind=error.kind, error=str(error)
    )
