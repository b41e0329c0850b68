"""Who goes over a translation, segment by segment: one for terms, one for the sound of it.

Terminology: "Domain Terminology Integration into Machine Translation: Leveraging Large Language
Models" (Moslem et al. 2023), https://arxiv.org/abs/2310.14451: only segments whose translation
lacks a term that it should have are edited; all others stay byte for byte.

Polishing: "Lost in Literalism: How Supervised Training Shapes Translationese in LLMs" (Li et al.
2025), https://arxiv.org/abs/2503.04369: a draft is polished with its source at hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from synth_assets.generation.gates.copying import shared_words
from synth_assets.generation.protocol import Message
from synth_assets.rewriting.prompt import ENGLISH, Prompt, load_prompts
from synth_assets.translation.lexicon import Lexicon, missed
from synth_assets.translation.methods.aligned import Pair
from synth_assets.translation.naturalness import Reference
from synth_assets.translation.translators.prompted import FOLDER, name_of


class Editor(Protocol):
    """Says which segments are asked about, in which words, and whether an answer is better."""

    @property
    def name(self) -> str: ...

    def messages(self, pair: Pair) -> Sequence[Message] | None:
        """None where the segment stays as it is."""
        ...

    def improves(self, pair: Pair, text: str) -> bool: ...

    def counts(self, before: Sequence[Pair], after: Sequence[str]) -> Mapping[str, int]:
        """Columns of the document."""
        ...


@dataclass(frozen=True)
class TermEditor:
    """Segments without a term of the glossary; taken is what has more of them."""

    glossary: Lexicon
    source: str
    target: str
    name: str = "terminology"

    def messages(self, pair: Pair) -> Sequence[Message] | None:
        wanted = self._missed(pair, pair.target)
        if not wanted:
            return None
        lines = [f"“{term}” is “{other}” in {name_of(self.target)}." for term, other in wanted]
        fills = {"terms": "\n".join(lines), "original": pair.source, "source": name_of(self.source)}
        return self._wording.messages(lang=self.target, title=None, text=pair.target, fills=fills)

    def improves(self, pair: Pair, text: str) -> bool:
        return len(self._missed(pair, text)) < len(self._missed(pair, pair.target))

    def counts(self, before: Sequence[Pair], after: Sequence[str]) -> Mapping[str, int]:
        """Terms that the segments should have, and how many they had before and after."""
        n_terms = n_before = n_after = 0
        for pair, text in zip(before, after, strict=True):
            required = len(self.glossary.required(pair.source, self.target))
            n_terms += required
            n_before += required - len(self._missed(pair, pair.target))
            n_after += required - len(self._missed(pair, text))
        return {"n_terms": n_terms, "n_terms_before": n_before, "n_terms_hit": n_after}

    def _missed(self, pair: Pair, text: str) -> list[tuple[str, str]]:
        required = self.glossary.required(pair.source, self.target)
        return list(missed(required, text, self.target).items())

    @cached_property
    def _wording(self) -> Prompt:
        return wording("terminology", "terms")


@dataclass(frozen=True)
class Polisher:
    """Every segment; taken is what is no more like the source than the draft was, word by word, and
    as natural to the reference model where there is one."""

    source: str
    target: str
    reference: Reference | None = None
    name: str = "polish"

    def messages(self, pair: Pair) -> Sequence[Message] | None:
        fills = {"original": pair.source, "source": name_of(self.source)}
        return self._wording.messages(lang=self.target, title=None, text=pair.target, fills=fills)

    def improves(self, pair: Pair, text: str) -> bool:
        if text == pair.target:
            return False
        _, drafted = shared_words([(pair.source, pair.target)])
        _, polished = shared_words([(pair.source, text)])
        return polished <= drafted and self._is_as_natural(pair.target, text)

    def _is_as_natural(self, draft: str, text: str) -> bool:
        if self.reference is None:
            return True
        before, after = self.reference.perplexities([draft, text])
        return after <= before

    def counts(self, *_: object) -> Mapping[str, int]:
        return {}

    @cached_property
    def _wording(self) -> Prompt:
        return wording("polish")


def wording(step: str, *fills: str) -> Prompt:
    """The packaged words of a revision."""
    prompts = load_prompts("revise", step, fills=["source", "original", *fills], folder=FOLDER)
    return prompts.for_lang(ENGLISH)
