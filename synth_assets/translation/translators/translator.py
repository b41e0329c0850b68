"""What a translator is to the work: it puts a segment into a request and reads the answer."""

from collections.abc import Sequence
from typing import Protocol

from synth_assets.generation.gates.gate import Gate
from synth_assets.generation.keys import make_request
from synth_assets.generation.protocol import (
    EngineIdentity,
    FinishReason,
    Prompt,
    Request,
    Result,
    Sampling,
)

Context = tuple[tuple[str, str], ...]
"""Segments of the document that stand right before, with their translations."""


class Translator(Protocol):
    """`n_context` segments before are needed for a request: 0 lets all of a document's segments be
    sent at once. `gates` judge its answers besides those of every segment. `version` is all that
    shapes a request beside model, languages and sampling."""

    @property
    def n_context(self) -> int: ...

    @property
    def gates(self) -> Sequence[Gate]: ...

    @property
    def version(self) -> list[object]: ...

    @property
    def languages(self) -> tuple[str, str] | tuple[None, None]:
        """What the engine is told; a prompt names them itself."""
        ...

    def prompt(self, text: str, context: Context) -> Prompt: ...

    def read(self, answer: str) -> str:
        """The translation in what the model said."""
        ...

    def finish(self, result: Result) -> FinishReason:
        """How the translation ended, which need not be where the model did."""
        ...


def ask(
    translator: Translator,
    identity: EngineIdentity,
    sampling: Sampling,
    text: str,
    *,
    context: Context,
    seed: int,
    attempt: int,
) -> Request:
    """The request for one segment."""
    source, target = translator.languages
    return make_request(
        identity,
        translator.prompt(text, context),
        sampling,
        profile_seed=seed,
        step="translate",
        attempt=attempt,
        source_lang=source,
        target_lang=target,
    )


class ModelTranslator:
    """A translation model: it is given the text and told the languages, and says the translation
    alone."""

    def __init__(self, source: str, target: str) -> None:
        self.n_context = 0
        self.gates: Sequence[Gate] = ()
        self.version: list[object] = []
        self.languages = (source, target)

    def prompt(self, text: str, _: Context) -> Prompt:
        return text

    def read(self, answer: str) -> str:
        return answer

    def finish(self, result: Result) -> FinishReason:
        return result.finish_reason
