"""Prices and budgets are checked when a profile loads, and shape no text."""

from pathlib import Path

import pytest

from synth_assets.errors import ProfileError
from synth_assets.generation.money.prices import cost, currency_of, gpus, price_of
from synth_assets.generation.spec import OpenAISpec, Price, RulesSpec, TransformersSpec, VllmSpec
from synth_assets.home import Home
from synth_assets.line import build_line
from synth_assets.profile import Profile, freeze, load_frozen, load_profile

PRICED = """
generation: {budget: {run: {tokens: 1000, gpu_hours: 0.5, money: 5}, day: {money: 20}}}
translation: {targets: {cat_Latn: {engine: {price: {currency: EUR, per_gpu_hour: 2.5}}}}}
"""
SERVED = "kind: openai, model: m, url: 'http://localhost:1/v1'"


def load(tmp_path: Path, text: str) -> Profile:
    path = tmp_path / "profile.yaml"
    path.write_text(text)
    return load_profile(path)


def test_neither_price_nor_budget_changes_a_version(tmp_path: Path) -> None:
    def versions(profile: Profile) -> dict[str, str]:
        return {stage.corpus: stage.code_version for stage in build_line(profile)}

    served = f"rewriting: {{recipes: {{faq: {{engine: {{{SERVED}}}}}}}}}\n"
    price = "price: {per_million_prompt_tokens: 1, per_million_completion_tokens: 3}"
    priced = served.replace("model: m,", f"model: m, {price},")
    assert priced != served
    assert versions(load(tmp_path, PRICED)) == versions(load(tmp_path, ""))
    assert versions(load(tmp_path, priced)) == versions(load(tmp_path, served))


def test_a_frozen_profile_keeps_them(tmp_path: Path, home: Home) -> None:
    profile = load(tmp_path, PRICED)
    freeze(profile, home)
    frozen = load_frozen(profile.hash, home)
    assert frozen.generation.budget == profile.generation.budget
    assert frozen.translation.targets["cat_Latn"].engine == (
        profile.translation.targets["cat_Latn"].engine
    )


FAULTS = {
    "generation: {budget: {day: {tokens: 0}}}": (
        "generation.budget.day.tokens = 0 is not allowed: input should be greater than 0"
    ),
    "generation: {budget: {run: {gpu_hours: -1}}}": "should be greater than 0",
    "generation: {budget: {run: {money: 0.0}}}": "should be greater than 0",
    "generation: {budget: {run: {money: .inf}}}": "should be a finite number",
    "generation: {budget: {run: {euros: 5}}}": "allowed here are tokens, gpu_hours, money",
    "generation: {budget: {run: {money: 5}}}": (
        "generation.budget.run.money needs the price of every model, and "
        "translation.targets.cat_Latn.engine.price is missing; allowed is"
    ),
    PRICED + f"rewriting: {{recipes: {{faq: {{engine: {{{SERVED}, price: "
    "{per_million_prompt_tokens: 1}}}}}": (
        "needs one currency, and there are USD in rewriting.recipes.faq.engine.price, EUR in "
        "translation.targets.cat_Latn.engine.price"
    ),
    "translation: {targets: {cat_Latn: {engine: {price: {currency: euro}}}}}": "[A-Z]{3}",
    "translation: {targets: {cat_Latn: {engine: {price: {per_gpu_hour: -2}}}}}": "greater than or",
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_wrong_limit_or_price_is_one_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(ProfileError) as caught:
        load(tmp_path, text)
    assert FAULTS[text] in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_limit_of_money_takes_free_models_in_any_currency(tmp_path: Path) -> None:
    free = "translation: {targets: {cat_Latn: {engine: {price: {}}}}}"
    profile = load(tmp_path, f"generation: {{budget: {{day: {{money: 5}}}}}}\n{free}")
    assert profile.generation.budget.day.money == 5


def test_limits_come_from_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTH_ASSETS__GENERATION__BUDGET__DAY__TOKENS", "1000")
    assert load_profile().generation.budget.day.tokens == 1000


def test_prices_of_tokens_and_of_time_add_up() -> None:
    price = Price(per_million_prompt_tokens=1, per_million_completion_tokens=2, per_gpu_hour=3600)
    assert cost(price, 500_000, 1_000_000, 2.0) == pytest.approx(0.5 + 2 + 2)
    assert cost(None, 1, 1, 1.0) is None
    assert (currency_of(price), currency_of(Price(currency="EUR"))) == ("USD", None)
    assert price_of(RulesSpec(kind="rules")) == Price()


def test_how_many_gpus_an_engine_holds() -> None:
    def transformers(device: str) -> TransformersSpec:
        return TransformersSpec(kind="transformers", task="causal", model="a/b", device=device)

    served = OpenAISpec(kind="openai", model="m", url="http://localhost:1/v1")
    assert [gpus(transformers(device)) for device in ("cpu", "cuda", "cuda:1")] == [0, 1, 1]
    assert [gpus(spec) for spec in (RulesSpec(kind="rules"), served)] == [0, 0]
    assert gpus(VllmSpec(kind="vllm", model="a/b", tensor_parallel_size=4)) == 4
