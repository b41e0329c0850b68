"""Encoder-decoder models: translators such as Marian, NLLB, M2M100 and MADLAD."""

from collections.abc import Sequence
from typing import Any

import torch
from transformers.cache_utils import DynamicCache, EncoderDecoderCache
from transformers.modeling_outputs import BaseModelOutput

from synth_assets.generation.engines.batching import padded
from synth_assets.generation.engines.decoding import Steps
from synth_assets.generation.engines.faults import RequestError
from synth_assets.generation.engines.languages import Encoded, LanguageTokens
from synth_assets.generation.engines.transformers_common import Prompted, TransformersEngine
from synth_assets.generation.protocol import Request


class Seq2SeqEngine(TransformersEngine):
    """Right padding in the encoder; languages in the model's own code."""

    is_encoder_decoder = True

    def __init__(self, model: Any, tokenizer: Any, *args: Any, **settings: Any) -> None:
        super().__init__(model, tokenizer, *args, **settings)
        self._languages = LanguageTokens(tokenizer)

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

    def _steps(self, batch: Sequence[Prompted]) -> Steps:
        ids, mask = padded([row.ids for row in batch], self._pad_id, self.device, left=False)
        return Seq2SeqSteps(self._model, ids, mask)


class Seq2SeqSteps:
    """See `decoding.Steps`; the encoder runs once."""

    def __init__(self, model: Any, ids: torch.Tensor, mask: torch.Tensor) -> None:
        self._model = model
        self._ids = ids
        self._mask = mask
        self._encoded: torch.Tensor | None = None
        config = model.config.get_text_config(decoder=True)
        self._cache = EncoderDecoderCache(DynamicCache(config=config), DynamicCache(config=config))

    @torch.inference_mode()
    def start(self) -> torch.Tensor:
        encoder = self._model.get_encoder()
        self._encoded = encoder(input_ids=self._ids, attention_mask=self._mask).last_hidden_state
        first = self._model.generation_config.decoder_start_token_id
        if first is None:
            first = self._model.config.decoder_start_token_id
        return self.advance(torch.full((len(self._ids),), first, device=self._ids.device))

    @torch.inference_mode()
    def advance(self, tokens: torch.Tensor) -> torch.Tensor:
        logits = self._model(
            encoder_outputs=BaseModelOutput(last_hidden_state=self._encoded),
            attention_mask=self._mask,
            decoder_input_ids=tokens[:, None],
            past_key_values=self._cache,
            use_cache=True,
        ).logits
        assert isinstance(logits, torch.Tensor)
        return logits[:, -1].float()

    @torch.inference_mode()
    def keep(self, rows: torch.Tensor) -> None:
        assert self._encoded is not None
        self._cache.batch_select_indices(rows)
        self._encoded = self._encoded[rows]
        self._mask = self._mask[rows]
