"""One clear sentence for every fault; a frozen profile does not change any more."""

from pathlib import Path

import pytest
import yaml

from synth_assets.errors import ProfileError
from synth_assets.home import Home
from synth_assets.profile import Profile, freeze, load_frozen, load_profile


def load(tmp_path: Path, text: str) -> Profile:
    path = tmp_path / "profile.yaml"
    path.write_text(text)
    return load_profile(path)


def test_the_default_names_the_whole_line(profile: Profile) -> None:
    by_rules = ["faq", "tutorial", "table", "encyclopedic", "grammatical_errors"]
    assert list(profile.rewriting.recipes) == by_rules
    assert list(profile.translation.targets) == ["cat_Latn"]


def test_a_file_overrides_parts_and_the_environment_overrides_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "packing: {sequence_lengths: [512]}\ndedup: {bands: 9}"
    assert load(tmp_path, text).packing.sequence_lengths == [512]
    assert load(tmp_path, text).dedup.rows == 8
    monkeypatch.setenv("SYNTH_ASSETS__PACKING__SEQUENCE_LENGTHS", "[1024]")
    profile = load(tmp_path, text)
    assert (profile.packing.sequence_lengths, profile.dedup.bands) == ([1024], 9)


def test_null_turns_a_recipe_off(tmp_path: Path) -> None:
    profile = load(tmp_path, "rewriting: {recipes: {faq: null}}")
    left = ["tutorial", "table", "encyclopedic", "grammatical_errors"]
    assert list(profile.rewriting.recipes) == left


def test_another_kind_of_engine_takes_over_none_of_the_default_one(tmp_path: Path) -> None:
    served = "engine: {kind: openai, url: 'http://localhost:8000/v1', model: m}"
    profile = load(tmp_path, f"rewriting: {{recipes: {{faq: {{{served}}}}}}}")
    assert profile.rewriting.recipes["faq"].engine.kind == "openai"
    profile = load(tmp_path, f"translation: {{targets: {{cat_Latn: {{{served}}}}}}}")
    assert profile.translation.targets["cat_Latn"].engine.kind == "openai"
    with pytest.raises(ProfileError, match=r"cat_Latn.engine.kind = rules is not allowed: tr"):
        load(tmp_path, "translation: {targets: {cat_Latn: {engine: {kind: rules}}}}")


def test_a_target_in_another_style_of_code_is_the_default_one(tmp_path: Path) -> None:
    profile = load(tmp_path, "translation: {targets: {ca: {max_segment_tokens: 33}}}")
    assert {name: one.max_segment_tokens for name, one in profile.translation.targets.items()} == {
        "cat_Latn": 33
    }
    assert not load(tmp_path, "translation: {targets: {cat: null}}").translation.targets


@pytest.mark.parametrize("pair", ["en-ca", "eng-cat", "eng_Latn-cat_Latn"])
def test_a_pair_in_another_style_of_code_is_the_same_pair(tmp_path: Path, pair: str) -> None:
    models = load(tmp_path, f"translation_models: {{{pair}: {{steps: 7}}}}").translation_models
    assert {name: one.steps for name, one in models.items()} == {"eng_Latn-cat_Latn": 7}


FAULTS = {
    "packing: {seqlen: 5}": "unknown key packing.seqlen; allowed here are tokenizer, sequence_le",
    "colour: red": "unknown key colour; allowed here are name, owners, seed",
    "packing: {sequence_lengths: [0]}": "packing.sequence_lengths.0 = 0 is not allowed: input",
    "packing: {tokenizer: bundled:x}": "packing.tokenizer = bundled:x does not exist; bundled are",
    "rewriting: {recipes: {faq: {engine: {kind: gpt}}}}": "rewriting.recipes.faq.engine",
    "rewriting: {recipes: {faq: {engine: {kind: transformers, task: causal, model: /no/such}}}}": (
        "rewriting.recipes.faq.engine.model = /no/such does not exist; allowed are"
    ),
    "translation: {targets: {qqq: null, catalan!: {}}}": "'catalan!' is no language that is known",
    "translation: {targets: {ca: {}, cat_Latn: {}}}": "targets names cat_Latn twice, as ca",
    "translation_models: {en-ca: {}, eng_Latn-cat_Latn: {}}": "twice, as en-ca and as eng_Latn-cat",
    "translation_models: {eng_Latn-eng_Latn: {}}": "names one language twice; a pair has two",
    "translation_models: {zh-TW-en: {}}": "zh-TW-en is no language pair; give one such as",
    "translation: {methods: {x: {of: ca}}}": "translation.methods.x.kind is missing; allowed are",
    "translation: {methods: {x: {kind: y}}}": "methods.x.kind = 'y' is not allowed; allowed are",
    "translation: {methods: {x: {kind: interlinear, of: q}}}": "methods.x.of = 'q' is not allowed:",
    "translation: {methods: {x: 5}}": "x = 5 is not allowed: it must be a mapping of kind (pivot, ",
    "translation: {targets: []}": "translation.targets = [] is not allowed: it must be a mapping",
    "rewriting: {recipes: {faq: {engine: {model: m}}}}": "faq.engine.model; allowed here are kind",
    "dedup: {paragraphs: true}": "paragraphs = True is not allowed: it must be a mapping of m",
    "name: My Corpus": "name = 'My Corpus' is not allowed: a name is a lower-case letter, then",
    "releases: {My-own: {}}": "releases.My-own is not allowed: a name is a lower-case letter, then",
    "translation: {targets: {cat_Latn: {inputs: [deduped]}}}": "inputs = deduped is not allowed",
    "translation: {targets: {cat_Latn: {source_lang: cat_Latn}}}": "must be different languages",
    "schedule: {timezone: Mars/Phobos}": "it must be an IANA time zone such as Europe/Madrid",
    "filtering: {gopher_repetition: {max_top_ngrams: {7: 0.1}}}": "max_top_ngrams.7 is not allowed",
    "schedule: {cron: every night}": "it must be five cron fields such as '0 2 * * *'",
    "- a list": "must be a mapping of sections",
    "a: b: c": "is not valid YAML",
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_one_sentence_with_key_value_and_what_is_allowed(
    tmp_path: Path, text: str
) -> None:
    with pytest.raises(ProfileError) as caught:
        load(tmp_path, text)
    assert FAULTS[text] in str(caught.value)
    assert "profile.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_wrong_variable_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ProfileError, match="profile nowhere.yaml does not exist"):
        load_profile(Path("nowhere.yaml"))
    monkeypatch.setenv("SYNTH_ASSETS__PAKCING__SEQUENCE_LENGTH", "1")
    with pytest.raises(ProfileError, match="names no part of the profile"):
        load_profile()


def test_a_frozen_profile_is_the_same_profile(
    profile: Profile, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = freeze(profile, home)
    assert yaml.safe_load(path.read_text())["name"] == "default"
    monkeypatch.setenv("SYNTH_ASSETS__PACKING__SEQUENCE_LENGTH", "64")
    frozen = load_frozen(profile.hash, home)
    assert frozen == profile
    assert frozen.hash == profile.hash
    with pytest.raises(ProfileError, match="no frozen profile beef"):
        load_frozen("beef", home)


def test_a_part_changes_its_own_version_alone(tmp_path: Path, profile: Profile) -> None:
    changed = load(tmp_path, "dedup: {threshold: 0.7}")
    assert changed.dedup.version != profile.dedup.version
    assert changed.packing.version == profile.packing.version
    assert changed.hash != profile.hash
