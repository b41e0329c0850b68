"""Rephrasing in the document's own language, after Pieler et al.: passages of 350 tokens, merged
back in order.

A passage with fewer than 20 words beside its code stands as it is; the authors drop short ones.
`n_passages` is how many passages the text has, `n_verbatim` how many of them stand as they were,
`quality_tier` the document's tier under the attribute of that name, null where there is none.
"""

from collections.abc import Iterator

import polars as pl

from synth_assets.generation.gates.catalogue import changed
from synth_assets.generation.gates.fences import split_fences
from synth_assets.generation.protocol import Sampling
from synth_assets.rewriting.conversation import Conversation, Question, Written
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.joining import join
from synth_assets.rewriting.programs import MIN_PASSAGE_WORDS, QUALITY_TIER, quality_tier
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.step import Step
from synth_assets.rewriting.words import count_words, words_in


def rephrased(talk: Conversation) -> Iterator[Written]:
    texts = dict(enumerate(talk.passages))
    asked = [n for n, passage in texts.items() if _has_prose(passage)]
    if not asked:
        talk.pass_over("too_short")
    answers = talk.ask_all("write", [Question(texts[n]) for n in asked])
    texts |= {n: answer.text for n, answer in zip(asked, answers, strict=True)}
    columns = {"n_passages": len(texts), "n_verbatim": len(texts) - len(asked)}
    text = join("documents", [texts[n] for n in sorted(texts)])
    yield Written(text, answers, columns | quality_tier(talk))


def _has_prose(passage: str) -> bool:
    return count_words("\n".join(split_fences(passage).outside)) >= MIN_PASSAGE_WORDS


RECIPE = Recipe(
    name="rephrase",
    description=(
        "Every document in other words, in its own language, by prompts in that language; after "
        "Pieler et al., Rephrasing natural text data with different languages and quality levels "
        "(arXiv 2410.20796)."
    ),
    source="Pieler et al., arXiv 2410.20796",
    steps={
        "write": Step(
            prompts=load_prompts("rephrase", "write"),
            sampling=Sampling(temperature=0.7, top_p=0.9, max_new_tokens=1024),
            # the same in other words is about as long and has the same facts
            gates=changed(
                BASIC,
                {
                    "too_short": {"min_words": 10},
                    "length_ratio": {"least": 0.5, "most": 2.0},
                    "copied": {"max_share": 0.7},
                    "numbers_kept": {"min_share": 0.8, "spare": 2},
                    "urls_kept": {"min_share": 0.8, "spare": 2},
                    "code_kept": {"min_share": 0.8, "spare": 2},
                },
            ),
        )
    },
    program=rephrased,
    selection=Selection(min_words=40),
    passage_words=words_in(350),
    columns={"n_passages": pl.Int64(), "n_verbatim": pl.Int64(), **QUALITY_TIER},
)
