"""ProX with a released document refiner, such as gair-prox/web-doc-refining-lm: kept or dropped.

The input is the one it was trained on: the bare document, in a chat template (the authors take that
of Llama 2; give a model directory whose tokenizer has it). They cut template and document together
at 2,000 tokens; we cut the document and leave the template whole. A kept document stands as it is.
Columns: see `_prox`.
"""

from collections.abc import Iterator

from synth_assets.rewriting.conversation import Conversation, Written
from synth_assets.rewriting.recipes._prox import (
    DOCUMENT_WORDS,
    document_step,
    prox,
    untouched,
    verdict,
)


def judged(talk: Conversation) -> Iterator[Written]:
    yield untouched(talk, verdict(talk))


RECIPE = prox(
    "prox_doc_refiner",
    "The documents that a released ProX document refiner keeps, as they are",
    {"document": document_step("prox_doc_refiner")},
    judged,
    calls="one",
    passage_words=DOCUMENT_WORDS,
)
