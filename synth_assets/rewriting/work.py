"""A recipe at work on one document: select, cut, ask, parse, judge, join."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from synth_assets.corpus.document import Document
from synth_assets.generation.engines.rules import rules_prompt
from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.gate import Generated
from synth_assets.generation.keys import make_request
from synth_assets.generation.protocol import EngineIdentity, Request, Sampling
from synth_assets.generation.work import Drop, Failed, Made, Need, NotSelected, Outcome, Results
from synth_assets.rewriting.joining import join
from synth_assets.rewriting.judging import Judge, Passed, Verdict, Waiting
from synth_assets.rewriting.parsing import parse
from synth_assets.rewriting.passages import cut_passages
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.restructure.frames import known_languages
from synth_assets.rewriting.words import count_words

RULES = "rules"


@dataclass(frozen=True, slots=True)
class RecipeWork:
    """Implements `generation.work.Work`.

    The recipe's gates are those in force (see `Recipe.with_gates`). `selection` narrows the
    recipe's own; `sampling` stands in for it where the profile says so; `samples` are drawn of
    every passage, each a document of its own.
    """

    recipe: Recipe
    identity: EngineIdentity
    profile_seed: int
    selection: Selection
    sampling: Sampling
    samples: int = 1

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
        faults: dict[str, Fault] = {}
        passages = self._passages(document)
        judge = self._judge(results, faults)
        ends = [_end(self._verdicts(judge, document, passages, n)) for n in range(self._samples)]
        if waiting := [one for end in ends if isinstance(end, list) for one in end]:
            return _need(waiting)
        made = {n: end for n, end in enumerate(ends) if isinstance(end, tuple)}
        if made:
            return self._made(document, made, faults)
        first = ends[0]
        assert isinstance(first, Drop | Failed)
        return replace(first, faults=faults)

    @property
    def _samples(self) -> int:
        return 1 if self.by_rules else self.samples

    def _refused_by_rules(self, document: Document) -> NotSelected | None:
        """Rules need the frame words of the document's language."""
        known = not self.by_rules or document.lang in known_languages()
        return None if known else NotSelected("language")

    def _passages(self, document: Document) -> list[str]:
        """Rules take the document whole: they have no window, and need all of its outline."""
        if self.by_rules:
            return [document.text]
        return cut_passages(document.text, self.recipe.passage_words)

    def _judge(self, results: Results, faults: dict[str, Fault]) -> Judge:
        return Judge(
            self.recipe.gates,
            self.sampling,
            str if self.by_rules else partial(parse, self.recipe.parsers),
            results,
            faults,
            self.by_rules,
        )

    def _verdicts(
        self, judge: Judge, document: Document, passages: Sequence[str], sample: int
    ) -> list[Verdict]:
        told = "" if self.by_rules else self._told(document)
        return [
            judge.settle(
                Generated(passage, "", document.lang, document.lang, instructions=told),
                partial(self._request, document, passage, sample),
            )
            for passage in passages
        ]

    def _told(self, document: Document) -> str:
        return self.recipe.prompts.for_lang(document.lang).instructions(document.lang)

    def _request(
        self, document: Document, passage: str, sample: int, sampling: Sampling, attempt: int
    ) -> Request:
        recipe = self.recipe
        if self.by_rules:
            assert recipe.operation is not None
            prompt = rules_prompt(
                recipe.operation,
                recipe.operation_version,
                text=passage,
                title=document.title,
                lang=document.lang,
            )
            return make_request(
                self.identity, prompt, Sampling(), profile_seed=self.profile_seed, step=recipe.name
            )
        return make_request(
            self.identity,
            recipe.prompts.for_lang(document.lang).messages(
                lang=document.lang, title=document.title, text=passage
            ),
            sampling,
            profile_seed=self.profile_seed,
            step=recipe.name,
            sample=sample,
            attempt=attempt,
        )

    def _made(
        self,
        document: Document,
        samples: dict[int, tuple[Passed, ...]],
        faults: dict[str, Fault],
    ) -> Made:
        texts = {
            n: join(self.recipe.join, [one.text for one in passed]) for n, passed in samples.items()
        }
        children = [
            document.child(
                texts[n],
                row_version=self.recipe.row_version,
                generation_keys=list(dict.fromkeys(one.key for one in passed)),
                position=n,
                kind="rewritten",
                recipe=self.recipe.name,
                recipe_version=self.recipe.version,
                model=self.identity.model,
                model_revision=self.identity.revision,
                seed=self.profile_seed,
            )
            for n, passed in samples.items()
        ]
        extra = [self._extra(document, texts[n], len(passed)) for n, passed in samples.items()]
        return Made(children, extra, faults=faults)

    def _extra(self, document: Document, text: str, n_passages: int) -> dict[str, Any]:
        by_prompt = None if self.by_rules else self.recipe.prompts.lang_for(document.lang)
        return {
            "relation": self.recipe.relation,
            "n_passages": n_passages,
            "length_ratio": round(count_words(text) / max(1, document.n_words), 4),
            "prompt_lang": by_prompt,
        }


def _end(verdicts: Sequence[Verdict]) -> tuple[Passed, ...] | list[Waiting] | Drop | Failed:
    """What one sample has come to. One bad passage takes the sample with it, since a text with a
    hole is no rewrite, and nothing more is asked for it."""
    for index, verdict in enumerate(verdicts):
        if isinstance(verdict, Drop | Failed):
            return _in_passage(verdict, index, len(verdicts))
    waiting = [one for one in verdicts if isinstance(one, Waiting)]
    return waiting or tuple(one for one in verdicts if isinstance(one, Passed))


def _need(waiting: Sequence[Waiting]) -> Need:
    """A request that one passage needs in any case is no retry, though it be one of another."""
    plain = {one.request.key for one in waiting if one.retried is None}
    retries = {
        one.request.key: one.retried
        for one in waiting
        if one.retried is not None and one.request.key not in plain
    }
    return Need(list({one.request.key: one.request for one in waiting}.values()), retries)


def _in_passage(fault: Drop | Failed, index: int, n_passages: int) -> Drop | Failed:
    """Says where."""
    if n_passages == 1:
        return fault
    where = f"passage {index + 1} of {n_passages}: "
    if isinstance(fault, Failed):
        return Failed(fault.kind, where + fault.error)
    return Drop(fault.reason, where + fault.value, fault.limit)
