"""Reading a profile: packaged default, then the user's file, then the environment.

A nested key is set from the environment as SYNTH_ASSETS__PACKING__SEQUENCE_LENGTH=1024.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
)

from synth_assets.bundled import DEFAULT_PROFILE
from synth_assets.errors import ProfileError
from synth_assets.generation.spec import REFERENCE, EngineSpec, NgramSpec
from synth_assets.home import Home
from synth_assets.profile.check import check_profile
from synth_assets.profile.model import Profile
from synth_assets.profile.modeling import MODEL_SUFFIX, pair_code
from synth_assets.profile.section import flores_code
from synth_assets.profile.sentence import explain
from synth_assets.yaml_text import dump_yaml, read_yaml

ENV_PREFIX = "SYNTH_ASSETS__"


def load_profile(path: Path | None = None, home: Home | None = None) -> Profile:
    """The profile in force. `path` (or $SYNTH_ASSETS_PROFILE) overrides parts of the default.

    Raises ProfileError with one sentence naming the key, the value and what is allowed.
    """
    home = home or Home.find()
    if path is None and (named := os.environ.get("SYNTH_ASSETS_PROFILE")):
        path = Path(named)
    layers = [_read(DEFAULT_PROFILE)]
    if path:
        given = _with_language_keys(_read(path), path)
        layers = [_without_other_kinds(layers[0], given), given]
    origin = str(path) if path else "the default profile"
    profile = _validate(layers, origin, from_env=True)
    profile = _located(profile, home)
    check_profile(profile, origin)
    return profile


def _located(profile: Profile, home: Home) -> Profile:
    """The profile with absolute paths."""
    own = profile.rewriting.folder
    table = profile.rewriting.few_shot
    root = home.resolve(profile.root)
    rewriting = {
        "folder": None if own is None else home.resolve(own),
        "few_shot": None if table is None else home.resolve(table),
        "recipes": {
            name: one.model_copy(update={"engine": _with_models(one.engine, profile, root, name)})
            for name, one in profile.rewriting.recipes.items()
        },
    }
    listed = profile.takedowns.list
    takedowns = {"list": None if listed is None else home.resolve(listed)}
    sql = {"folders": [home.resolve(folder) for folder in profile.sql.folders]}
    return profile.model_copy(
        update={
            "root": root,
            "sql": profile.sql.model_copy(update=sql),
            "takedowns": profile.takedowns.model_copy(update=takedowns),
            "rewriting": profile.rewriting.model_copy(update=rewriting),
            "filtering": profile.filtering.located(home.resolve),
            "translation": profile.translation.located(home.resolve),
            "reference_lms": _all_located(profile.reference_lms, home),
            "translation_models": _all_located(profile.translation_models, home),
            "schedule": profile.schedule.model_copy(
                update={"inbox": home.resolve(profile.schedule.inbox)}
            ),
        }
    )


def _with_models(engine: EngineSpec, profile: Profile, root: str, recipe: str) -> EngineSpec:
    """The engine with the addresses of the reference models that it names."""
    if not isinstance(engine, NgramSpec):
        return engine
    named = {path for path in engine.models.values() if path.startswith(REFERENCE)}
    if missing := sorted(named - {f"{REFERENCE}{lang}" for lang in profile.reference_lms}):
        raise ProfileError(
            f"rewriting.recipes.{recipe}.engine.models names {missing[0]}, which this profile does "
            f"not train: add reference_lms: {{{missing[0].removeprefix(REFERENCE)}: {{}}}}, name "
            f"a file, or turn the recipe off"
        )
    models = {
        lang: f"{root}/{path}{MODEL_SUFFIX}" if path in named else path
        for lang, path in engine.models.items()
    }
    return engine.model_copy(update={"models": models})


def _all_located(models: Mapping[str, Any], home: Home) -> dict[str, Any]:
    return {name: model.located(home.resolve) for name, model in models.items()}


def freeze(profile: Profile, home: Home) -> Path:
    """Keep the validated profile as `<dagster home>/profiles/<hash>.yaml`, for runs to load."""
    path = home.frozen_profile(profile.hash)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        staged = path.with_suffix(f".{os.getpid()}.tmp")
        staged.write_text(dump_yaml(profile.model_dump(mode="json")))
        staged.replace(path)
    return path


def load_frozen(profile_hash: str, home: Home) -> Profile:
    """A profile as it was when a run was launched; the environment does not change it."""
    path = home.frozen_profile(profile_hash)
    if not path.exists():
        raise ProfileError(
            f"no frozen profile {profile_hash} under {path.parent}; the run was launched from "
            f"another home: set SYNTH_ASSETS_HOME to it"
        )
    return _validate([_read(path)], str(path), from_env=False)


def _read(path: Path) -> dict[str, Any]:
    value = read_yaml(path, "profile")
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ProfileError(
            f"profile {path} must be a mapping of sections such as 'packing:', "
            f"not a {type(value).__name__}"
        )
    return value


def _with_language_keys(given: dict[str, Any], path: Path) -> dict[str, Any]:
    """Languages and pairs by their FLORES codes, so that `ca` changes the default's `cat_Latn`."""
    section = given.get("translation")
    if isinstance(section, dict):
        section = _coded(section, "targets", flores_code, f"{path}: translation.targets")
        given = given | {"translation": section}
    given = _coded(given, "reference_lms", flores_code, f"{path}: reference_lms")
    return _coded(given, "translation_models", pair_code, f"{path}: translation_models")


def _coded(
    section: dict[str, Any], name: str, code_of: Callable[[str], str], origin: str
) -> dict[str, Any]:
    """The section with the keys of its part `name` as codes; what is no code is left to
    validation."""
    if not isinstance(part := section.get(name), dict):
        return section
    coded: dict[Any, Any] = {}
    written: dict[Any, Any] = {}
    for key, value in part.items():
        code = key
        if isinstance(key, str):
            with suppress(ValueError):
                code = code_of(key)
        if code in coded:
            raise ProfileError(f"{origin} names {code} twice, as {written[code]} and as {key}")
        coded[code], written[code] = value, key
    return section | {name: coded}


def _without_other_kinds(base: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The base without the settings of an engine for which `given` names another kind: they
    belong to that kind alone."""
    if base.get("kind") != given.get("kind", base.get("kind")):
        return {}
    return {
        key: _without_other_kinds(value, given[key])
        if isinstance(value, dict) and isinstance(given.get(key), dict)
        else value
        for key, value in base.items()
    }


def _validate(layers: list[dict[str, Any]], origin: str, *, from_env: bool) -> Profile:
    class Layered(Profile):
        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *_: Any, **__: Any
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            files = [InitSettingsSource(settings_cls, layer) for layer in reversed(layers)]
            return (*([EnvSettingsSource(settings_cls)] if from_env else []), *files)

    if from_env:
        _refuse_unknown_variables()
    try:
        layered = Layered()  # type: ignore[call-arg]
        return Profile.model_construct(**{name: getattr(layered, name) for name in _SECTIONS})
    except ValidationError as error:
        raise ProfileError(explain(error, origin)) from None


_SECTIONS = tuple(Profile.model_fields)


def _refuse_unknown_variables() -> None:
    for name in os.environ:
        if name.startswith(ENV_PREFIX):
            section = name.removeprefix(ENV_PREFIX).split("__")[0].lower()
            if section not in _SECTIONS:
                raise ProfileError(
                    f"environment variable {name} names no part of the profile; "
                    f"allowed are {', '.join(_SECTIONS)}"
                )
