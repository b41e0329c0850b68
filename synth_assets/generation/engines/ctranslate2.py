"""CTranslate2: translation models in 8-bit integers, for machines without a GPU.

The Hugging Face model is converted once and kept in the home under the digest of its weights, the
precision and the converter's version; a conversion that was cut off is never found. CTranslate2
draws from one random state for all rows, which no request could repeat on its own: so sampling is
refused, and texts are greedy or by beam search.

Source: https://opennmt.net/CTranslate2, version 4.8.
"""

import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from synth_assets import bundled
from synth_assets.errors import EngineError
from synth_assets.generation.engines.identity import identify
from synth_assets.generation.engines.loading import load_tokenizer
from synth_assets.generation.engines.local.faults import RequestError
from synth_assets.generation.engines.local.languages import LanguageTokens
from synth_assets.generation.engines.local.loading import quiet
from synth_assets.generation.protocol import EngineIdentity, ModelEngine, Request, Result
from synth_assets.generation.spec import CTranslate2Spec
from synth_assets.hashing import digest
from synth_assets.home import Home

WINDOW = 2048
"""Requests that are sorted by length together."""
ROWS_PER_CALL = 128
"""Requests between two signs of life."""


def open_ctranslate2(spec: CTranslate2Spec) -> "CTranslate2Engine":
    """Load the model, converted if it is not yet. Raises EngineError when the package is missing
    or the model cannot be converted."""
    package = _import()
    identity = identify(spec)
    folder = _converted(package, spec, identity)
    try:
        translator = package.Translator(
            str(folder),
            device=spec.device,
            compute_type=spec.compute_type,
            inter_threads=1,
            intra_threads=spec.threads,
        )
    except (RuntimeError, ValueError) as error:
        raise _cannot(spec, error) from error
    return CTranslate2Engine(translator, load_tokenizer(spec), identity, spec.batch_tokens)


def _import() -> Any:
    try:
        return import_module("ctranslate2")
    except ImportError:
        raise EngineError(
            "engine kind: ctranslate2 needs the package ctranslate2: "
            "pip install 'synth-assets[ctranslate2]'"
        ) from None


def _converted(package: Any, spec: CTranslate2Spec, identity: EngineIdentity) -> Path:
    """The converted model's folder, complete or not there at all."""
    parts = (identity.revision, spec.compute_type, package.__version__)
    folder = Home.find().path / "weights" / f"ctranslate2-{digest(*parts)}"
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    converters = import_module("ctranslate2.converters")
    staged = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        converter = converters.TransformersConverter(
            bundled.resolve(spec.model), revision=spec.revision
        )
        with quiet():
            converter.convert(str(staged), quantization=spec.compute_type, force=True)
        staged.rename(folder)
    except OSError as error:
        if not folder.is_dir():  # another process was faster
            raise _cannot(spec, error) from error
    except (ValueError, KeyError, RuntimeError) as error:
        raise _cannot(spec, error) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return folder


def _cannot(spec: CTranslate2Spec, error: Exception) -> EngineError:
    reason = str(error).strip().split("\n")[0]
    return EngineError(f"model {spec.model} cannot be loaded in CTranslate2: {reason}")


@dataclass(frozen=True, slots=True)
class _Row:
    """A request as tokens; `prefix` is what its answer must begin with."""

    request: Request
    tokens: list[str]
    prefix: list[str]

    @property
    def way(self) -> tuple[int, int]:
        """Rows of one call share beams and room."""
        return self.request.sampling.num_beams, self.request.sampling.max_new_tokens


class CTranslate2Engine(ModelEngine):
    """See `protocol.Engine`."""

    def __init__(
        self, translator: Any, tokenizer: Any, identity: EngineIdentity, batch_tokens: int
    ) -> None:
        super().__init__(identity)
        self._translator = translator
        self._tokenizer = tokenizer
        self._languages = LanguageTokens(tokenizer)
        self._batch_tokens = batch_tokens

    def close(self) -> None:
        super().close()
        self._translator = None

    def generate(self, requests: Iterable[Request]) -> Iterator[Result]:
        """Results in completion order, window by window, the longest first."""
        self._begin()
        source = iter(requests)
        while window := list(islice(source, WINDOW)):
            rows: list[_Row] = []
            for request in window:
                try:
                    rows.append(self._prepare(request))
                except RequestError as error:
                    yield _failed(request, error)
            rows.sort(key=lambda row: (row.way, -len(row.tokens)))
            for part in _parts(rows):
                yield from self._translate(part)

    def _prepare(self, request: Request) -> _Row:
        if request.sampling.temperature > 0:
            raise RequestError(
                "unsupported",
                "CTranslate2 cannot draw a text that a request repeats: temperature 0",
            )
        if not isinstance(request.prompt, str):
            raise RequestError("bad_prompt", "a translation model takes text, not messages")
        try:
            encoded = self._languages.encode(
                request.prompt, request.source_lang, request.target_lang
            )
        except RequestError:
            raise
        except Exception as error:  # a tokenizer's own errors have no common class
            raise RequestError("tokenization", str(error)) from error
        prefix = [] if encoded.forced_bos is None else [encoded.forced_bos]
        return _Row(request, self._tokens(encoded.ids), self._tokens(prefix))

    def _tokens(self, ids: Sequence[int]) -> list[str]:
        return list(self._tokenizer.convert_ids_to_tokens(list(ids)))

    def _translate(self, rows: Sequence[_Row]) -> Iterator[Result]:
        begun = time.monotonic()
        beams, room = rows[0].way
        prefixes = [row.prefix for row in rows]
        try:
            made = self._translator.translate_batch(
                [row.tokens for row in rows],
                target_prefix=prefixes if any(prefixes) else None,
                max_batch_size=self._batch_tokens,
                batch_type="tokens",
                beam_size=beams,
                max_input_length=0,
                max_decoding_length=room,
                return_end_token=True,
            )
        except (RuntimeError, ValueError) as error:
            raise EngineError(f"CTranslate2 cannot go on: {error}") from error
        self._beat()
        latency = round(self._alive_at - begun, 4)
        for row, result in zip(rows, made, strict=True):
            yield self._result(row, result.hypotheses[0], latency)

    def _result(self, row: _Row, tokens: list[str], latency: float) -> Result:
        ended = bool(tokens) and tokens[-1] == self._tokenizer.eos_token
        ids = self._tokenizer.convert_tokens_to_ids(tokens[len(row.prefix) :])
        text = self._tokenizer.decode(
            ids, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return Result(
            key=row.request.key,
            text=text,
            finish_reason="stop" if ended else "length",
            prompt_tokens=len(row.tokens),
            completion_tokens=len(tokens),
            latency_s=latency,
        )


def _parts(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Sorted rows in calls of one way each."""
    part: list[_Row] = []
    for row in rows:
        if part and (row.way != part[0].way or len(part) == ROWS_PER_CALL):
            yield part
            part = []
        part.append(row)
    if part:
        yield part


def _failed(request: Request, error: RequestError) -> Result:
    return Result(request.key, None, "error", error_kind=error.kind, error=str(error))
