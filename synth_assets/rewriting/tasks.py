"""Steps that ask an editing engine for a task instead of a model for a text."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from synth_assets.generation import protocol
from synth_assets.generation.engines.local.tasks import Task, task_prompt
from synth_assets.rewriting.prompt import ENGLISH, NOTHING, Prompt, Prompts

Options = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class TaskPrompt(Prompt):
    """Asks for the task `name` on the text, under the recipe's options."""

    name: str = ""
    options: Options = field(default_factory=dict)

    def rendered(
        self,
        *,
        lang: str,
        title: str | None,  # noqa: ARG002
        text: str,
        fills: Mapping[str, str] = NOTHING,  # noqa: ARG002
    ) -> protocol.Prompt:
        return task_prompt(Task(self.name, lang, text, self.options))


@dataclass(frozen=True, slots=True)
class TaskPrompts(Prompts):
    """One for every language: an engine that has no model of a language says so."""

    def has(self, lang: str) -> bool:  # noqa: ARG002
        return True

    def for_lang(self, lang: str) -> Prompt:  # noqa: ARG002
        return self.by_lang[ENGLISH]

    def with_options(self, options: Options) -> "TaskPrompts":
        prompt = self.by_lang[ENGLISH]
        assert isinstance(prompt, TaskPrompt)
        return TaskPrompts(MappingProxyType({ENGLISH: replace(prompt, options=dict(options))}))


def task_prompts(name: str) -> TaskPrompts:
    """The prompts of a step that asks for a task; the recipe's options are put in."""
    return TaskPrompts(MappingProxyType({ENGLISH: TaskPrompt("", "", name)}))
