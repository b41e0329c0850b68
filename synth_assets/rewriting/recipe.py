"""What a recipe is: a declared way to rewrite, in two versions.

`gen_version` covers what a request is, `row_version` what a row is: a changed gate makes new rows
out of the generations that are there and asks for none.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, Self

from synth_assets.corpus.document import Document
from synth_assets.generation.gates.catalogue import changed, describe
from synth_assets.generation.gates.gate import Gate
from synth_assets.generation.gates.phrases import phrases_version
from synth_assets.generation.protocol import Sampling
from synth_assets.generation.work import NotSelected
from synth_assets.hashing import digest_json
from synth_assets.rewriting import joining, parsing, passages
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.joining import JoinName
from synth_assets.rewriting.parsing import ParserName
from synth_assets.rewriting.prompt import Prompts
from synth_assets.rewriting.restructure import operations

Relation = Literal["adds", "supersedes", "extends"]
"""What a made document is to its parent, for deduplication: it stands beside it, in its place,
or contains it."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which documents a recipe takes; no `languages` means every one."""

    languages: frozenset[str] | None = None
    min_words: int = 0
    max_words: int = 1_000_000

    def narrowed(
        self, languages: frozenset[str] | None, min_words: int = 0, max_words: int = 1_000_000
    ) -> "Selection":
        """What both this and another selection take."""
        both = [one for one in (self.languages, languages) if one is not None]
        return Selection(
            frozenset.intersection(*both) if both else None,
            max(self.min_words, min_words),
            min(self.max_words, max_words),
        )

    def refuses(self, document: Document) -> NotSelected | None:
        reason = self.reason(document.lang, document.n_words)
        return NotSelected(reason) if reason else None

    def reason(self, lang: str, n_words: int) -> str | None:
        """Why a document in `lang` of so many words is not taken; None where it is."""
        if self.languages is not None and lang not in self.languages:
            return "language"
        if n_words < self.min_words:
            return "too_short"
        return "too_long" if n_words > self.max_words else None


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One recipe, declared as RECIPE in its file under `recipes/`.

    `operation` names the restructuring that the `rules` engine does in the prompt's stead; None
    where only a model can follow the recipe. `passage_words` is the longest passage that a model
    is given. `sampling` holds where the profile's engine does not set its own. `keeps_text` says
    that the parent's text stands in the made one by design (an edit, a thought appended): gates
    that want a new text are off then.
    """

    name: str
    description: str
    source: str
    prompts: Prompts
    operation: str | None
    relation: Relation = "adds"
    selection: Selection = field(default_factory=Selection)
    passage_words: int = 500
    sampling: Sampling = field(default_factory=lambda: Sampling(max_new_tokens=1024))
    parsers: tuple[ParserName, ...] = ("unwrap_fence", "strip_preamble", "strip_closing")
    gates: tuple[Gate, ...] = BASIC
    keeps_text: bool = False
    join: JoinName = "documents"

    def with_gates(self, changes: Mapping[str, Mapping[str, Any] | None]) -> Self:
        """The recipe with the gates that are in force: its own, without those that its design
        turns off, under a profile's changes."""
        own = [gate for gate in self.gates if not (self.keeps_text and gate.new_text_only)]
        return replace(self, gates=changed(own, changes))

    @cached_property
    def operation_version(self) -> str:
        return operations()[self.operation].version if self.operation else ""

    @cached_property
    def gen_version(self) -> str:
        """12 hex digits of all that shapes a request."""
        return _short(
            passages.VERSION,
            {lang: asdict(prompt) for lang, prompt in self.prompts.by_lang.items()},
            self.passage_words,
            asdict(self.sampling),
            self.operation,
            self.operation_version,
        )

    @cached_property
    def row_version(self) -> str:
        """12 hex digits of all that makes a row, or none, out of results."""
        selection = self.selection
        return _short(
            [parsing.VERSION, phrases_version(), joining.VERSION],
            self.relation,
            [sorted(selection.languages or ()), selection.languages is None],
            [selection.min_words, selection.max_words],
            self.parsers,
            describe(self.gates),
            self.join,
        )

    @property
    def version(self) -> str:
        """As it stands in the rows: `gen_version.row_version`."""
        return f"{self.gen_version}.{self.row_version}"


def _short(*parts: object) -> str:
    return digest_json(parts)[:12]
