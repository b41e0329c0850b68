"""What a recipe is: a declared way to rewrite, in two versions.

`gen_version` covers what a request is, `row_version` what a row is: a changed gate makes new rows
out of the generations that are there and asks for none.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Self

from synth_assets.corpus.document import Document
from synth_assets.corpus.schema import Schema
from synth_assets.errors import ProfileError
from synth_assets.generation.gates.phrases import phrases_version
from synth_assets.generation.work import NotSelected
from synth_assets.hashing import digest_json
from synth_assets.rewriting import joining, parsing, passages
from synth_assets.rewriting.few_shot import FewShot
from synth_assets.rewriting.joining import JoinName
from synth_assets.rewriting.restructure import operations
from synth_assets.rewriting.step import Step
from synth_assets.rewriting.tasks import Options

if TYPE_CHECKING:
    from synth_assets.generation.passes import Documents
    from synth_assets.rewriting.conversation import Conversation, Written

Relation = Literal["adds", "supersedes", "extends"]
"""What a made document is to its parent, for deduplication: it stands beside it, in its place,
or contains it."""

ServedBy = Literal["writers", "resamplers", "rules"]
"""What answers a recipe's requests: models that write (and the `rules` engine, where the recipe
names an operation), engines that draw tokens of a text again, or the `rules` engine alone."""

Score = Callable[[Sequence[Document]], Sequence[float]]
"""How good texts are, the higher the better."""

Reads = Literal["kept", "rejected"]
"""Which documents of `filtered`: those that it kept, or those that its quality rules dropped."""

Program = Callable[["Conversation"], "Iterable[Written]"]
"""A recipe's steps at work on one document: asks, and gives the texts that it has written.

It is run from the start whenever answers have come, and must do the same again: it looks at nothing
but the conversation. What it asks for and does not have yet ends the run.
"""


Where = Mapping[str, frozenset[str]]
"""Values that a document may have in a column of its corpus, such as a quality tier, as text."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which documents a recipe takes; no `languages` means every one."""

    languages: frozenset[str] | None = None
    min_words: int = 0
    max_words: int = 1_000_000
    where: Where = field(default_factory=dict)

    def narrowed(
        self,
        languages: frozenset[str] | None,
        min_words: int = 0,
        max_words: int = 1_000_000,
        where: Where = MappingProxyType({}),
    ) -> "Selection":
        """What both this and another selection take."""
        both = [one for one in (self.languages, languages) if one is not None]
        shared = {name: where[name] & self.where[name] for name in where if name in self.where}
        return Selection(
            frozenset.intersection(*both) if both else None,
            max(self.min_words, min_words),
            min(self.max_words, max_words),
            {**self.where, **where, **shared},
        )

    @property
    def columns(self) -> list[str]:
        """What `reason` reads."""
        return list(dict.fromkeys(["lang", "n_words", *self.where]))

    def refuses(self, document: Document) -> NotSelected | None:
        beside = document.attributes
        row = {
            name: beside[name] if name in beside else getattr(document, name)
            for name in self.columns
        }
        reason = self.reason(row)
        return NotSelected(reason) if reason else None

    def reason(self, row: Mapping[str, Any]) -> str | None:
        """Why a document with this row is not taken; None where it is."""
        if self.languages is not None and row["lang"] not in self.languages:
            return "language"
        if row["n_words"] < self.min_words:
            return "too_short"
        if row["n_words"] > self.max_words:
            return "too_long"
        return next((n for n, some in self.where.items() if str(row[n]) not in some), None)


