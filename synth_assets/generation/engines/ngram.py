"""The engine of reference models: it draws words of a text again under an n-gram model.

After ToEdit (arXiv 2412.14689), with what an n-gram model needs to be of use: its probabilities
hardly ever reach 0.99, so the words drawn again are the most probable ones of their text, from a
quantile on; and a word is drawn in the sight of the words on both of its sides. See
`modeling.resampling`. One CPU core, no journal of tokens, no price.
"""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from synth_assets.errors import EngineError, SynthAssetsError
from synth_assets.generation.engines.local.tasks import BadTaskError, done, read_task, refused
from synth_assets.generation.protocol import EngineIdentity, Request, Result
from synth_assets.generation.spec import NgramSpec
from synth_assets.hashing import digest_file, digest_json

VERSION = "1"
"""Raise by hand when the same model, text and seed give other edits."""

KIND = "ngram"


def identity(spec: NgramSpec) -> EngineIdentity:
    """By the content of the models' files; one that is not there yet counts as empty."""
    digests = {lang: _digest(Path(path)) for lang, path in spec.models.items()}
    revision = digest_json([VERSION, digests])
    return EngineIdentity(KIND, "reference_lm", revision, "")


class NgramEngine:
    """See `protocol.Engine`. A model is mapped into memory when the first text in its language
    comes."""

    def __init__(self, spec: NgramSpec) -> None:
        missing = [path for path in spec.models.values() if not Path(path).exists()]
        if missing:
            raise EngineError(
                f"reference model {missing[0]} does not exist; materialize the asset "
                f"reference_lm/<language> that writes it first, or name another file"
            )
        self._spec = spec
        self._identity = identity(spec)

    @property
    def identity(self) -> EngineIdentity:
        return self._identity

    @property
    def alive_at(self) -> float:
        return time.monotonic()

    def generate(self, requests: Iterable[Request]) -> Iterator[Result]:
        for request in requests:
            yield self._answer(request)

    def close(self) -> None:
        """Nothing is held."""

    def _answer(self, request: Request) -> Result:
        from synth_assets.modeling.loading import open_model
        from synth_assets.modeling.resampling import resample

        try:
            task = read_task(request)
            path = self._spec.models.get(task.lang)
            if path is None:
                raise BadTaskError(
                    f"there is no model of {task.lang}; there are some of "
                    f"{', '.join(sorted(self._spec.models))}"
                )
            model = open_model(path, self._identity.revision)
            value = resample(
                model,
                task.text,
                quantile=task.options["quantile"],
                sharpness=1 / max(request.sampling.temperature, 1e-3),
                candidates=request.sampling.top_k,
                seed=request.seed,
            )
        except BadTaskError as error:
            return refused(request, "request", str(error))
        except SynthAssetsError as error:
            raise EngineError(str(error)) from error
        return done(request, value)


def _digest(path: Path) -> str:
    return digest_file(path) if path.exists() else ""
