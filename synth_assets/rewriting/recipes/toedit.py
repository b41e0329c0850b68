"""ToEdit: tokens that a model finds too predictable are drawn again, all others stay.

A causal model (`kind: transformers, task: resample`) draws every token again to which it gives more
than 0.99 (`above`), from its 64 likeliest at temperature 1, in one pass over the text as it was.
The authors' variant also takes out those to which it gives less than 0.001: `below`, which is off.
With a reference model (`kind: ngram`) the threshold would never be reached: there it is a quantile
of the text's own words, and since such a model sees no meaning, a word gives way to those alone
that mean the same (`modeling.stand_ins`). Both are ours and not the authors'. The answer holds the
edits alone; applied to the parent they give the text, byte for byte.

`edits` is the log, `n_tokens_scored` the model's tokens, `n_eligible` those drawn again,
`edit_share` the share of tokens that changed, `threshold` the least probability of an eligible one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import polars as pl

from synth_assets.generation.engines.local.tasks import RESAMPLE
from synth_assets.generation.protocol import Sampling
from synth_assets.rewriting.conversation import Conversation, Question, Written
from synth_assets.rewriting.edits import EDIT, Edit, apply_edits, read_edits, rows
from synth_assets.rewriting.passages import cut_exactly
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.step import Step
from synth_assets.rewriting.tasks import task_prompts
from synth_assets.rewriting.words import words_in

RESAMPLED = "resampled"


@dataclass(frozen=True, slots=True)
class Resampled:
    """What an engine says of one passage; see `generation.engines.local.tasks`."""

    edits: tuple[Edit, ...]
    tokens: int
    eligible: int
    threshold: float


def read_resampled(answer: str) -> Resampled:
    """Raises ValueError for an answer that is not what the task gives."""
    try:
        value: dict[str, Any] = orjson.loads(answer)
        spans = [[start, end, RESAMPLED, *texts] for start, end, *texts in value["edits"]]
        counts = int(value["tokens"]), int(value["eligible"]), float(value["threshold"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        raise ValueError("edits, tokens, eligible and threshold in JSON") from None
    return Resampled(read_edits(orjson.dumps(spans).decode()), *counts)


def resampled(talk: Conversation) -> Iterator[Written]:
    text = talk.document.text
    passages = cut_exactly(text, talk.recipe.passage_words)
    answers = talk.ask_all("edit", [Question(passage) for passage in passages])
    found: list[Resampled] = [answer.value for answer in answers]
    edits, at = [], 0
    for passage, one in zip(passages, found, strict=True):
        edits += [edit.moved(at) for edit in one.edits]
        at += len(passage)
    try:
        edited = apply_edits(text, edits)
    except ValueError as error:
        talk.drop("edits_do_not_fit", str(error))
    if not edits:
        talk.drop("nothing_edited", "0 edits", "at least 1")
    tokens = sum(one.tokens for one in found)
    columns = {
        "edits": rows(edits),
        "n_tokens_scored": tokens,
        "n_eligible": sum(one.eligible for one in found),
        "edit_share": round(len(edits) / max(1, tokens), 6),
        "threshold": min((one.threshold for one in found if one.eligible), default=None),
    }
    yield Written(edited, answers, columns)


RECIPE = Recipe(
    name="toedit",
    description=(
        "Every document with the tokens that a model finds too predictable drawn again, and an "
        "exact log of the edits; after ToEdit (arXiv 2412.14689)."
    ),
    source="ToEdit, arXiv 2412.14689",
    steps={
        "edit": Step(
            prompts=task_prompts(RESAMPLE),
            sampling=Sampling(temperature=1.0, top_k=64, max_new_tokens=1),
            parsers=(),
            gates=(),
            read=read_resampled,
        )
    },
    program=resampled,
    relation="supersedes",
    kind="edited",
    selection=Selection(min_words=20),
    passage_words=words_in(1000),
    served_by="resamplers",
    options={"above": 0.99, "below": 0.0, "quantile": 0.25},
    columns={
        "edits": pl.List(EDIT),
        "n_tokens_scored": pl.Int64(),
        "n_eligible": pl.Int64(),
        "edit_share": pl.Float64(),
        "threshold": pl.Float64(),
    },
)
