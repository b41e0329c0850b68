"""BeyondWeb's idea, many targeted rewrites: each document in one of eight styles, drawn by share.

Strategies change the format, the style, the structure, or make a conversation of the document; the
web itself has hardly any (2.7 % by the authors' count). The shares are ours: the authors give none.
`strategy` and `style` say what was drawn, `quality_tier` is the document's tier under the attribute
of that name, null where there is none. A lesson, a dialogue and an interview are written for a
persona of the few-shot table, drawn by the document too, so that they do not all sound the same;
that is ours. The paper's comparisons are recipes and a release of their
own: `control_summarise`, `control_continue`, and for repeated data the release control
`equal_tokens`, which needs no model.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from synth_assets.generation.gates.catalogue import changed
from synth_assets.generation.protocol import Sampling
from synth_assets.rewriting.conversation import Conversation, Written
from synth_assets.rewriting.few_shot import packaged_few_shot
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.programs import QUALITY_TIER, passages_through, quality_tier
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.readers import read_turns
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.step import Reader, Step


@dataclass(frozen=True)
class Style:
    """`share` of all documents; `gates` are its changes to BASIC."""

    strategy: str
    share: float
    gates: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)
    read: Reader = str
    for_persona: bool = False


TALK: Mapping[str, Mapping[str, Any]] = {"length_ratio": {"least": 0.3, "most": 4.0}}
"""What is asked and answered takes more words than what is stated."""

STYLES: Mapping[str, Style] = {
    "notes": Style("format", 0.15, {"length_ratio": {"least": 0.15, "most": 2.0}}),
    # for somebody in a hurry: less of it, and so fewer of its figures
    "briefing": Style(
        "format",
        0.1,
        {"length_ratio": {"least": 0.1, "most": 1.5}, "numbers_kept": {"min_share": 0.3}},
    ),
    "lesson": Style("style", 0.15, {"length_ratio": {"least": 0.4}}, for_persona=True),
    "plain": Style("style", 0.1, {"length_ratio": {"least": 0.4}}),
    "conclusion_first": Style("structure", 0.15, {"length_ratio": {"least": 0.3, "most": 2.0}}),
    "problem_solution": Style("structure", 0.1, {"length_ratio": {"least": 0.3, "most": 2.5}}),
    "dialogue": Style("conversation", 0.15, TALK, read_turns, for_persona=True),
    "interview": Style("conversation", 0.1, TALK, read_turns, for_persona=True),
}


def style_at(draw: float) -> str:
    """The style for a draw from [0, 1): each has a stretch as long as its share."""
    upper = 0.0
    for name, style in STYLES.items():
        upper += style.share
        if draw < upper:
            return name
    return name


def restyled(talk: Conversation) -> Iterator[Written]:
    style = style_at(talk.chance("style").random())
    table = talk.recipe.few_shot
    assert table is not None
    fills = {"persona": table.persona(talk.chance("persona"))} if STYLES[style].for_persona else {}
    written = passages_through(talk, style, **fills)
    columns = {"strategy": STYLES[style].strategy, "style": style}
    yield Written(written.text, written.answers, columns | quality_tier(talk), style)


def _step(name: str, style: Style) -> Step:
    return Step(
        prompts=load_prompts("beyondweb", name, fills=["persona"] if style.for_persona else []),
        sampling=Sampling(temperature=0.7, top_p=0.95, max_new_tokens=2048),
        gates=changed(BASIC, style.gates),
        read=style.read,
    )


RECIPE = Recipe(
    name="beyondweb",
    description=(
        "Every document in one of eight new forms: other formats, styles and structures, and a "
        "quarter of them conversations; after BeyondWeb (arXiv 2508.10975)."
    ),
    source="BeyondWeb, arXiv 2508.10975",
    steps={name: _step(name, style) for name, style in STYLES.items()},
    writers=tuple(STYLES),
    program=restyled,
    selection=Selection(min_words=40),
    passage_words=800,
    columns={"strategy": pl.String(), "style": pl.String(), **QUALITY_TIER},
    few_shot=packaged_few_shot(),
)
