"""Rules over several keys, and models that must exist before anything is spent."""

from synth_assets import bundled
from synth_assets.errors import ProfileError
from synth_assets.generation.money.prices import currency_of, price_of
from synth_assets.generation.spec import EngineSpec, LocalSpec
from synth_assets.profile.check_translation import check_translation
from synth_assets.profile.model import Profile
from synth_assets.profile.translation_methods import Polish, Terminology


def check_profile(profile: Profile, origin: str) -> None:
    """Raises ProfileError with one sentence for the first fault."""
    for key, spec in _engines(profile):
        _check_model(key, spec, origin)
    _check_money(profile, origin)
    _resolve(f"{origin}: packing.tokenizer", profile.packing.tokenizer)
    check_translation(profile, origin)


def _engines(profile: Profile) -> list[tuple[str, EngineSpec]]:
    return (
        [
            (f"rewriting.recipes.{name}.engine", recipe.engine)
            for name, recipe in profile.rewriting.recipes.items()
        ]
        + [
            (f"translation.targets.{lang}.engine", target.engine)
            for lang, target in profile.translation.targets.items()
        ]
        + [
            (f"translation.targets.{lang}.round_trip.engine", target.round_trip.engine)
            for lang, target in profile.translation.targets.items()
            if target.round_trip is not None
        ]
        + [
            (f"translation.methods.{name}.engine", method.engine)
            for name, method in profile.translation.methods.items()
            if isinstance(method, Terminology | Polish)
        ]
    )


def _check_model(key: str, spec: EngineSpec, origin: str) -> None:
    if isinstance(spec, LocalSpec):
        _resolve(f"{origin}: {key}.model", spec.model)


def _check_money(profile: Profile, origin: str) -> None:
    """A limit of money needs prices, all in one currency."""
    budget = profile.generation.budget
    if budget.run.money is None and budget.day.money is None:
        return
    key = f"generation.budget.{'day' if budget.run.money is None else 'run'}.money"
    currencies: dict[str, str] = {}
    for engine, spec in _engines(profile):
        price = price_of(spec)
        if price is None:
            raise ProfileError(
                f"{origin}: {key} needs the price of every model, and {engine}.price is missing; "
                f"allowed is a price such as {{currency: USD, per_gpu_hour: 2.5}}, or an empty "
                f"one ({{}}) for a model that costs nothing"
            )
        if currency := currency_of(price):
            currencies.setdefault(currency, engine)
    if len(currencies) > 1:
        found = ", ".join(f"{name} in {engine}.price" for name, engine in currencies.items())
        raise ProfileError(f"{origin}: {key} needs one currency, and there are {found}")


def _resolve(key: str, name: str) -> None:
    try:
        bundled.resolve(name)
    except ProfileError as error:
        raise ProfileError(f"{key} = {error}") from None
