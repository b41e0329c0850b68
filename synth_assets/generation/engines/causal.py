"""Causal language models: text, chat messages or token ids in, a continuation out."""

import inspect
from collections.abc import Sequence
from typing import Any

import torch
from transformers.cache_utils import DynamicCache

from synth_assets.errors import EngineError
from synth_assets.generation.engines.batching import padded
from synth_assets.generation.engines.decoding import Steps
from synth_assets.generation.engines.faults import RequestError
from synth_assets.generation.engines.transformers_common import Prompted, TransformersEngine
from synth_assets.generation.protocol import Prompt, Request


class CausalEngine(TransformersEngine):
    """Left padding, positions counted from each row's first token."""

    is_encoder_decoder = False

    def _prepare(self, request: Request) -> Prompted:
        ids = self._encode(request.prompt)
        room = min(request.sampling.max_new_tokens, self._position_limit() - len(ids))
        if room < 1:
            raise RequestError(
                "prompt_too_long",
                f"{len(ids):,} tokens; the model takes {self._position_limit():,} in all",
            )
        return Prompted(request, ids, room)

    def _encode(self, prompt: Prompt) -> list[int]:
        if isinstance(prompt, str):
            return self._tokenize(prompt, special=True)
        if all(isinstance(part, int) for part in prompt):
            return [part for part in prompt if isinstance(part, int)]
        if not self._tokenizer.chat_template:
            raise EngineError(
                f"model {self._identity.model} has no chat template, and a prompt is a list of "
                f"messages: use an instruction-tuned model or a recipe with plain prompts"
            )
        try:
            text = self._tokenizer.apply_chat_template(
                list(prompt), add_generation_prompt=True, tokenize=False
            )
        except Exception as error:  # templates raise what they like, e.g. for a system message
            raise RequestError("bad_prompt", f"the chat template refuses it: {error}") from error
        # the template writes the beginning-of-sequence token itself
        return self._tokenize(text, special=False)

    def _tokenize(self, text: str, *, special: bool) -> list[int]:
        try:
            return list(self._tokenizer(text, add_special_tokens=special).input_ids)
        except Exception as error:  # a tokenizer's own errors have no common class
            raise RequestError("tokenization", str(error)) from error

    def _steps(self, batch: Sequence[Prompted]) -> Steps:
        ids, mask = padded([row.ids for row in batch], self._pad_id, self.device, left=True)
        return CausalSteps(self._model, ids, mask)


class CausalSteps:
    """See `decoding.Steps`."""

    def __init__(self, model: Any, ids: torch.Tensor, mask: torch.Tensor) -> None:
        self._model = model
        self._ids = ids
        self._mask = mask
        self._cache = DynamicCache(config=model.config.get_text_config(decoder=True))
        taken = inspect.signature(model.forward).parameters
        self._takes_positions = "position_ids" in taken
        self._extra = {"logits_to_keep": 1} if "logits_to_keep" in taken else {}

    def start(self) -> torch.Tensor:
        return self._forward(self._ids)

    def advance(self, tokens: torch.Tensor) -> torch.Tensor:
        self._mask = torch.cat([self._mask, self._mask.new_ones((len(tokens), 1))], dim=1)
        return self._forward(tokens[:, None])

    def keep(self, rows: torch.Tensor) -> None:
        self._cache.batch_select_indices(rows)
        self._mask = self._mask[rows]

    @torch.inference_mode()
    def _forward(self, ids: torch.Tensor) -> torch.Tensor:
        inputs: dict[str, Any] = dict(self._extra)
        if self._takes_positions:
            positions = (self._mask.cumsum(dim=1) - 1).clamp(min=0)
            inputs["position_ids"] = positions[:, -ids.shape[1] :]
        logits = self._model(
            input_ids=ids,
            attention_mask=self._mask,
            past_key_values=self._cache,
            use_cache=True,
            **inputs,
        ).logits
        assert isinstance(logits, torch.Tensor)
        return logits[:, -1].float()
