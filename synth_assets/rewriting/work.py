"""A recipe at work on one document: select, cut, ask, parse, judge, join."""

from collections.abc import Sequence
from dataclasses import dataclass

from synth_assets.corpus.document import Document
from synth_assets.generation.engines.rules import NO_STRUCTURE, rules_prompt
from synth_assets.generation.keys import make_request
from synth_assets.generation.protocol import EngineIdentity, Request, Result, Sampling
from synth_assets.generation.work import Drop, Failed, Made, Need, NotSelected, Outcome, Results
from synth_assets.rewriting.gates import Generated, first_fault
from synth_assets.rewriting.joining import join
from synth_assets.rewriting.parsing import parse
from synth_assets.rewriting.passages import cut_passages
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.restructure.frames import known_languages
from synth_assets.rewriting.words import count_words

RULES = "rules"


@dataclass(frozen=True, slots=True)
class RecipeWork:
    """Implements `generation.work.Work`.

    `selection` narrows the recipe's own; `sampling` stands in for it where the profile says so.
    """

    recipe: Recipe
    identity: EngineIdentity
    profile_seed: int
    selection: Selection
    sampling: Sampling

    @property
    def row_version(self) -> str:
        return self.recipe.row_version

    @property
    def by_rules(self) -> bool:
        return self.identity.kind == RULES

    def advance(self, document: Document, results: Results) -> Outcome:
        refused = self.selection.refuses(document) or self._refused_by_rules(document)
        if refused:
            return refused
        passages = self._passages(document)
        requests = [self._request(document, passage) for passage in passages]
        if any(request.key not in results for request in requests):
            return Need(requests)
        texts: list[str] = []
        for index, (passage, request) in enumerate(zip(passages, requests, strict=True)):
            text = self._judge(passage, results[request.key])
            if not isinstance(text, str):
                return _in_passage(text, index, len(passages))
            texts.append(text)
        return self._made(document, requests, texts)

    def _refused_by_rules(self, document: Document) -> NotSelected | None:
        """Rules need the frame words of the document's language."""
        known = not self.by_rules or document.lang in known_languages()
        return None if known else NotSelected("language")

    def _passages(self, document: Document) -> list[str]:
        """Rules take the document whole: they have no window, and need all of its outline."""
        if self.by_rules:
            return [document.text]
        return cut_passages(document.text, self.recipe.passage_words)

    def _request(self, document: Document, passage: str) -> Request:
        recipe = self.recipe
        if self.by_rules:
            assert recipe.operation is not None
            return make_request(
                self.identity,
                rules_prompt(
                    recipe.operation,
                    recipe.operation_version,
                    text=passage,
                    title=document.title,
                    lang=document.lang,
                ),
                Sampling(),
                profile_seed=self.profile_seed,
                step=recipe.name,
            )
        return make_request(
            self.identity,
            recipe.prompt.messages(lang=document.lang, title=document.title, text=passage),
            self.sampling,
            profile_seed=self.profile_seed,
            step=recipe.name,
        )

    def _judge(self, passage: str, result: Result) -> str | Drop | Failed:
        """The text of one passage, or why there is none."""
        if result.error_kind == NO_STRUCTURE:
            return Drop(NO_STRUCTURE, result.error or "")
        if result.failed or result.text is None:
            return Failed(result.error_kind or "unknown", result.error or "no text")
        if result.finish_reason == "length":
            limit = f"{self.sampling.max_new_tokens} tokens"
            return Drop("truncated", f"{result.completion_tokens} tokens", limit)
        text = result.text if self.by_rules else parse(self.recipe.parsers, result.text)
        fault = first_fault(self.recipe.gates, Generated(passage, text), by_rules=self.by_rules)
        return fault or text

    def _made(self, document: Document, requests: Sequence[Request], texts: Sequence[str]) -> Made:
        text = join(self.recipe.join, texts)
        child = document.child(
            text,
            row_version=self.recipe.row_version,
            generation_keys=list(dict.fromkeys(request.key for request in requests)),
            kind="rewritten",
            recipe=self.recipe.name,
            recipe_version=self.recipe.version,
            model=self.identity.model,
            model_revision=self.identity.revision,
            seed=self.profile_seed,
        )
        extra = {
            "relation": self.recipe.relation,
            "n_passages": len(texts),
            "length_ratio": round(count_words(text) / max(1, document.n_words), 4),
        }
        return Made([child], [extra])


def _in_passage(fault: Drop | Failed, index: int, n_passages: int) -> Drop | Failed:
    """One bad passage takes the document with it: a text with a hole is no rewrite. Says where."""
    if n_passages == 1:
        return fault
    where = f"passage {index + 1} of {n_passages}: "
    if isinstance(fault, Failed):
        return Failed(fault.kind, where + fault.error)
    return Drop(fault.reason, where + fault.value, fault.limit)