Surroundings = Callable[["Sequence[Documents]", Selection], Any]
"""What a recipe knows of the other documents of the batch, from its inputs and the selection in
force. What it keeps in memory has a limit of its own, whatever the batch's size."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One recipe, declared as RECIPE in its file under `recipes/`.

    `steps` by name. The last one writes the text, or those in `writers` do where a document's text
    comes of one of several; a profile's gates are theirs. `program` puts the steps in order; raise
    `program_version` by hand when it makes other rows of the same answers. `calls` says, for
    people, how many requests a document takes; `calls_at_most` says it of one document, retries
    aside, and is None where a document asks for all it needs at once.

    `operation` names the restructuring that the `rules` engine does in the prompt's stead; None
    where only a model can follow the recipe. `passage_words` is the longest passage that a model
    is given. `keeps_text` says that the parent's text stands in the answer by design (an edit):
    gates that want a new text are off then. They are not where a program puts an answer behind the
    parent's text. `columns` are the corpus's own, filled by `Written.columns`.

    `options` are numbers that a profile may set otherwise, with their defaults; tasks and
    operations are told them, and so is the program. `reads` says which documents of `filtered` are
    the parents. With `keeps_best`, of all texts that a batch is given only that share is kept which
    the function scores highest; its option `share` says how many.

    `surroundings` makes what a program finds in `Conversation.surroundings`; `few_shot` is the
    table of personas and examples that its prompts are filled from.
    """

    name: str
    description: str
    source: str
    steps: Mapping[str, Step]
    program: Program
    writers: tuple[str, ...] = ()
    program_version: int = 1
    calls: str = "one per passage"
    calls_at_most: Callable[[Document], int] | None = None
    operation: str | None = None
    relation: Relation = "adds"
    kind: str = "rewritten"
    selection: Selection = field(default_factory=Selection)
    passage_words: int = 500
    keeps_text: bool = False
    join: JoinName = "documents"
    columns: Schema = field(default_factory=dict)
    served_by: ServedBy = "writers"
    options: Options = field(default_factory=dict)
    reads: Reads = "kept"
    keeps_best: Score | None = None
    surroundings: Surroundings | None = None
    few_shot: FewShot | None = None

    @property
    def last_step(self) -> str:
        """The step that writes the text."""
        return list(self.steps)[-1]

    @property
    def writes(self) -> Step:
        return self.steps[self.last_step]

    def has_prompts(self, lang: str) -> bool:
        """Whether every step has a prompt in this language."""
        return all(step.prompts.has(lang) for step in self.steps.values())

    def with_gates(self, changes: Mapping[str, Mapping[str, Any] | None]) -> Self:
        """The recipe with the gates that are in force; see `Step.with_gates`."""
        changed = {
            name: self.steps[name].with_gates(changes, keeps_text=self.keeps_text)
            for name in self.writers or (self.last_step,)
        }
        return replace(self, steps={**self.steps, **changed})

    def with_options(self, changes: Options) -> Self:
        """The recipe under a profile's options.

        Raises ProfileError for one that it does not have.
        """
        for name in changes:
            if name not in self.options:
                some = ", ".join(self.options) or "none"
                raise ProfileError(
                    f"rewriting.recipes.{self.name}.options.{name} is not allowed: "
                    f"the options of this recipe are {some}"
                )
        options = {**self.options, **changes}
        steps = {name: step.with_options(options) for name, step in self.steps.items()}
        return replace(self, options=options, steps=steps)

    @cached_property
    def operation_version(self) -> str:
        return operations()[self.operation].version if self.operation else ""

    @cached_property
    def gen_version(self) -> str:
        """12 hex digits of all that shapes a request."""
        return _short(
            passages.VERSION,
            {name: step.request_parts for name, step in self.steps.items()},
            self.passage_words,
            self.operation,
            self.operation_version,
            *([] if self.few_shot is None else [self.few_shot.version]),
        )

    @cached_property
    def row_version(self) -> str:
        """12 hex digits of all that makes a row, or none, out of results. The name is part of it,
        since ids are made from it: two recipes of the same prompts make documents of their own."""
        selection = self.selection
        return _short(
            self.name,
            [parsing.VERSION, phrases_version(), joining.VERSION],
            self.program_version,
            [self.relation, self.kind],
            [sorted(selection.languages or ()), selection.languages is None],
            [selection.min_words, selection.max_words],
            {name: sorted(values) for name, values in selection.where.items()},
            {name: step.row_parts for name, step in self.steps.items()},
            self.join,
            *([] if not self.options else [self.options]),
            *([] if self.reads == "kept" else [self.reads]),
        )

    @property
    def version(self) -> str:
        """As it stands in the rows: `gen_version.row_version`."""
        return f"{self.gen_version}.{self.row_version}"


def _short(*parts: object) -> str:
    return digest_json(parts)[:12]
