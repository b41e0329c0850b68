"""translation_model/<pair>: from a bitext to a checkpoint with its card."""

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from synth_assets import bundled
from synth_assets.corpus.files import Files
from synth_assets.errors import EngineError, InputError
from synth_assets.generation.engines.identity import identify
from synth_assets.generation.spec import TransformersSpec
from synth_assets.hashing import digest_json
from synth_assets.modeling.translation.bitext import Bitext, gather
from synth_assets.modeling.translation.evaluate import (
    Scores,
    engine_of,
    open_checkpoint,
    score_pairs,
)
from synth_assets.profile.modeling import TranslatorModel

VERSION = "1"
"""Raise by hand when the same pairs and settings give another model."""


@dataclass(frozen=True)
class Job:
    """What is asked for. `out` is the folder of the checkpoint; until it is there, the training
    lives in a hidden folder beside it."""

    pair: tuple[str, str]
    settings: TranslatorModel
    seed: int
    out: Path
    say: Callable[[str], None] = field(default=lambda _: None)
    cancelled: Callable[[], bool] = field(default=lambda: False)

    @property
    def name(self) -> str:
        return name_of(self.pair)


@dataclass(frozen=True)
class Trained:
    """A checkpoint, and what the card says of it. `curve` is (step, loss, chrF)."""

    path: Path
    digest: str
    bitext: Bitext
    scores: Scores
    steps: int
    tokens: int
    parameters: int
    curve: list[tuple[int, float, float]]
    averaged: int


def name_of(pair: tuple[str, str]) -> str:
    """The asset's name."""
    return f"translation_model/{pair[0]}-{pair[1]}"


def code_version(settings: TranslatorModel, pair: tuple[str, str], seed: int) -> str:
    """Digest of all that shapes the model but for the pairs."""
    base = _identity(settings.base) if settings.base else ""
    dump = settings.model_dump(mode="json")
    return digest_json(["translation_model", VERSION, pair, seed, dump, base])


def train_translator(frames: Iterable[pl.DataFrame], job: Job) -> Trained:
    """Train from pairs (columns source, target, license), or go on where an interrupted training of
    the same pairs and settings was; the folder appears whole or not at all.

    The same seed, pairs, settings and number of threads give the same weights. Raises InputError
    for pairs or a base checkpoint that cannot be used, CancelledError when asked to stop.
    """
    bitext = gather(frames, job.settings)
    work = job.out.with_name(f".{job.out.name}.training")
    version = digest_json([code_version(job.settings, job.pair, job.seed), bitext.digest])
    with Files(work).lock(job.out.name):
        trained = _Training(job, bitext, work / version[:16]).run()
        _replace(trained.path, job.out)
        shutil.rmtree(work)
    return Trained(**{**vars(trained), "path": job.out})


