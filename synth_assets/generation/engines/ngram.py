"""The engine of reference models: it draws words of a text again under an n-gram model.

After ToEdit (arXiv 2412.14689), with what an n-gram model needs to be of use: its probabilities
hardly ever reach 0.99, so the words drawn again are the more probable ones of their text, from a
quantile on; and a word gives way to one alone that means the same and was seen between the same
neighbours. See `modeling.resampling`. One CPU core, no journal of tokens, no price.
"""

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from synth_assets.corpus.files import Files
from synth_assets.errors import EngineError, SynthAssetsError
from synth_assets.generation.engines.local.tasks import BadTaskError, done, read_task, refused
from synth_assets.generation.protocol import EngineIdentity, Request, Result, SerialEngine
from synth_assets.generation.spec import NgramSpec
from synth_assets.hashing import digest, digest_json

if TYPE_CHECKING:
    from synth_assets.modeling.resampling import Editor

VERSION = "2"
"""Raise by hand when the same model, text and seed give other edits."""

KIND = "ngram"

_NONE: Mapping[str, str] = MappingProxyType({})


def identity(spec: NgramSpec, known: Mapping[str, str] = _NONE) -> EngineIdentity:
    """By the content of the models' files and tables; a model that is not there yet counts as
    empty. `known` stands, by language, for the content of models."""
    from synth_assets.modeling.stand_ins import table_of

    found = {}
    for lang, path in spec.models.items():
        table = table_of(lang, spec.stand_ins)
        content = digest(table.read_bytes()) if table and table.is_file() else ""
        found[lang] = [known.get(lang) or _digest(path), content]
    return EngineIdentity(KIND, "reference_lm", digest_json([VERSION, found]), "")


class NgramEngine(SerialEngine):
    """See `protocol.Engine`. A model is mapped into memory when the first text in its language
    comes."""

    def __init__(self, spec: NgramSpec) -> None:
        self._spec = spec
        self._editors: dict[str, Editor] = {}

    @cached_property
    def identity(self) -> EngineIdentity:
        return identity(self._spec)

    def _answer(self, request: Request) -> Result:
        from synth_assets.modeling.resampling import resample

        try:
            task = read_task(request)
            if task.options.get("below"):
                raise BadTaskError(
                    "an n-gram model takes no words out: those it finds unlikely are names and "
                    "terms; set the option below to 0, or use a causal model"
                )
            value = resample(
                self._editor(task.lang),
                task.text,
                quantile=task.options["quantile"],
                sharpness=1 / max(request.sampling.temperature, 1e-3),
                seed=request.seed,
            )
        except BadTaskError as error:
            return refused(request, "request", str(error))
        except SynthAssetsError as error:
            raise EngineError(str(error)) from error
        return done(request, value)

    def _editor(self, lang: str) -> "Editor":
        if lang not in self._editors:
            self._editors[lang] = self._opened(lang)
        return self._editors[lang]

    def _opened(self, lang: str) -> "Editor":
        """Raises BadTaskError for a language without a model, or without a table of stand-ins."""
        from synth_assets.modeling.loading import open_model
        from synth_assets.modeling.resampling import Editor
        from synth_assets.modeling.stand_ins import languages, read_stand_ins, table_of

        path, table = self._spec.models.get(lang), table_of(lang, self._spec.stand_ins)
        if path is None:
            raise BadTaskError(
                f"there is no model of {lang}; there are some of "
                f"{', '.join(sorted(self._spec.models))}"
            )
        if table is None:
            raise BadTaskError(
                f"there is no table of words that stand in for each other in {lang}; there are "
                f"some of {', '.join(sorted(languages()))}: name one of your own, "
                f"engine.stand_ins: {{{lang}: FILE}}"
            )
        if not _digest(path):
            raise EngineError(
                f"reference model {path} does not exist; materialize the asset "
                f"reference_lm/{lang} that writes it first, or name another file"
            )
        return Editor.of(open_model(path, self.identity.revision), read_stand_ins(table))


def _digest(path: str) -> str:
    folder, _, name = path.rpartition("/")
    files = Files(folder)
    return files.digest(name) if files.exists(name) else ""
