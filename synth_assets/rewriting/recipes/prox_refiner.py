"""ProX with a released chunk refiner, such as gair-prox/web-chunk-refining-lm.

The input is the one it was trained on: numbered lines between [doc] and [/doc], in the model's own
chat template; greedy, 256 tokens. Columns: see `_prox`. The document program is the work of another
checkpoint: `prox_doc_refiner`.
"""

from collections.abc import Iterator

from synth_assets.rewriting.conversation import Conversation, Written
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.recipes._prox import CHUNK_WORDS, COLUMNS, SOURCE, chunk_step, refined


def programmed(talk: Conversation) -> Iterator[Written]:
    yield refined(talk)


RECIPE = Recipe(
    name="prox_refiner",
    description=(
        "Every document cleaned line by line by the programs of a released ProX chunk refiner "
        "(arXiv 2409.17115)."
    ),
    source=SOURCE,
    steps={"chunk": chunk_step("prox_refiner")},
    program=programmed,
    calls="one per chunk",
    relation="supersedes",
    kind="edited",
    selection=Selection(min_words=20),
    passage_words=CHUNK_WORDS,
    columns=COLUMNS,
)
