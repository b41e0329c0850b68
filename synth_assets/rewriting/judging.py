"""Judging the answers for one passage, with at most one longer try and one other.

A text that ran out of tokens is asked for once more with twice the budget, unless it goes round in
circles. A text that a gate refuses is asked for once more with another seed, where the sampling has
one; such a request is a retry in the sense of `generation.work.Need`, and where it is declined or
fails, the verdict on the text before it stands.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.finish import Truncated
from synth_assets.generation.gates.gate import Generated, first_fault
from synth_assets.generation.gates.repetition import Repetition
from synth_assets.generation.protocol import NO_STRUCTURE, Request, Result, Sampling
from synth_assets.generation.work import Drop, Failed, Results
from synth_assets.rewriting.parsing import parse
from synth_assets.rewriting.step import Step

VERSION = "2"

MAX_NEW_TOKENS = 8192
"""No second try is given more: a passage has some 500 words. A model's window may be smaller; it
refuses then, and the first verdict stands."""

UNREADABLE = "unreadable"
"""The fault of an answer that the step's `read` cannot read."""

SHOWN_CHARS = 80

_CIRCLES = Repetition()

Ask = Callable[[Sampling, int], Request]
"""The passage's request under a sampling, by the number of the attempt."""


@dataclass(frozen=True, slots=True)
class Passed:
    """An answer: its text, the key of the result that it came by, and what the step's `read` made
    of it."""

    text: str
    key: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request without a result yet; `retried` is the key of the refused text it may better."""

    request: Request
    retried: str | None = None


Witness = Callable[[Step, Generated], None]
"""Is shown every answer, as the gates see it."""

Verdict = Passed | Waiting | Drop | Failed


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the answers to one step by the results at hand; what is refused is put down in
    `faults`. The `rules` engine's answers are taken as they are, but for the gates."""

    step: Step
    sampling: Sampling
    results: Results
    faults: dict[str, Fault]
    by_rules: bool = False
    witness: Witness | None = None

    def settle(self, passage: Generated, ask: Ask) -> Verdict:
        """`passage` says what is known before there is a text."""
        request = ask(self.sampling, 0)
        result = self.results.get(request.key)
        if result is None:
            return Waiting(request)
        if result.error_kind == NO_STRUCTURE:
            return Drop(NO_STRUCTURE, result.error or "")
        if result.failed:
            return Failed(result.error_kind or "unknown", result.error or "no text")
        made, judged = self._judged(passage, request, result)
        if isinstance(judged, Passed):
            return judged
        if judged.gate == Truncated.name and _CIRCLES(made) is None:
            return self._longer(passage, ask, judged)
        return self._other(passage, ask, request, judged)

    def _longer(self, passage: Generated, ask: Ask, fault: Fault) -> Verdict:
        budget = min(2 * self.sampling.max_new_tokens, MAX_NEW_TOKENS)
        if budget <= self.sampling.max_new_tokens:
            return _drop(fault)
        request = ask(replace(self.sampling, max_new_tokens=budget), 0)
        result = self.results.get(request.key)
        if result is None:
            return Waiting(request)
        if result.failed:
            return _drop(fault)
        _, second = self._judged(passage, request, result)
        if isinstance(second, Passed):
            return second
        if second.gate == Truncated.name:
            return _drop(second)
        return self._other(passage, ask, request, second)

    def _other(self, passage: Generated, ask: Ask, refused: Request, fault: Fault) -> Verdict:
        if self.sampling.temperature == 0:  # a seed changes nothing
            return _drop(fault)
        request = ask(refused.sampling, 1)
        result = self.results.get(request.key)
        if result is None:
            return Waiting(request, retried=refused.key)
        if result.failed:
            return _drop(fault)
        _, second = self._judged(passage, request, result)
        return second if isinstance(second, Passed) else _drop(second)

    def _judged(
        self, passage: Generated, request: Request, result: Result
    ) -> tuple[Generated, Passed | Fault]:
        assert result.text is not None
        text = result.text if self.by_rules else parse(self.step.parsers, result.text)
        made = replace(
            passage,
            text=text,
            finish_reason=result.finish_reason,
            completion_tokens=result.completion_tokens,
            max_new_tokens=request.sampling.max_new_tokens,
        )
        if self.witness is not None:
            self.witness(self.step, made)
        fault = first_fault(self.step.gates, made, by_rules=self.by_rules)
        judged = fault or self._read(text, request.key)
        if isinstance(judged, Fault):
            self.faults[request.key] = judged
        return made, judged

    def _read(self, text: str, key: str) -> Passed | Fault:
        try:
            return Passed(text, key, self.step.read(text))
        except ValueError as error:
            return Fault(UNREADABLE, text[:SHOWN_CHARS], str(error))


def _drop(fault: Fault) -> Drop:
    return Drop(fault.gate, fault.value, fault.limit)
