"""What a translation and a method stand on is looked at before anything runs."""

from pathlib import Path

import pytest
import yaml

from synth_assets.errors import ProfileError
from synth_assets.profile import load_profile
from synth_assets.profile.check_translation import in_order

ENGINE = {"kind": "transformers", "task": "seq2seq", "model": "bundled:en-ca"}
SPANISH = {"engine": ENGINE, "source_lang": "eng_Latn"}


def load(tmp_path: Path, translation: dict):
    path = tmp_path / "profile.yaml"
    path.write_text(yaml.safe_dump({"translation": translation}))
    return load_profile(path)


def method(**settings: object) -> dict:
    return {"methods": {"m": settings}}


FAULTS = [
    (
        method(kind="polish", of="cat_Latn", engine=ENGINE),
        "methods.m.engine.kind = transformers is not allowed: editing needs a language model",
    ),
    (
        {
            "targets": {
                "cat_Latn": {
                    "engine": {
                        "kind": "ctranslate2",
                        "model": "bundled:en-ca",
                        "sampling": {"temperature": 1.0},
                    }
                }
            }
        },
        "sampling.temperature is not allowed above 0 with kind: ctranslate2",
    ),
    (method(kind="bidirectional", of="spa_Latn"), "methods.m needs translation.targets.spa_Latn"),
    (method(kind="pivot", left="cat_Latn", right="cat_Latn"), "left and right are both cat_Latn"),
    (method(kind="mirror", of="cat_Latn"), "methods.m"),
    (
        method(kind="code_switch", lexicon="/no", source="eng_Latn", target="cat_Latn"),
        "methods.m.lexicon = /no is not allowed: there is no such file",
    ),
    (
        method(kind="pivot", left="cat_Latn", right="spa_Latn")
        | {"targets": {"spa_Latn": SPANISH | {"inputs": ["rewritten/faq"]}}},
        "cat_Latn and spa_Latn have no documents in common",
    ),
    (
        method(kind="pivot", left="cat_Latn", right="eng_Latn")
        | {"targets": {"eng_Latn": SPANISH | {"source_lang": "spa_Latn"}}},
        "cat_Latn is translated from eng_Latn and eng_Latn from spa_Latn",
    ),
    (
        method(kind="round_trip", there="cat_Latn", back="eng_Latn")
        | {"targets": {"eng_Latn": SPANISH | {"source_lang": "cat_Latn"}}},
        "translation.targets.eng_Latn.inputs must name translated/cat_Latn",
    ),
    (
        {
            "targets": {
                "cat_Latn": {"inputs": ["translated/spa_Latn"]},
                "spa_Latn": SPANISH | {"inputs": ["translated/cat_Latn"]},
            }
        },
        "translation.targets take from each other: cat_Latn, spa_Latn",
    ),
    (
        {"targets": {"cat_Latn": {"prompt": {"glossary": "/no.tsv"}}}},
        "targets.cat_Latn.prompt.glossary = /no.tsv is not allowed",
    ),
    (
        {"targets": {"cat_Latn": {"gates": {"terms_kept": {"glossary": "/no.tsv"}}}}},
        "targets.cat_Latn.gates.terms_kept.glossary = /no.tsv is not allowed",
    ),
    (
        {"targets": {"cat_Latn": {"round_trip": {"engine": {"kind": "rules"}}}}},
        "targets.cat_Latn.round_trip.engine.kind = rules is not allowed",
    ),
]


@pytest.mark.parametrize(("translation", "message"), FAULTS)
def test_faults_are_one_sentence(tmp_path: Path, translation: dict, message: str) -> None:
    with pytest.raises(ProfileError) as caught:
        load(tmp_path, translation)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_translation_of_a_translation_comes_behind_it(tmp_path: Path) -> None:
    back = {"engine": ENGINE, "source_lang": "cat_Latn", "inputs": ["translated/cat_Latn"]}
    profile = load(tmp_path, {"targets": {"eng_Latn": back}})
    assert in_order(profile) == ["cat_Latn", "eng_Latn"]
    assert profile.translation.targets["eng_Latn"].max_segment_tokens == 80


def test_paths_start_from_the_home(tmp_path: Path, home) -> None:
    (home.path / "terms.tsv").parent.mkdir(parents=True, exist_ok=True)
    (home.path / "terms.tsv").write_text("en\tca\nfile\tfitxer\n")
    profile = load(tmp_path, {"targets": {"cat_Latn": {"prompt": {"glossary": "terms.tsv"}}}})
    assert profile.translation.targets["cat_Latn"].prompt.glossary == str(home.path / "terms.tsv")
