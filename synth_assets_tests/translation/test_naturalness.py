"""The least natural of a batch go, by a reference model; a polished text must be as natural."""

from pathlib import Path

import pytest

from synth_assets.errors import InputError
from synth_assets.generation.passes import Case
from synth_assets.generation.work import Drop, Made
from synth_assets.modeling.model_file import save_model
from synth_assets.modeling.training import Training, train
from synth_assets.profile import Profile
from synth_assets.profile.translation_methods import Naturalness
from synth_assets.translation import naturalness, stage
from synth_assets.translation.methods.aligned import Pair
from synth_assets.translation.methods.editors import Polisher
from synth_assets_tests.corpora import document
from synth_assets_tests.modeling.test_reference import told

LANG = "cat_Latn"


@pytest.fixture
def model(tmp_path: Path) -> str:
    import polars as pl

    path = tmp_path / "model.ngram"
    texts = pl.Series([told(seed) for seed in range(40)])
    save_model(path, train(lambda: iter([texts]), Training(3, (1, 1, 1))))
    return str(path)


def test_the_least_natural_share_is_dropped(model: str, profile: Profile) -> None:
    texts = [told(n, 3) for n in range(100, 104)]
    texts.append(" ".join(reversed(texts[0].split())))
    cases = [_case(number, text) for number, text in enumerate(texts)]
    best = naturalness.cut(profile, Naturalness(drop=0.2, model=model), LANG)
    assert best is not None
    judged = best.judge_by(iter([cases]))(cases)
    outcomes = [one.outcome for one in judged]
    assert all(isinstance(one, Made) for one in outcomes[:4])
    kept = [one.extra[0]["perplexity"] for one in outcomes[:4] if isinstance(one, Made)]
    dropped = outcomes[4]
    assert isinstance(dropped, Drop) and dropped.reason == "perplexity"
    assert dropped.limit == "the best 4 of 5" and float(dropped.value) > max(kept) > 1


def _case(number: int, text: str) -> Case:
    parent = document(number, "parent")
    child = parent.child(text, row_version="1", generation_keys=[])
    return Case(parent, number, outcome=Made([child], [{"n_segments": 1}]))


def test_a_model_that_is_not_there_is_named_before_anything_is_sent(profile: Profile) -> None:
    path = f"{profile.root}/reference_lm/{LANG}.ngram"
    with pytest.raises(InputError, match=f"{path} does not exist; materialize the asset"):
        naturalness.cut(profile, Naturalness(drop=0.1), LANG)
    target = profile.translation.targets[LANG]
    asked = target.model_copy(update={"perplexity": Naturalness(drop=0.1)})
    translation = profile.translation.model_copy(update={"targets": {LANG: asked}})
    changed = profile.model_copy(update={"translation": translation})
    assert stage.code_version(changed, LANG) != stage.code_version(profile, LANG)
    assert stage.versions(asked, LANG) == stage.versions(target, LANG)  # ids stay


def test_a_polished_text_is_as_natural_as_the_draft(model: str) -> None:
    draft, other = "The harbour was built by people of the coast.", "Coast the harbour of built."
    polisher = Polisher("spa_Latn", "eng_Latn", naturalness.Reference(model))
    assert polisher.improves(Pair(0, "El puerto.", other, 0, "direct"), draft)
    assert not polisher.improves(Pair(0, "El puerto.", draft, 0, "direct"), other)
