"""Translations of held-out sources, and their scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from synth_assets.generation.protocol import Engine, EngineIdentity, Request, Sampling
from synth_assets.generation.spec import TransformersSpec

ROWS_AT_ONCE = 64


@dataclass(frozen=True)
class Scores:
    """Of sacreBLEU, with its signatures."""

    bleu: float
    chrf: float
    signatures: tuple[str, str]


def engine_of(model: Any, tokenizer: Any) -> Engine:
    """The platform's own engine over a model in training."""
    from synth_assets.generation.engines.local.seq2seq import Seq2SeqEngine

    identity = EngineIdentity("training", "", "", "")
    return Seq2SeqEngine(model, tokenizer, identity, batch_size=ROWS_AT_ONCE, replicas=1)


def open_checkpoint(path: Path) -> tuple[Engine, Any]:
    """A checkpoint as the translation stage would open it, and its tokenizer."""
    from synth_assets.generation.engines.identity import identify
    from synth_assets.generation.engines.local.loading import load_engine, load_tokenizer

    spec = TransformersSpec(kind="transformers", task="seq2seq", model=str(path))
    engine = load_engine(str(path), "seq2seq", identify(spec), batch_size=ROWS_AT_ONCE, replicas=1)
    return engine, load_tokenizer(str(path))


def translate(engine: Engine, tokenizer: Any, sources: Sequence[str]) -> list[str]:
    """Greedy translations in the order of their sources; empty where there is none.

    An answer has at most twice the tokens of its source and a few more: an early model repeats
    itself without end.
    """
    lengths = [len(ids) for ids in tokenizer(list(sources)).input_ids]
    requests = (
        Request(str(number), text, Sampling(max_new_tokens=2 * length + 8), 0)
        for number, (text, length) in enumerate(zip(sources, lengths, strict=True))
    )
    found = {result.key: result.text for result in engine.generate(requests)}
    return [found[str(number)] or "" for number in range(len(sources))]


def score(outputs: Sequence[str], references: Sequence[str]) -> Scores:
    """BLEU and chrF of a corpus."""
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    bleu, chrf = BLEU(), CHRF()
    found = [metric.corpus_score(outputs, [references]).score for metric in (bleu, chrf)]
    signatures = (str(bleu.get_signature()), str(chrf.get_signature()))
    return Scores(found[0], found[1], signatures)


def score_pairs(engine: Engine, tokenizer: Any, pairs: pl.DataFrame) -> Scores:
    """Of the translations of a bitext's sources against its targets."""
    outputs = translate(engine, tokenizer, pairs["source"].to_list())
    return score(outputs, pairs["target"].to_list())
