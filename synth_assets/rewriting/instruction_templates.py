"""How a text and questions on it are laid out for pretraining: a pack of layouts, ours.

One is drawn for every document. Words come in with the labels of `pairs` alone, so that a layout
serves every language.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from synth_assets.rewriting.pairs import LABELS, LETTERS, Pair


@dataclass(frozen=True, slots=True)
class Layout:
    """`pair` has {question}, {answer}, {number} and the labels {asked} and {said}; pairs stand
    `between` each other."""

    pair: str
    between: str = "\n\n"


LAYOUTS: tuple[Layout, ...] = (
    Layout("{asked}: {question}\n{said}: {answer}"),
    Layout("{asked}: {question}\n\n{said}: {answer}"),
    Layout("**{asked}:** {question}\n\n**{said}:** {answer}"),
    Layout("{question}\n{answer}"),
    Layout("### {question}\n\n{answer}"),
    Layout("{number}. {question}\n   {answer}", "\n"),
    Layout("- {question} {answer}", "\n"),
    Layout("{asked} {number}: {question}\n{said} {number}: {answer}"),
    Layout("> {question}\n\n{answer}"),
    Layout("{asked}: {question} {said}: {answer}", "\n"),
)


def lay_out(layout: Layout, pairs: Sequence[Pair], lang: str) -> str:
    """The pairs in this layout, with the labels of `lang`. Braces in them are left alone."""
    asked, said = LABELS.get(lang, LETTERS)
    return layout.between.join(
        layout.pair.format(
            question=pair.question, answer=pair.answer, number=number, asked=asked, said=said
        )
        for number, pair in enumerate(pairs, start=1)
    )