class _Training:
    """One training in its folder: tokenizer, state, weights, and at the end the checkpoint."""

    def __init__(self, job: Job, bitext: Bitext, folder: Path) -> None:
        self._job = job
        self._bitext = bitext
        self._folder = folder

    def run(self) -> Trained:
        from synth_assets.modeling.translation.batches import encode
        from synth_assets.modeling.translation.checkpoint import Checkpoints
        from synth_assets.modeling.translation.loop import Loop

        job, settings = self._job, self._job.settings
        tokenizer = self._tokenizer()
        data = encode(self._bitext.train, tokenizer)
        too_long = len(data) - len(data.within(settings.max_tokens))
        if too_long == len(data):
            raise InputError(f"{job.name}: every pair is longer than max_tokens")
        self._bitext.left_out["over max_tokens"] = too_long
        model = self._model(tokenizer, data)

        def evaluate() -> float:
            held_out = self._bitext.held_out
            return score_pairs(engine_of(model, tokenizer), tokenizer, held_out).chrf

        job.say(f"{len(data):,} pairs to learn from, {model.num_parameters():,} parameters")
        checkpoints = Checkpoints(self._folder)
        loop = Loop(settings, job.seed, model, data, checkpoints, evaluate, job.say, job.cancelled)
        progress = loop.run()
        averaged = self._take_best(model, checkpoints, loop, evaluate)
        path = self._save(model, tokenizer)
        trained = Trained(
            path,
            identify(_spec(str(path))).revision,
            self._bitext,
            score_pairs(*open_checkpoint(path), self._bitext.held_out),
            progress.step,
            progress.tokens,
            model.num_parameters(),
            progress.scores,
            averaged,
        )
        from synth_assets.modeling.translation.card import write_card

        write_card(job.pair, settings, job.seed, trained)
        return trained

    def _tokenizer(self) -> Any:
        """Made once; its last file says that it is whole."""
        from synth_assets.modeling.translation import subwords

        folder = self._folder / "tokenizer"
        settings = self._job.settings
        if not (folder / subwords.FILES[-1]).exists():
            folder.mkdir(parents=True, exist_ok=True)
            if settings.base:
                base = _load(settings.base, subwords.load_tokenizer)
                base.save_pretrained(folder)
            else:
                pair, train = self._job.pair, self._bitext.train
                subwords.write_tokenizer(folder, train, pair, settings.vocabulary)
        return subwords.load_tokenizer(str(folder))

    def _model(self, tokenizer: Any, data: Any) -> Any:
        import torch

        from synth_assets.modeling.translation import start

        settings, seed = self._job.settings, self._job.seed
        if settings.base:
            model = _load(settings.base, _load_model)
        else:
            model = start.new_model(settings, len(tokenizer), seed)
            if settings.start == "lsa" and not (self._folder / "state.pt").exists():
                start.start_from(model, data, seed)
        return model.to("cuda" if torch.cuda.is_available() else "cpu")

    def _take_best(
        self, model: Any, checkpoints: Any, loop: Any, evaluate: Callable[[], float]
    ) -> int:
        """The mean of the last weights, if it scores higher than the best of them; how many were
        averaged."""
        progress, settings = loop.progress, self._job.settings
        steps = [step for step, _, _ in progress.scores][-settings.average :]
        best = max(chrf for _, _, chrf in progress.scores)
        model.eval()
        if len(steps) > 1:
            model.load_state_dict(checkpoints.mean(steps))
            if (chrf := evaluate()) > best:
                self._job.say(f"mean of the last {len(steps)} weights: chrF {chrf:.1f}")
                return len(steps)
        model.load_state_dict(checkpoints.weights(progress.best))
        return 1

    def _save(self, model: Any, tokenizer: Any) -> Path:
        """A checkpoint as the Hugging Face Hub has them: weights in half precision, computed in
        full."""
        from synth_assets.generation.engines.local.loading import quiet

        path = self._folder / "model"
        shutil.rmtree(path, ignore_errors=True)
        generation = model.generation_config
        generation.update(
            max_length=512, num_beams=1, do_sample=False, bad_words_ids=[[tokenizer.pad_token_id]]
        )
        with quiet():
            model.to("cpu").half().save_pretrained(path)
        config = path / "config.json"
        named = json.loads(config.read_text()) | {"dtype": "float32"}
        config.write_text(json.dumps(named, indent=1, sort_keys=True) + "\n")
        for file in (self._folder / "tokenizer").iterdir():
            shutil.copy(file, path)
        return path


def _spec(model: str) -> TransformersSpec:
    return TransformersSpec(kind="transformers", task="seq2seq", model=model)


def _identity(base: str) -> str:
    return identify(_spec(base)).revision


def _load(base: str, load: Callable[[str], Any]) -> Any:
    try:
        return load(bundled.resolve(base))
    except (OSError, ValueError, EngineError) as error:
        reason = str(error).strip().split("\n")[0]
        raise InputError(f"the base model {base} cannot be loaded: {reason}") from error


def _load_model(path: str) -> Any:
    import torch
    from transformers import MarianMTModel

    from synth_assets.generation.engines.local.loading import quiet

    with quiet():
        return MarianMTModel.from_pretrained(path, dtype=torch.float32)


def _replace(made: Path, out: Path) -> None:
    """One rename where there was nothing; else the old folder steps aside first."""
    aside = made.with_name("replaced")
    shutil.rmtree(aside, ignore_errors=True)
    if out.exists():
        out.rename(aside)
    made.rename(out)
