"""How natural translations are to a reference model of their language: the least natural are cut.

Source: "Do Not Worry if You Do Not Have Data: Building Pretrained Language Models Using
Translationese" (Doshi et al. 2024), https://arxiv.org/abs/2403.13638: a small language model of
clean text in the language scores every synthetic document, and the worst tail goes. The share of it
is the profile's; the model is an n-gram model by default.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from synth_assets.corpus.document import Document
from synth_assets.errors import InputError
from synth_assets.filtering.list_files import digest_file
from synth_assets.generation.best import BestShare
from synth_assets.profile.model import Profile
from synth_assets.profile.translation_methods import Naturalness

if TYPE_CHECKING:
    from synth_assets.modeling.ngram import NgramModel

COLUMN = "perplexity"
REASON = "perplexity"


@dataclass(frozen=True)
class Reference:
    """A model's file, which need not be there until it is asked."""

    path: str

    @property
    def version(self) -> str:
        """Digest of the file; empty where there is none yet."""
        return digest_file("perplexity.model", self.path) if Path(self.path).is_file() else ""

    @cached_property
    def model(self) -> "NgramModel":
        """Raises InputError where it is not there, or no model."""
        from synth_assets.modeling.loading import open_model

        if "://" not in self.path and not Path(self.path).is_file():
            raise InputError(
                f"reference model {self.path} does not exist; materialize the asset "
                f"reference_lm/<language> that writes it first, or name another file"
            )
        return open_model(self.path, self.version)

    def perplexities(self, texts: Sequence[str]) -> list[float]:
        """Of each text per token; 0 for one without tokens, of which nothing is known."""
        import numpy as np
        import polars as pl

        from synth_assets.modeling.scoring import perplexities

        found = perplexities(self.model, pl.Series(texts, dtype=pl.String))
        return [round(float(one), 4) for one in np.nan_to_num(found, nan=0.0)]


def reference(profile: Profile, settings: Naturalness, lang: str) -> Reference:
    """The model that the profile names, or else the one that reference_lm/<lang> writes."""
    from synth_assets.modeling.reference import SUFFIX, name_of

    return Reference(settings.model or f"{profile.root}/{name_of(lang)}{SUFFIX}")


def cut(profile: Profile, settings: Naturalness | None, lang: str) -> BestShare | None:
    """What keeps the most natural of a batch's documents; None where the profile says nothing.
    Raises InputError as `Reference.model`, before anything is generated."""
    if settings is None:
        return None
    judge = reference(profile, settings, lang)
    _ = judge.model

    def score(documents: Sequence[Document]) -> list[float]:
        return judge.perplexities([document.text for document in documents])

    return BestShare(score, 1 - settings.drop, (COLUMN,), is_cost=True, reason=REASON)


def version_of(profile: Profile, settings: Naturalness | None, lang: str) -> list[object]:
    """What of it shapes the rows of a corpus."""
    if settings is None:
        return []
    return [settings.drop, reference(profile, settings, lang).version]
