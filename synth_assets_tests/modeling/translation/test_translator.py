"""From a bitext to a checkpoint: what it learns, what it leaves, how it goes on after a kill."""

import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import torch
from transformers import MarianMTModel, MarianTokenizer

from synth_assets.errors import CancelledError, InputError
from synth_assets.generation.engines.local.engine import LocalEngine
from synth_assets.generation.engines.opening import open_engine
from synth_assets.generation.spec import TransformersSpec
from synth_assets.modeling.translation.bitext import TAG
from synth_assets.modeling.translation.evaluate import score, translate
from synth_assets.modeling.translation.translator import Trained, train_translator
from synth_assets_tests.modeling.translation.conftest import TINY, job
from synth_assets_tests.modeling.translation.made_up import bitext

FEW = bitext(200, 8, seed=2)


class KilledError(BaseException):
    """Nothing may be done after it, as after SIGKILL."""


def killed_after(calls: int) -> Callable[[], bool]:
    left = [calls]

    def die() -> bool:
        left[0] -= 1
        if left[0] < 0:
            raise KilledError
        return False

    return die


def weights(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return train_translator([FEW], job(tmp_path_factory.mktemp("tiny") / "model"))


def test_it_learns_a_language_pair(trained: Trained) -> None:
    unseen = bitext(60, 8, seed=99).filter(
        ~pl.col("source").is_in(trained.bitext.train["source"].implode())
    )
    spec = TransformersSpec(
        kind="transformers", task="seq2seq", model=str(trained.path), device="cpu"
    )
    engine = open_engine(spec)
    assert isinstance(engine, LocalEngine)
    tokenizer = MarianTokenizer.from_pretrained(trained.path)
    outputs = translate(engine, tokenizer, unseen["source"].to_list())
    engine.close()
    assert len(unseen) > 40 and score(outputs, unseen["target"].to_list()).bleu >= 60
    assert trained.scores.bleu >= 60


def test_the_checkpoint_is_one_of_hugging_face(trained: Trained) -> None:
    model = MarianMTModel.from_pretrained(trained.path).eval()
    tokenizer = MarianTokenizer.from_pretrained(trained.path)
    assert model.dtype == torch.float32 and tokenizer.source_lang == "en"
    pairs = trained.bitext.held_out.head(20)
    rows = tokenizer(pairs["source"].to_list(), return_tensors="pt", padding=True)
    outputs = tokenizer.batch_decode(model.generate(**rows), skip_special_tokens=True)
    assert score(outputs, pairs["target"].to_list()).bleu >= 60
    assert not list(trained.path.parent.glob(".*"))


def test_the_card_tells_data_licences_recipe_and_scores(trained: Trained) -> None:
    card = (trained.path / "README.md").read_text()
    assert "| CC0-1.0 | 1,440 |" in card and trained.bitext.digest in card
    assert "start lsa" in card and "150 steps" in card
    assert f"BLEU {trained.scores.bleu:.1f}" in card and trained.scores.signatures[0] in card


def test_killed_stopped_and_resumed_it_ends_in_the_same_weights(
    tiny: Trained, tmp_path: Path
) -> None:
    """Killed before the first checkpoint at step 4 and after the second, stopped at step 10."""
    out, said = tmp_path / "model", list[str]()
    for steps in (2, 9):
        with pytest.raises(KilledError):
            train_translator([FEW], job(out, cancelled=killed_after(steps)))
        assert not out.exists()
    asked = iter([False, False, True])
    with pytest.raises(CancelledError, match="after 10 steps"):
        train_translator([FEW], job(out, cancelled=lambda: next(asked)))
    left = iter([False, False])  # and not one step more
    again = train_translator([FEW], job(out, say=said.append, cancelled=lambda: next(left)))
    assert weights(out) == weights(tiny.path) and again.digest == tiny.digest
    assert again.curve == tiny.curve
    assert sum("step " in line for line in said) == 1  # the other two evaluations are known


def test_a_base_goes_on_with_tagged_pairs(tiny: Trained, tmp_path: Path) -> None:
    tagged = FEW.with_columns(source=f"{TAG} " + pl.col("source"))
    settings = TINY.model_copy(update={"base": str(tiny.path), "steps": 4})
    made = train_translator([FEW, tagged], job(tmp_path / "model", settings))
    assert (made.path / "source.spm").read_bytes() == (tiny.path / "source.spm").read_bytes()
    assert weights(made.path) != weights(tiny.path)
    assert not made.bitext.held_out["source"].str.starts_with(TAG).any()
    tokenizer = MarianTokenizer.from_pretrained(made.path)
    pieces = tokenizer.tokenize(f"{TAG} the samo")
    assert TAG in pieces and tokenizer.convert_tokens_to_ids(TAG) != tokenizer.unk_token_id


def test_what_cannot_be_trained_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at least 20 different sources .*there are 5"):
        train_translator([FEW.head(5)], job(tmp_path / "model"))
    short = TINY.model_copy(update={"max_tokens": 4})
    with pytest.raises(InputError, match="every pair is longer than max_tokens"):
        train_translator([FEW], job(tmp_path / "model", short))
    (tmp_path / "base").mkdir()
    based = TINY.model_copy(update={"base": str(tmp_path / "base")})
    with pytest.raises(InputError, match="the base model .*base cannot be loaded"):
        train_translator([FEW], job(tmp_path / "model", based))


def train_child(out: str) -> None:
    torch.set_num_threads(1)
    train_translator([FEW], job(Path(out)))


@pytest.mark.drill
def test_sigkill_after_every_checkpoint(tiny: Trained, tmp_path: Path) -> None:
    context, out = multiprocessing.get_context("spawn"), tmp_path / "model"
    known = now = kills = 0
    while kills < 3 and not out.exists():
        child = context.Process(target=train_child, args=(str(out),))
        child.start()
        while child.is_alive() and (now := state_of(tmp_path)) == known:
            time.sleep(0.002)
        assert child.is_alive() or out.exists()
        known = now
        kills += child.is_alive()
        child.kill()
        child.join()
    assert kills
    if not out.exists():
        train_child(str(out))
    assert weights(out) == weights(tiny.path)


def state_of(folder: Path) -> int:
    """When the last checkpoint was written; 0 before the first."""
    found = list(folder.glob(".model.training/*/state.pt"))
    return found[0].stat().st_mtime_ns if found else 0
