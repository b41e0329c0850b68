"""Fits the weights of the block scorer, and tells what they are worth on sites not fitted.

`python -m synth_assets.bench.extract.fit [--write]`; a ridge-penalised logistic regression, every
page weighing as its gold type does and its blocks by the square root of their length. A block is
main text by the share of its word 4-grams that the gold text has.
"""

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import orjson

from synth_assets.bench.extract.gold import (
    TEXT_TYPES,
    Agreement,
    GoldPage,
    agreement,
    load_pages,
    plain,
)
from synth_assets.ingest.extraction.blocks import Page, read_blocks
from synth_assets.ingest.extraction.container import Container, find_container
from synth_assets.ingest.extraction.features import NAMES, Matrix, features
from synth_assets.ingest.extraction.markdown import to_markdown
from synth_assets.ingest.extraction.scorer import are_comments, decide
from synth_assets.ingest.extraction.versions import WEIGHTS
from synth_assets.ingest.html import parse

FOLDS = 5
RIDGE = 0.3
NEWTON_STEPS = 30
NGRAM = 4
NEARBY = 8
PASSAGES = "snippets"
TYPE_WEIGHTS = {"full_text": 1.0, "extractor_checked": 0.5, "markdown": 0.3, PASSAGES: 0.3}
DIGITS = 4
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Example:
    """A page as the scorer sees it, and what its blocks should get: shares, NaN where unknown."""

    gold: GoldPage
    page: Page
    container: Container
    matrix: Matrix
    wanted: Matrix

    def text(self, scores: Matrix) -> str:
        return to_markdown(decide(self.page, self.container, scores), self.page.elements)


def make_example(gold: GoldPage) -> Example | None:
    """None for a page without blocks."""
    page = read_blocks(parse(gold.html).body.html)
    if not page.blocks:
        return None
    container = find_container(page)
    wanted = _by_text(gold, page, container) if gold.text else _by_passage(gold, page)
    wanted[are_comments(page, container)] = np.nan
    return Example(gold, page, container, features(page, container), wanted)


def fit(examples: Sequence[Example]) -> Matrix:
    """Weights in the order of `NAMES`, and the bias last; Newton's method."""
    rows, wanted, weights = (np.concatenate(part) for part in _training(examples))
    middle, spread = rows.mean(0), rows.std(0)
    spread[spread == 0] = 1
    design = np.column_stack([(rows - middle) / spread, np.ones(len(rows))])
    penalty = np.full(design.shape[1], RIDGE)
    penalty[-1] = 0
    found = np.zeros(design.shape[1])
    for _ in range(NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-design @ found))
        slope = design.T @ (weights * (chance - wanted)) + penalty * found
        curve = (design.T * (weights * chance * (1 - chance))) @ design + np.diag(penalty)
        found -= np.linalg.solve(curve, slope)
    scaled = found[:-1] / spread
    return np.append(scaled, found[-1] - scaled @ middle)


def cross_validated(examples: Sequence[Example]) -> list[Matrix]:
    """Scores of every page's blocks by weights that were fitted without its site."""
    folds = [_fold(example.gold.site) for example in examples]
    found = {
        number: fit([one for one, fold in zip(examples, folds, strict=True) if fold != number])
        for number in set(folds)
    }
    return [scores(one, found[fold]) for one, fold in zip(examples, folds, strict=True)]


def scores(example: Example, weights: Matrix) -> Matrix:
    found: Matrix = example.matrix @ weights[:-1] + weights[-1]
    return found


def agreements(examples: Sequence[Example], scored: Sequence[Matrix]) -> dict[str, Agreement]:
    """By gold type, of pages with gold text."""
    pairs = list(zip(examples, scored, strict=True))
    return {
        kind: Agreement.mean_of(
            [
                agreement(one.text(values), one.gold.text or "")
                for one, values in pairs
                if one.gold.gold_type == kind
            ]
        )
        for kind in TEXT_TYPES
    }


def _training(examples: Sequence[Example]) -> tuple[list[Matrix], list[Matrix], list[Matrix]]:
    rows, wanted, weights = [], [], []
    for example in examples:
        known = ~np.isnan(example.wanted)
        if known.any():
            lengths = example.page.length[known]
            share = np.sqrt(lengths) / np.sqrt(lengths).sum()
            rows.append(example.matrix[known])
            wanted.append(example.wanted[known])
            weights.append(share * TYPE_WEIGHTS[example.gold.gold_type])
    return rows, wanted, weights


def _by_text(gold: GoldPage, page: Page, container: Container) -> Matrix:
    wanted = _WORD.findall((gold.text or "").lower())
    known = {size: _grams(wanted, size) for size in range(1, NGRAM + 1)}
    words = [_WORD.findall(block.text.lower()) for block in page.blocks]
    shares = np.array([_share(found, known) for found in words])
    for place in np.flatnonzero(~page.within(container.chain[0])).tolist():
        if len(words[place]) < NGRAM:
            # A word or three are in the gold text by chance, unless a neighbour is in it too.
            shares[place] *= _is_nearby(place, shares, words)
    return shares


def _share(words: Sequence[str], known: dict[int, set[tuple[str, ...]]]) -> float:
    grams = _grams(words, min(NGRAM, len(words)))
    return len(grams & known[min(NGRAM, len(words))]) / len(grams) if grams else np.nan


def _grams(words: Sequence[str], size: int) -> set[tuple[str, ...]]:
    if not size:
        return set()
    return {tuple(words[place : place + size]) for place in range(len(words) - size + 1)}


def _is_nearby(place: int, shares: Matrix, words: Sequence[Sequence[str]]) -> bool:
    before = range(place - 1, max(place - NEARBY, 0) - 1, -1)
    after = range(place + 1, min(place + NEARBY + 1, len(words)))
    firsts = (next((n for n in side if len(words[n]) >= NGRAM), None) for side in (before, after))
    return any(first is not None and shares[first] > 0.5 for first in firsts)


def _by_passage(gold: GoldPage, page: Page) -> Matrix:
    wanted = np.full(len(page.blocks), np.nan)
    texts = [plain(block.text) for block in page.blocks]
    for passages, value in ((gold.must_not_have, 0.0), (gold.must_have, 1.0)):
        for passage in passages:
            for place, text in enumerate(texts):
                if len(passage) > 5 and plain(passage) in text:
                    wanted[place] = value
    return wanted


def _fold(site: str) -> int:
    return int.from_bytes(blake2b(site.encode(), digest_size=8).digest(), "big") % FOLDS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="replace the package's weights")
    write = parser.parse_args().write
    examples = [one for page in load_pages() if (one := make_example(page)) is not None]
    weights = fit(examples)
    _tell("cross-validated by site", agreements(examples, cross_validated(examples)))
    _tell("in sample", agreements(examples, [scores(one, weights) for one in examples]))
    if write:
        values = [round(float(value), DIGITS) for value in weights]
        named = dict(zip([*NAMES, "bias"], values, strict=True))
        WEIGHTS.write_bytes(orjson.dumps(named, option=orjson.OPT_INDENT_2) + b"\n")


def _tell(title: str, found: dict[str, Agreement]) -> None:
    for kind, one in found.items():
        print(f"{title}, {kind}: {one.precision:.3f} {one.recall:.3f} {one.f1:.3f}")


if __name__ == "__main__":
    main()
