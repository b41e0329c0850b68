"""Encoder-decoder models: translators such as Marian, NLLB, M2M100 and MADLAD."""

from typing import Any

from synth_assets.generation.engines.local.causal_batch import layer_kinds
from synth_assets.generation.engines.local.continuous import Batch
from synth_assets.generation.engines.local.engine import LocalEngine
from synth_assets.generation.engines.local.faults import RequestError
from synth_assets.generation.engines.local.languages import Encoded, LanguageTokens
from synth_assets.generation.engines.local.mixed_batch import MixedBatch
from synth_assets.generation.engines.local.plain_decoder import plain_decoder
from synth_assets.generation.engines.local.rows import Prompted
from synth_assets.generation.engines.local.seq2seq_batch import Seq2SeqBatch
from synth_assets.generation.protocol import Request


class Seq2SeqEngine(LocalEngine):
    """Languages are told in the model's own code."""

    def __init__(self, model: Any, tokenizer: Any, *args: Any, **settings: Any) -> None:
        super().__init__(model, tokenizer, *args, **settings)
        self._languages = LanguageTokens(tokenizer)
        self._decoder = plain_decoder(model)

    def close(self) -> None:
        self._decoder = None
        super().close()

    def _prepare(self, request: Request) -> Prompted:
        encoded = self._encode(request)
        limit = self._position_limit()
        if len(encoded.ids) > limit:
            raise RequestError(
                "prompt_too_long", f"{len(encoded.ids):,} tokens; the model takes {limit:,}"
            )
        room = min(request.sampling.max_new_tokens, limit)
        return Prompted(request, encoded.ids, room, encoded.forced_bos)

    def _encode(self, request: Request) -> Encoded:
        prompt = request.prompt
        if isinstance(prompt, str):
            try:
                return self._languages.encode(prompt, request.source_lang, request.target_lang)
            except RequestError:
                raise
            except Exception as error:  # a tokenizer's own errors have no common class
                raise RequestError("tokenization", str(error)) from error
        if all(isinstance(part, int) for part in prompt):
            return Encoded([part for part in prompt if isinstance(part, int)])
        raise RequestError("bad_prompt", "an encoder-decoder model takes text, not messages")

    def _layer_kinds(self) -> list[bool] | None:
        return layer_kinds(self._model)

    def _open_batch(self, slots: int, width: int) -> Batch:
        del width  # texts are short beside their sources: caches grow as they do
        assert self._kinds is not None
        if self._decoder is not None:
            return MixedBatch(self._model, self._decoder, slots, self._pad_id)
        return Seq2SeqBatch(self._model, self._kinds, self._pad_id)
