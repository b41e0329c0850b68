"""Small translation models from English to French picture captions (multi30k): what the
cross-lingual start brings, and what back-translation brings beside few natural pairs.

The folder that `SYNTH_ASSETS_DATA` names holds the captions. Every model is trained for the same
number of steps; `bleu` and `chrf` are of captions that none has seen.
"""

import os
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import polars as pl

from synth_assets.bench.case import Case, Done, Watch
from synth_assets.errors import InputError
from synth_assets.modeling.translation.bitext import TAG, read_files
from synth_assets.modeling.translation.evaluate import open_checkpoint, score_pairs, translate
from synth_assets.modeling.translation.translator import Job, Trained, train_translator
from synth_assets.profile.modeling import BitextColumns, TranslatorModel

TRAIN = "parallel/train/multi30k.train.en-de-fr-cs.tsv.gz"
UNSEEN = "parallel/test/multi30k.val.en-de-fr-cs.tsv.gz"
SMALL = TranslatorModel(
    vocabulary=2_500,
    d_model=128,
    ffn=384,
    encoder_layers=2,
    decoder_layers=2,
    dropout=0.1,
    steps=450,
    batch_tokens=1_200,
    rate=0.003,
    warmup=100,
    evaluate_every=450,
    held_out=40,
)
QUICK = SMALL.model_copy(update={"steps": 20, "vocabulary": 500, "evaluate_every": 20})
PAIRS, NATURAL, SCORED = 9_000, 3_000, 300
QUICK_SHARE = 15


def cases(*, quick: bool) -> Sequence[Case]:
    """Two comparisons of two models each."""
    return [
        Case("cross-lingual start", partial(_start, "lsa", quick), "steps"),
        Case("random start", partial(_start, "random", quick), "steps"),
        Case("back-translation", partial(_back, quick), "steps"),
        Case("natural pairs alone", partial(_alone, quick), "steps"),
    ]


def _start(start: Literal["lsa", "random"], quick: bool, watch: Watch) -> Done:
    settings = _settings(quick).model_copy(update={"start": start})
    return _measured(watch, _captions(TRAIN, PAIRS, quick), settings, quick)


def _alone(quick: bool, watch: Watch) -> Done:
    return _measured(watch, _captions(TRAIN, NATURAL, quick), _settings(quick), quick)


def _back(quick: bool, watch: Watch) -> Done:
    """The French of the other captions goes through a reverse model of the natural pairs."""
    natural = _captions(TRAIN, NATURAL, quick)
    monolingual = _captions(TRAIN, PAIRS, quick)["target"].slice(len(natural))
    reverse = natural.rename({"source": "target", "target": "source"}).select(natural.columns)
    with tempfile.TemporaryDirectory() as folder:
        made = _train(reverse, _settings(quick), Path(folder) / "reverse")
        sources = translate(*open_checkpoint(made.path), monolingual.to_list())
    rows = {"source": [f"{TAG} {one}" for one in sources], "target": monolingual}
    synthetic = pl.DataFrame(rows).with_columns(license=pl.lit("made"))
    return _measured(watch, pl.concat([natural, synthetic]), _settings(quick), quick)


def _measured(watch: Watch, pairs: pl.DataFrame, settings: TranslatorModel, quick: bool) -> Done:
    with tempfile.TemporaryDirectory() as folder:
        with watch:
            made = _train(pairs, settings, Path(folder) / "model")
        found = score_pairs(*open_checkpoint(made.path), _captions(UNSEEN, SCORED, quick))
    figures = {"bleu": found.bleu, "chrf": found.chrf, "target_tokens": float(made.tokens)}
    return Done(made.steps, figures)


def _train(pairs: pl.DataFrame, settings: TranslatorModel, out: Path) -> Trained:
    return train_translator([pairs], Job(("eng_Latn", "fra_Latn"), settings, 0, out))


def _settings(quick: bool) -> TranslatorModel:
    return QUICK if quick else SMALL


def _captions(file: str, count: int, quick: bool) -> pl.DataFrame:
    """The first captions of a file as a bitext."""
    path = Path(os.environ.get("SYNTH_ASSETS_DATA", "")) / file
    if not path.is_file():
        raise InputError(f"set SYNTH_ASSETS_DATA to the folder that holds {file}")
    rows = pl.concat(read_files([path], BitextColumns(source="en", target="fr")))
    return rows.head(count // QUICK_SHARE if quick else count)
