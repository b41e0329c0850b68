"""Rules over the keys of `translation`: what a translation takes, and what a method stands on."""

from collections.abc import Mapping
from pathlib import Path

from synth_assets.errors import ProfileError
from synth_assets.generation.gates.terms import TermsKept
from synth_assets.generation.spec import (
    CTranslate2Spec,
    EngineSpec,
    OpenAISpec,
    TransformersSpec,
    VllmSpec,
)
from synth_assets.home import Home
from synth_assets.profile.model import Profile
from synth_assets.profile.translation import TranslationTarget
from synth_assets.profile.translation_methods import (
    BackTranslation,
    CodeSwitch,
    Method,
    Pivot,
    Polish,
    RoundTrip,
    Terminology,
    files_of,
)

TRANSLATED = "translated/"


def check_translation(profile: Profile, origin: str) -> None:
    """Raises ProfileError with one sentence for the first fault."""
    for lang, target in profile.translation.targets.items():
        key = f"{origin}: translation.targets.{lang}"
        if target.source_lang == lang:
            raise ProfileError(
                f"{key}.source_lang = {lang} is not allowed: "
                f"source and target must be different languages"
            )
        _check_engine(f"{key}.engine", target.engine)
        if target.round_trip is not None:
            _check_engine(f"{key}.round_trip.engine", target.round_trip.engine)
        _check_inputs(profile, lang, target.inputs, key)
        _check_files(f"{key}.prompt", target.prompt.files)
        _check_terms(f"{key}.gates.{TermsKept.name}", target)
    for name, method in profile.translation.methods.items():
        key = f"{origin}: translation.methods.{name}"
        _check_method(profile, method, key)
        _check_files(key, files_of(method))
    in_order(profile, origin)


def in_order(profile: Profile, origin: str = "the profile") -> list[str]:
    """The target languages, each behind those that it takes its documents from."""
    targets = profile.translation.targets
    done: list[str] = []
    while len(done) < len(targets):
        ready = [
            lang
            for lang, target in targets.items()
            if lang not in done and {*_translated(target.inputs)} <= {*done}
        ]
        if not ready:
            left = ", ".join(lang for lang in targets if lang not in done)
            raise ProfileError(f"{origin}: translation.targets take from each other: {left}")
        done += ready
    return done


def _translated(inputs: list[str]) -> list[str]:
    return [name.removeprefix(TRANSLATED) for name in inputs if name.startswith(TRANSLATED)]


def _check_engine(key: str, spec: EngineSpec) -> None:
    is_model = isinstance(spec, TransformersSpec) and spec.task in ("seq2seq", "causal")
    if not is_model and not isinstance(spec, CTranslate2Spec | VllmSpec | OpenAISpec):
        raise ProfileError(
            f"{key}.kind = {spec.kind} is not allowed: translation needs a model, kind: "
            f"transformers (task: seq2seq or causal), ctranslate2, vllm or openai"
        )

    drawn = isinstance(spec, CTranslate2Spec) and spec.sampling and spec.sampling.temperature > 0
    if drawn:
        raise ProfileError(
            f"{key}.sampling.temperature is not allowed above 0 with kind: ctranslate2, which "
            f"cannot draw a text again; kind: transformers can"
        )


def _check_editor(key: str, spec: EngineSpec) -> None:
    is_causal = isinstance(spec, TransformersSpec) and spec.task == "causal"
    if not is_causal and not isinstance(spec, VllmSpec | OpenAISpec):
        raise ProfileError(
            f"{key}.kind = {spec.kind} is not allowed: editing needs a language model, kind: "
            f"transformers (task: causal), vllm or openai"
        )


def _check_inputs(profile: Profile, lang: str, inputs: list[str], key: str) -> None:
    others = [f"{TRANSLATED}{other}" for other in profile.translation.targets if other != lang]
    allowed = ["filtered", *(f"rewritten/{name}" for name in profile.rewriting.recipes), *others]
    for name in inputs:
        if name not in allowed:
            raise ProfileError(
                f"{key}.inputs = {name} is not allowed: inputs are {', '.join(allowed)}"
            )


def _check_method(profile: Profile, method: Method, key: str) -> None:
    targets = profile.translation.targets
    for lang in needed(method):
        if lang not in targets:
            known = ", ".join(targets) or "none"
            raise ProfileError(
                f"{key} needs translation.targets.{lang}, which is not there; there are: {known}"
            )
    match method:
        case Terminology(engine=engine) | Polish(engine=engine):
            _check_editor(f"{key}.engine", engine)
        case Pivot():
            _check_pivot(method, targets, key)
        case RoundTrip(there=there, back=back):
            if f"{TRANSLATED}{there}" not in targets[back].inputs:
                raise ProfileError(
                    f"{key}: translation.targets.{back}.inputs must name {TRANSLATED}{there}, "
                    f"which is what comes back"
                )
            if targets[there].source_lang != back:
                raise ProfileError(
                    f"{key}: {there} is translated from {targets[there].source_lang}, and what "
                    f"comes back is {back}"
                )
        case CodeSwitch(source=source, target=target) if source == target:
            raise ProfileError(f"{key}: source and target are both {source}")
        case BackTranslation(tag=""):
            raise ProfileError(f"{key}.tag is empty; null sets none")
        case _:
            pass


def _check_pivot(method: Pivot, targets: Mapping[str, TranslationTarget], key: str) -> None:
    left, right = method.left, method.right
    if left == right:
        raise ProfileError(f"{key}: left and right are both {left}, which needs no pivot")
    sides = [targets[lang] for lang in (left, right)]
    if sides[0].source_lang != sides[1].source_lang:
        raise ProfileError(
            f"{key}: {left} is translated from {sides[0].source_lang} and {right} from "
            f"{sides[1].source_lang}; a pivot joins translations of the same text"
        )
    if not {*sides[0].inputs} & {*sides[1].inputs}:
        raise ProfileError(
            f"{key}: {left} and {right} have no documents in common: they are made from "
            f"{', '.join(sides[0].inputs)} and from {', '.join(sides[1].inputs)}"
        )


def needed(method: Method) -> list[str]:
    """The target languages whose translations a method reads."""
    match method:
        case Pivot(left=left, right=right):
            return [left, right]
        case RoundTrip(there=there, back=back):
            return [there, back]
        case CodeSwitch():
            return []
        case _:
            return [method.of]


def _check_terms(key: str, target: TranslationTarget) -> None:
    if limits := target.gates.get(TermsKept.name):
        _check_files(key, {"glossary": Home.find().resolve(limits["glossary"])})


def _check_files(key: str, files: dict[str, str]) -> None:
    for name, path in files.items():
        if not Path(path).is_file():
            raise ProfileError(f"{key}.{name} = {path} is not allowed: there is no such file")
