"""The reference n-gram model: training, and perplexities of documents that it was not trained on.

A document of `train` is one that was given, though training stops at its limit of tokens.
`perplexity_median` and `n_grams` say whether the same was done.
"""

from collections.abc import Iterator, Sequence
from functools import partial

import polars as pl

from synth_assets.bench.case import Case, Done, Watch

TRAINED_ON = 8_000
SCORED = 20_000
AT_ONCE = 1_000
WARM_UP = 64


def cases(*, quick: bool) -> Sequence[Case]:
    """The cases; imports nothing heavy."""
    return [
        Case("train", partial(_train, quick), "documents", ()),
        Case("perplexity", partial(_perplexity, quick), "documents", ()),
    ]


def _train(quick: bool, watch: Watch) -> Done:
    from synth_assets.modeling.training import Training, train

    texts = _texts(quick)[0]
    train(lambda: _pieces(texts.head(WARM_UP)), Training())
    with watch:
        model = train(lambda: _pieces(texts), Training())
    return Done(len(texts), {"n_grams": float(sum(model.sizes))})


def _perplexity(quick: bool, watch: Watch) -> Done:
    import numpy as np

    from synth_assets.modeling.scoring import perplexities
    from synth_assets.modeling.training import Training, train

    fit, unseen = _texts(quick)
    model = train(lambda: _pieces(fit), Training())
    perplexities(model, unseen.head(WARM_UP))
    with watch:
        found = perplexities(model, unseen)
    return Done(len(unseen), {"perplexity_median": float(np.nanmedian(found))})


def _texts(quick: bool) -> tuple[pl.Series, pl.Series]:
    """Those to train on, and others."""
    from synth_assets.bench.dedup.work import source

    texts = source(quick)["text"]
    first = min(TRAINED_ON, len(texts) // 2)
    return texts.head(first), texts.slice(first, SCORED)


def _pieces(texts: pl.Series) -> Iterator[pl.Series]:
    for first in range(0, len(texts), AT_ONCE):
        yield texts.slice(first, AT_ONCE)
