"""ProX with any model: a program for the document, then one for each chunk of its lines.

Columns: see `_prox`. The authors' programs come of a small model that was trained for each of the
two; `prox_doc_refiner` and `prox_refiner` are for those. Greedy, with the published guards.
"""

from collections.abc import Iterator

from synth_assets.rewriting.conversation import Conversation, Written
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.recipes._prox import (
    CHUNK_WORDS,
    COLUMNS,
    SOURCE,
    chunk_step,
    document_step,
    refined,
    verdict,
)


def programmed(talk: Conversation) -> Iterator[Written]:
    kept = verdict(talk)
    yield refined(talk, [kept])


RECIPE = Recipe(
    name="prox",
    description=(
        "Every document cleaned by small programs that a model writes: drop it, remove lines, "
        "replace strings; after ProX (arXiv 2409.17115)."
    ),
    source=SOURCE,
    steps={"document": document_step("prox"), "chunk": chunk_step("prox")},
    program=programmed,
    calls="one, and one per chunk",
    relation="supersedes",
    kind="edited",
    selection=Selection(min_words=20),
    passage_words=CHUNK_WORDS,
    columns=COLUMNS,
)
