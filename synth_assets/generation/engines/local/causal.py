"""Causal language models: text, chat messages or token ids in, a continuation out."""

from synth_assets.generation.engines.local.causal_batch import CausalBatch, layer_kinds
from synth_assets.generation.engines.local.engine import LocalEngine
from synth_assets.generation.engines.local.faults import RequestError
from synth_assets.generation.engines.local.rows import Prompted
from synth_assets.generation.protocol import EngineError, Prompt, Request


class CausalEngine(LocalEngine):
    """A chat template is applied to messages; a text or token ids are taken as they are."""

    def _prepare(self, request: Request) -> Prompted:
        ids = self._encode(request.prompt)
        limit = self._position_limit()
        room = min(request.sampling.max_new_tokens, limit - len(ids))
        if room < 1:
            raise RequestError(
                "prompt_too_long", f"{len(ids):,} tokens; the model takes {limit:,} in all"
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

    def _layer_kinds(self) -> list[bool] | None:
        return layer_kinds(self._model)

    def _open_batch(self, slots: int, width: int) -> CausalBatch:
        assert self._kinds is not None
        return CausalBatch(self._model, self._kinds, slots, width)
