"""The engine without a model: it restructures a document's own sentences.

A prompt is the JSON of `rules_prompt`. The operations themselves belong to `rewriting`, which is
built on `generation`; so the engine is given them, or looks them up when the first is asked for.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import orjson

from synth_assets.errors import SynthAssetsError
from synth_assets.generation.protocol import (
    NO_STRUCTURE,
    EngineIdentity,
    Request,
    Result,
    SerialEngine,
)

VERSION = "1"
NONE: Mapping[str, float] = MappingProxyType({})


class NoStructureError(SynthAssetsError):
    """A text that an operation cannot restructure; says what it needs and what it found."""


@dataclass(frozen=True, slots=True)
class Operation:
    """`restructure` takes text, title and language, and raises NoStructureError where the text
    has nothing to work with; `draw` stands in its place where chance is at work, and takes text,
    language and options, the seed among them. `version` changes whenever its texts do."""

    version: str
    restructure: Callable[[str, str | None, str], str] | None = None
    draw: Callable[[str, str, Mapping[str, float]], str] | None = None


def rules_prompt(
    operation: str,
    version: str,
    *,
    text: str,
    title: str | None,
    lang: str,
    options: Mapping[str, float] = NONE,
) -> str:
    """The request for one restructuring; the version makes it another request when it changes."""
    fields: dict[str, Any] = {
        "operation": operation,
        "version": version,
        "lang": lang,
        "title": title,
        "text": text,
    }
    if options:
        fields["options"] = dict(options)
    return orjson.dumps(fields).decode()


def identity() -> EngineIdentity:
    """The operations' versions stand in the prompts, so that a change of one operation makes new
    keys for its own requests only."""
    return EngineIdentity(kind="rules", model="rules", revision=VERSION, tokenizer="")


class RulesEngine(SerialEngine):
    """Runs on one CPU core, in the order of the requests."""

    def __init__(self, operations: Mapping[str, Operation] | None = None) -> None:
        self._operations = operations

    @property
    def identity(self) -> EngineIdentity:
        return identity()

    def _answer(self, request: Request) -> Result:
        begun = time.perf_counter()
        try:
            text = self._apply(request)
        except NoStructureError as error:
            return _failure(request, NO_STRUCTURE, str(error))
        except _BadRequestError as error:
            return _failure(request, "request", str(error))
        except Exception as error:  # one bad request never stops the rest
            return _failure(request, "operation", f"{type(error).__name__}: {error}")
        latency = time.perf_counter() - begun
        return Result(request.key, text, finish_reason="stop", latency_s=latency)

    def _apply(self, request: Request) -> str:
        fields = _read(request)
        known = self._known()
        name, version = fields.get("operation"), fields.get("version")
        operation = known.get(name) if isinstance(name, str) else None
        if operation is None:
            raise _BadRequestError(
                f"operation {name!r} is not known; known are {', '.join(sorted(known))}"
            )
        if version != operation.version:
            raise _BadRequestError(
                f"operation {name!r} is asked for in version {version!r}, "
                f"and here it is {operation.version!r}"
            )
        if operation.draw is not None:
            return operation.draw(fields["text"], fields["lang"], fields.get("options", NONE))
        assert operation.restructure is not None
        return operation.restructure(fields["text"], fields["title"], fields["lang"])

    def _known(self) -> Mapping[str, Operation]:
        if self._operations is None:
            from synth_assets.rewriting.restructure import operations

            self._operations = operations()
        return self._operations


class _BadRequestError(SynthAssetsError):
    """A prompt that this engine does not understand."""


def _read(request: Request) -> dict[str, Any]:
    try:
        fields = orjson.loads(request.prompt) if isinstance(request.prompt, str) else None
    except orjson.JSONDecodeError:
        fields = None
    if not isinstance(fields, dict) or not {"text", "title", "lang"} <= fields.keys():
        raise _BadRequestError(
            "the prompt of the rules engine must be JSON with operation, version, lang, title "
            "and text"
        )
    return fields


def _failure(request: Request, kind: str, error: str) -> Result:
    return Result(request.key, None, finish_reason="error", error_kind=kind, error=error)
