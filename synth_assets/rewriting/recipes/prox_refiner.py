"""ProX with a released chunk refiner, such as gair-prox/web-chunk-refining-lm.

The input is the one it was trained on: numbered lines between [doc] and [/doc], in the model's own
chat template; greedy, 256 tokens. Columns: see `_prox`. The document program is the work of another
checkpoint: `prox_doc_refiner`.
"""

from collections.abc import Iterator

from synth_assets.rewriting.conversation import Conversation, Written
from synth_assets.rewriting.recipes._prox import CHUNK_WORDS, chunk_step, prox, refined


def programmed(talk: Conversation) -> Iterator[Written]:
    yield refined(talk)


RECIPE = prox(
    "prox_refiner",
    "Every document cleaned line by line by the programs of a released ProX chunk refiner",
    {"chunk": chunk_step("prox_refiner")},
    programmed,
    calls="one per chunk",
    passage_words=CHUNK_WORDS,
)
