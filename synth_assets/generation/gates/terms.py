"""Terms of a glossary that a translation must use."""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator

from synth_assets.filtering.list_files import digest_file
from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.gate import Generated
from synth_assets.generation.gates.keeping import Keeping
from synth_assets.home import Home

if TYPE_CHECKING:
    from synth_assets.translation.lexicon import Lexicon


@dataclass(frozen=True, slots=True)
class TermsKept(Keeping):
    """Terms of a `glossary` (see `translation.lexicon`) that stand in a part of the source, each
    with its translation in the same part of the text, word for word in any case.

    The forms of a language that inflects stand in the glossary, or `min_share` is lower. Raises
    ProfileError for a glossary that is not there, InputError for a broken one.
    """

    name: ClassVar[str] = "terms_kept"
    needs: ClassVar[tuple[str, ...]] = ("glossary",)
    files: ClassVar[frozenset[str]] = frozenset({"glossary"})
    glossary: Annotated[str, AfterValidator(lambda path: Home.find().resolve(path))] = ""

    @property
    def data_version(self) -> str:
        return digest_file("gates.terms_kept.glossary", self.glossary, "a lexicon (TSV)")

    def __call__(self, made: Generated) -> Fault | None:
        from synth_assets.translation.lexicon import missed  # whose room looks at gates itself

        langs = (made.source_lang, made.target_lang)
        lexicon = _opened(self.glossary, self.data_version, *langs)
        lost: Counter[str] = Counter()
        n_terms = 0
        for source, text in made.aligned:
            required = lexicon.required(source, made.target_lang)
            n_terms += len(required)
            lost.update(missed(required, text, made.target_lang).values())
        return self.judge(lost, n_terms)


@lru_cache(8)
def _opened(path: str, _version: str, source: str, target: str) -> "Lexicon":
    from synth_assets.translation.lexicon import load

    return load(path, source, target, one_each=True)
