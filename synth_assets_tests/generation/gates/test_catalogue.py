"""The registry, and gates changed by a profile."""

from pathlib import Path

import pytest
import yaml

from synth_assets.errors import ProfileError
from synth_assets.generation.gates.catalogue import GATES, changed, describe
from synth_assets.generation.gates.copying import Copied
from synth_assets.generation.gates.gate import Gate, Generated, first_fault
from synth_assets.generation.gates.language import Language
from synth_assets.generation.gates.length import Empty, TooShort
from synth_assets.generation.gates.refusal import Refusal
from synth_assets.home import Home
from synth_assets.profile import freeze, load_frozen, load_profile
from synth_assets.rewriting.gates import BASIC
from synth_assets.translation.gates import DOCUMENT, SEGMENT
from synth_assets_tests.generation.gates.texts import GOOD, SOURCE


def test_every_gate_has_its_name_and_defaults():
    for name, gate in GATES.items():
        assert gate.name == name
        assert gate() == gate()
    used = {gate.name for gate in (*BASIC, *SEGMENT, *DOCUMENT)}
    assert used == set(GATES) - {"terms_kept"}  # which needs a glossary


@pytest.mark.parametrize("gates", [BASIC, SEGMENT, DOCUMENT])
def test_sets_are_in_the_order_in_which_gates_are_asked(gates: tuple[Gate, ...]):
    assert changed(gates, {}) == gates


def test_changes_by_name():
    gates = (Empty(), Language(), Copied(0.8))
    made = changed(gates, {"language": None, "copied": {"max_share": 0.6}, "too_short": {}})
    assert made == (Empty(), TooShort(20), Copied(0.6))
    assert changed(gates, {}) == gates
    assert changed(gates, {"too_short": None}) == gates
    assert changed(gates, {"copied": {}}) == gates


def test_a_gate_s_version_is_part_of_what_describes_it(monkeypatch: pytest.MonkeyPatch):
    before = describe([Copied()])
    monkeypatch.setattr(Copied, "version", 2)
    assert before == [["copied", 1, "", {"max_share": 0.8}]] != describe([Copied()])
    assert describe([Refusal()])[0][2]  # the digest of the phrases


def test_gates_of_models_are_off_for_rules():
    made = Generated(SOURCE, SOURCE, "eng_Latn", "eng_Latn")
    assert first_fault(BASIC, made, by_rules=True) is None
    fault = first_fault(BASIC, made)
    assert fault is not None and (fault.gate, fault.value) == ("copied", "1.00")
    assert first_fault(BASIC, Generated(SOURCE, GOOD, "eng_Latn", "eng_Latn")) is None


WRONG = [
    ({"copyd": {}}, "there is no gate copyd; there are truncated, empty, refusal"),
    ({"copied": {"share": 1}}, "copied has no limit share: it has max_share"),
    ({"empty": {"least": 1}}, "empty has no limit least: it has no limits"),
    ({"copied": {"max_share": 3}}, "copied.max_share = 3: .*less than or equal to 1"),
    ({"copied": {"max_share": "much"}}, "copied.max_share = 'much': .*valid number"),
    ({"terms_kept": {}}, "the gate terms_kept needs glossary"),
    ({"copied": 0.5}, "rewriting.recipes.faq.gates.copied = 0.5 is not allowed: .*mapping"),
]


@pytest.mark.parametrize(("gates", "sentence"), WRONG)
def test_a_wrong_gate_is_one_sentence_when_the_profile_loads(
    gates: dict[str, object], sentence: str, tmp_path: Path, home: Home
):
    recipe = {"engine": {"kind": "rules"}, "gates": gates}
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({"rewriting": {"recipes": {"faq": recipe}}}))
    with pytest.raises(ProfileError, match=sentence) as caught:
        load_profile(path, home)
    assert "\n" not in str(caught.value) and "rewriting.recipes.faq.gates" in str(caught.value)


def test_a_frozen_profile_says_the_same_of_its_gates(tmp_path: Path, home: Home):
    gates = {"language": None, "copied": {"max_share": 0.6}}
    path = tmp_path / "mine.yaml"
    mine = {"rewriting": {"recipes": {"faq": {"gates": gates}}}}
    path.write_text(yaml.safe_dump(mine))
    profile = load_profile(path, home)
    freeze(profile, home)
    assert load_frozen(profile.hash, home).rewriting.recipes["faq"].gates == gates
