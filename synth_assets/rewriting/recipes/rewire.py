"""REWIRE: what the quality rules dropped, thought over and then written anew.

Parents are documents that `filtered` dropped for their quality alone; see `rejects`. A model first
says what the text is for and what a better version needs, then another call writes that version,
passage by passage, in the sight of its notes; notes never become text, and a rewrite that repeats
them is refused. All that passes is scored by the signs of quality, and of the batch the best share
(`share`, a tenth as the authors have it) is kept. The authors let one generation do both, and score
with DCLM's classifier.

`reasoning` is what was thought, `quality` and `parent_quality` the scores of text and parent,
`parent_reason` the rule that had dropped the parent.
"""

from collections.abc import Iterator

import polars as pl

from synth_assets.generation.gates.catalogue import changed
from synth_assets.generation.gates.finish import Truncated
from synth_assets.generation.gates.language import Language
from synth_assets.generation.gates.length import Empty
from synth_assets.generation.gates.refusal import Refusal
from synth_assets.generation.gates.units import units
from synth_assets.generation.protocol import Sampling
from synth_assets.rewriting.conversation import Conversation, Question, Written
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.joining import join
from synth_assets.rewriting.passages import cut_passages
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.rejects import signs
from synth_assets.rewriting.step import Step

PASSAGE_WORDS = 1000

LEAK_NGRAM = 8
MAX_LEAKED = 0.2
"""Share of a rewrite's word 8-grams that may stand in the notes and not in the source."""


def thought_over(talk: Conversation) -> Iterator[Written]:
    plans = talk.ask_all("plan", [Question(passage) for passage in talk.passages])
    questions = [
        Question(passage, {"plan": plan.text})
        for passage, plan in zip(talk.passages, plans, strict=True)
    ]
    texts = talk.ask_all("write", questions)
    for passage, plan, text in zip(talk.passages, plans, texts, strict=True):
        if (share := leaked(text.text, plan.text, passage)) > MAX_LEAKED:
            talk.drop("reasoning_leaked", f"{share:.2f}", f"at most {MAX_LEAKED:g}")
    columns = {
        "reasoning": "\n\n".join(plan.text for plan in plans),
        "parent_reason": talk.document.attributes.get("drop_reason"),
    }
    written = join(talk.recipe.join, [text.text for text in texts])
    yield Written(written, [*plans, *texts], columns)


def leaked(text: str, plan: str, source: str) -> float:
    """Share of the text's word 8-grams that it can have from the plan alone."""
    ours, planned, given = (set(units(one).ngrams(LEAK_NGRAM)) for one in (text, plan, source))
    return len(ours & planned - given) / max(1, len(ours))


RECIPE = Recipe(
    name="rewire",
    description=(
        "Documents that the quality rules of the filter dropped, thought over and written anew, "
        "of which the best are kept; REWIRE (arXiv 2506.04689)."
    ),
    source="REWIRE, arXiv 2506.04689",
    steps={
        "plan": Step(
            prompts=load_prompts("rewire", "plan"),
            sampling=Sampling(temperature=1.0, top_p=0.9, max_new_tokens=1024),
            gates=(Truncated(), Empty(), Refusal(), Language(min_letters=40)),
        ),
        "write": Step(
            prompts=load_prompts("rewire", "write", fills=["plan"]),
            sampling=Sampling(temperature=1.0, top_p=0.9, max_new_tokens=2048),
            # a reject may be half noise, which is to be left out
            gates=changed(
                BASIC,
                {
                    "length_ratio": {"least": 0.05, "most": 4.0},
                    "numbers_kept": None,
                    "urls_kept": None,
                    "code_kept": None,
                },
            ),
        ),
    },
    program=thought_over,
    program_version=2,
    calls="two per passage",
    calls_at_most=lambda document: 2 * len(cut_passages(document.text, PASSAGE_WORDS)),
    selection=Selection(min_words=30),
    passage_words=PASSAGE_WORDS,
    reads="rejected",
    keeps_best=signs,
    options={"share": 0.1},
    columns={
        "reasoning": pl.String(),
        "quality": pl.Float64(),
        "parent_quality": pl.Float64(),
        "parent_reason": pl.String(),
    },
)
