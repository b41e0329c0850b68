"""Extract knowledge, of Nemotron-CC: what the document teaches, as passages of a reference work.

Passages that teach nothing are left out; together they have at least 50 tokens. No columns of its
own.
"""

from collections.abc import Iterator

from synth_assets.generation.gates.catalogue import changed
from synth_assets.rewriting.conversation import Conversation, Written
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.joining import join
from synth_assets.rewriting.programs import gathered
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.recipes._nemotron import MIN_WORDS, SOURCE, sampling
from synth_assets.rewriting.step import Step
from synth_assets.rewriting.words import words_in


def extracted(talk: Conversation) -> Iterator[Written]:
    answers = gathered(talk, MIN_WORDS)
    yield Written(join("documents", [answer.text for answer in answers]), answers)


RECIPE = Recipe(
    name="extract_knowledge",
    description=(
        "What every document teaches, as passages of a reference work; the extracted knowledge "
        "of Nemotron-CC (arXiv 2412.02595)."
    ),
    source=SOURCE,
    steps={
        "write": Step(
            prompts=load_prompts("extract_knowledge", "write"),
            sampling=sampling(1400),
            # of a chatty page little is knowledge; explaining it takes no more words than the page
            gates=changed(
                BASIC,
                {
                    "length_ratio": {"least": 0.05, "most": 1.5},
                    "numbers_kept": {"min_share": 0.3},
                    "urls_kept": None,
                    "code_kept": None,
                },
            ),
        )
    },
    program=extracted,
    selection=Selection(min_words=40),
    passage_words=words_in(1400),
)
