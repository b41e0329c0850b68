"""ProX with any model: a program for the document, then one for each chunk of its lines.

Columns: see `_prox`. The authors' programs come of a small model that was trained for each of the
two; `prox_doc_refiner` and `prox_refiner` are for those. Greedy, with the published guards.
"""

from collections.abc import Iterator

from synth_assets.rewriting.conversation import Conversation, Written
from synth_assets.rewriting.prox.executor import cut_chunks
from synth_assets.rewriting.recipes import _prox
from synth_assets.rewriting.recipes._prox import CHUNK_WORDS, chunk_step, document_step


def programmed(talk: Conversation) -> Iterator[Written]:
    kept = _prox.verdict(talk)
    yield _prox.refined(talk, [kept])


RECIPE = _prox.prox(
    "prox",
    "Every document cleaned by small programs that a model writes: drop it, remove lines, "
    "replace strings; after ProX",
    {"document": document_step("prox"), "chunk": chunk_step("prox")},
    programmed,
    calls="one, and one per chunk",
    calls_at_most=lambda document: 1 + len(cut_chunks(document.text, CHUNK_WORDS)),
    passage_words=CHUNK_WORDS,
)
