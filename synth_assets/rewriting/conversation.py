"""A recipe's conversation with a model about one document.

What a program has in its hands: the document, its passages, and three ways to ask. Answers that are
not there yet end the program's run, which begins again when they have come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from random import Random
from typing import Any, Never

from synth_assets.corpus.document import Document
from synth_assets.generation.engines.rules import rules_prompt
from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.gate import Generated
from synth_assets.generation.keys import make_request
from synth_assets.generation.protocol import EngineIdentity, Request, Sampling
from synth_assets.generation.work import Drop, Failed, Made, NotSelected, Results
from synth_assets.hashing import digest_json
from synth_assets.rewriting.judging import Judge, Passed, Verdict, Waiting, Witness
from synth_assets.rewriting.passages import cut_passages
from synth_assets.rewriting.recipe import Recipe

RULES = "rules"


class PendingError(Exception):
    """Answers are missing."""

    def __init__(self, waiting: Sequence[Waiting]) -> None:
        super().__init__(f"{len(waiting)} answers are missing")
        self.waiting = waiting


class EndError(Exception):
    """Nothing is written of this document."""

    def __init__(self, outcome: Drop | Failed | NotSelected | Made) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Question:
    """What a step's prompt is filled with: {text}, and the step's own placeholders. Gates compare
    the answer with `source`, or else with the text."""

    text: str
    fills: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A text, the answers it was made of, and its values in the recipe's own columns. `step` is
    the one that wrote it, where it is not the recipe's last; `parents` are its documents in order,
    where it is made of several."""

    text: str
    answers: Sequence[Passed]
    columns: Mapping[str, Any] = field(default_factory=dict)
    step: str | None = None
    parents: Sequence[Document] = ()


@dataclass(frozen=True)
class Conversation:
    """About one document, in one of its samples; what gates refuse is put down in `faults`.

    `sampling` stands in for that of every step where it is not None; `surroundings` are what the
    recipe's function of that name made of the batch.
    """

    document: Document
    recipe: Recipe
    identity: EngineIdentity
    profile_seed: int
    results: Results
    faults: dict[str, Fault]
    sampling: Sampling | None = None
    sample: int = 0
    witness: Witness | None = None
    surroundings: Any = None

    @property
    def by_rules(self) -> bool:
        return self.identity.kind == RULES

    @cached_property
    def passages(self) -> list[str]:
        """The document cut for a model's window. Rules take it whole: they have none, and need all
        of its outline."""
        if self.by_rules:
            return [self.document.text]
        return cut_passages(self.document.text, self.recipe.passage_words)

    def ask(self, step: str, text: str, *, source: str | None = None, **fills: str) -> Passed:
        """The answer to one question; where none passes, the document ends here."""
        return self.ask_all(step, [Question(text, fills, source)])[0]

    def ask_all(self, step: str, questions: Sequence[Question]) -> list[Passed]:
        """The answers to all questions, asked side by side. Where one is lost the document ends
        here, though others are not there yet: a text with a hole is no rewrite."""
        verdicts = [self._verdict(step, question) for question in questions]
        for index, verdict in enumerate(verdicts):
            if isinstance(verdict, Drop | Failed):
                raise EndError(_located(verdict, index, len(verdicts)))
        _wait_for(verdicts)
        return [verdict for verdict in verdicts if isinstance(verdict, Passed)]

    def try_all(self, step: str, questions: Sequence[Question]) -> list[Passed | Drop | Failed]:
        """As `ask_all`, for questions that a document can do without: what is lost says why."""
        verdicts = [self._verdict(step, question) for question in questions]
        _wait_for(verdicts)
        return [verdict for verdict in verdicts if not isinstance(verdict, Waiting)]

    def ask_some(self, step: str, questions: Sequence[Question]) -> dict[int, Passed]:
        """Those that passed of answers that stand for themselves, by the place of their question.
        Where all are lost the document ends here, with what is said of the first."""
        verdicts = self.try_all(step, questions)
        passed = {n: one for n, one in enumerate(verdicts) if isinstance(one, Passed)}
        lost = next((one for one in verdicts if isinstance(one, Drop | Failed)), None)
        if lost is not None and not passed:
            raise EndError(_located(lost, 0, len(verdicts)))
        return passed

    def chance(self, purpose: str) -> Random:
        """Chance for one purpose: the same whenever this document's text is in this sample, under
        the profile's seed."""
        parts = [self.profile_seed, self.recipe.name, purpose, self.document.content_hash]
        return Random(int(digest_json([*parts, self.sample]), 16))

    def drop(self, reason: str, value: str = "", limit: str = "") -> Never:
        """End here, with a reason that is the recipe's own."""
        raise EndError(Drop(reason, value, limit))

    def pass_over(self, reason: str) -> Never:
        """End here: the recipe has nothing to do with this document, and that is no loss."""
        raise EndError(NotSelected(reason))

    def stand_in_another(self) -> Never:
        """End here: what was made of this document stands in the row of another one."""
        raise EndError(Made([]))

    def _verdict(self, step: str, question: Question) -> Verdict:
        lang = self.document.lang
        source = question.text if question.source is None else question.source
        known = Generated(source, "", lang, lang, instructions=self._told(step, question))
        return self._judge(step).settle(known, partial(self._request, step, question))

    def _judge(self, step: str) -> Judge:
        asked = self.recipe.steps[step]
        return Judge(
            asked,
            self.sampling or asked.sampling,
            self.results,
            self.faults,
            self.by_rules,
            self.witness,
        )

    def _told(self, step: str, question: Question) -> str:
        """What the model is told beside the document."""
        if self.by_rules:
            return ""
        lang = self.document.lang
        prompt = self.recipe.steps[step].prompts.for_lang(lang)
        return prompt.instructions(lang, dict.fromkeys(question.fills, ""))

    def _request(self, step: str, question: Question, sampling: Sampling, attempt: int) -> Request:
        if self.by_rules:
            return self._rules_request(question.text)
        document = self.document
        prompt = (
            self.recipe.steps[step]
            .prompts.for_lang(document.lang)
            .rendered(
                lang=document.lang, title=document.title, text=question.text, fills=question.fills
            )
        )
        return make_request(
            self.identity,
            prompt,
            sampling,
            profile_seed=self.profile_seed,
            step=f"{self.recipe.name}.{step}",
            sample=self.sample,
            attempt=attempt,
        )

    def _rules_request(self, text: str) -> Request:
        assert self.recipe.operation is not None
        prompt = rules_prompt(
            self.recipe.operation,
            self.recipe.operation_version,
            text=text,
            title=self.document.title,
            lang=self.document.lang,
            options=self.recipe.options and {**self.recipe.options, "seed": self.profile_seed},
        )
        return make_request(
            self.identity,
            prompt,
            Sampling(),
            profile_seed=self.profile_seed,
            step=self.recipe.name,
        )


def _wait_for(verdicts: Sequence[Verdict]) -> None:
    if waiting := [verdict for verdict in verdicts if isinstance(verdict, Waiting)]:
        raise PendingError(waiting)


def _located(lost: Drop | Failed, index: int, n_questions: int) -> Drop | Failed:
    """Says where."""
    if n_questions == 1:
        return lost
    where = f"passage {index + 1} of {n_questions}: "
    if isinstance(lost, Failed):
        return Failed(lost.kind, where + lost.error)
    return Drop(lost.reason, where + lost.value, lost.limit)
