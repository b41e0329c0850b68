"""A recipe at work on one document: select, let its program ask, and make rows of what it wrote."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from synth_assets.corpus.document import Document, made_id
from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.protocol import EngineIdentity, Sampling
from synth_assets.generation.work import Drop, Failed, Made, Need, NotSelected, Outcome, Results
from synth_assets.rewriting.conversation import (
    RULES,
    Conversation,
    EndError,
    PendingError,
    Written,
)
from synth_assets.rewriting.judging import Waiting, Witness
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.rejects import refuses as refuses_reject
from synth_assets.rewriting.restructure.frames import known_languages
from synth_assets.rewriting.words import count_words

NOTHING_WRITTEN = "nothing_written"

End = list[Written] | PendingError | Drop | Failed | NotSelected | Made


@dataclass(frozen=True, slots=True)
class RecipeWork:
    """Implements `generation.work.Work`.

    The recipe's gates are those in force (see `Recipe.with_gates`). `selection` narrows the
    recipe's own; `sampling` stands in for its steps' where the profile says so; `samples` are drawn
    of every document, each a conversation of its own.
    """

    recipe: Recipe
    identity: EngineIdentity
    profile_seed: int
    selection: Selection
    sampling: Sampling | None = None
    samples: int = 1
    witness: Witness | None = None
    surroundings: Any = None

    @property
    def row_version(self) -> str:
        return self.recipe.row_version

    @property
    def calls_at_most(self) -> Callable[[Document], int] | None:
        """How many requests a document takes in all samples and steps, retries aside; None where it
        asks for all at once."""
        of_one = self.recipe.calls_at_most
        return of_one and (lambda document: self._samples * of_one(document))

    @property
    def by_rules(self) -> bool:
        return self.identity.kind == RULES

    def advance(self, document: Document, results: Results) -> Outcome:
        refused = (
            refuses_reject(document)
            or self.selection.refuses(document)
            or self._refused_by_rules(document)
        )
        if refused:
            return refused
        faults: dict[str, Fault] = {}
        ends = [self._end(document, results, faults, n) for n in range(self._samples)]
        if waiting := [one for end in ends if isinstance(end, PendingError) for one in end.waiting]:
            return _need(waiting)
        written = {n: end for n, end in enumerate(ends) if isinstance(end, list)}
        if written:
            return self._made(document, written, faults)
        first = ends[0]
        assert isinstance(first, Drop | Failed | NotSelected | Made)
        return first if isinstance(first, NotSelected) else replace(first, faults=faults)

    @property
    def _samples(self) -> int:
        return 1 if self.by_rules else self.samples

    def _refused_by_rules(self, document: Document) -> NotSelected | None:
        """Rules need the frame words of the document's language."""
        known = not self.by_rules or document.lang in known_languages()
        return None if known else NotSelected("language")

    def _end(
        self, document: Document, results: Results, faults: dict[str, Fault], sample: int
    ) -> End:
        """What one sample has come to."""
        talk = Conversation(
            document,
            self.recipe,
            self.identity,
            self.profile_seed,
            results,
            faults,
            self.sampling,
            sample,
            self.witness,
            self.surroundings,
        )
        try:
            return list(self.recipe.program(talk)) or Drop(NOTHING_WRITTEN)
        except PendingError as pending:
            return pending
        except EndError as end:
            return end.outcome

    def _made(
        self, document: Document, samples: Mapping[int, list[Written]], faults: dict[str, Fault]
    ) -> Made:
        """Positions stay with their sample, whatever becomes of the others."""
        placed = [
            (sample + place * self._samples, written)
            for sample, texts in samples.items()
            for place, written in enumerate(texts)
        ]
        return Made(
            [self._child(document, *one) for one in placed],
            [self._extra(document, written) for _, written in placed],
            faults=faults,
        )

    def _child(self, document: Document, position: int, written: Written) -> Document:
        child = document.child(
            written.text,
            row_version=self.recipe.row_version,
            generation_keys=list(dict.fromkeys(answer.key for answer in written.answers)),
            position=position,
            kind=self.recipe.kind,
            recipe=self.recipe.name,
            recipe_version=self.recipe.version,
            model=self.identity.model,
            model_revision=self.identity.revision,
            seed=self.profile_seed,
        )
        return self._of_several(child, written.parents, position) if written.parents else child

    def _of_several(self, child: Document, parents: Sequence[Document], position: int) -> Document:
        """The child with all its parents, in their order."""
        parent_ids = [one.doc_id for one in parents]
        return replace(
            child,
            doc_id=made_id(parent_ids, self.row_version, child.generation_keys, position),
            parent_ids=parent_ids,
            root_ids=list(dict.fromkeys(root for one in parents for root in one.root_ids)),
        )

    def _extra(self, document: Document, written: Written) -> dict[str, Any]:
        prompts = self.recipe.steps[written.step or self.recipe.last_step].prompts
        n_words = sum(one.n_words for one in written.parents or [document])
        return {
            "relation": self.recipe.relation,
            "n_answers": len(written.answers),
            "length_ratio": round(count_words(written.text) / max(1, n_words), 4),
            "prompt_lang": None if self.by_rules else prompts.lang_for(document.lang),
            **written.columns,
        }


def _need(waiting: Sequence[Waiting]) -> Need:
    """A request that one passage needs in any case is no retry, though it be one of another."""
    plain = {one.request.key for one in waiting if one.retried is None}
    retries = {
        one.request.key: one.retried
        for one in waiting
        if one.retried is not None and one.request.key not in plain
    }
    return Need(list({one.request.key: one.request for one in waiting}.values()), retries)
