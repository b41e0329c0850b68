"""The gates there are, by name, and how a profile changes a set of them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, TypeAdapter, ValidationError

from synth_assets.generation.gates.code import CodeKept
from synth_assets.generation.gates.copying import Copied, Untranslated
from synth_assets.generation.gates.echo import Echo
from synth_assets.generation.gates.endings import CutShort, EndingsKept
from synth_assets.generation.gates.finish import Truncated
from synth_assets.generation.gates.gate import Gate
from synth_assets.generation.gates.language import Language, PartLanguage
from synth_assets.generation.gates.length import (
    Empty,
    LengthRatio,
    SegmentLength,
    TooShort,
    TranslatedLength,
)
from synth_assets.generation.gates.lines import OneLine
from synth_assets.generation.gates.markup import Markup
from synth_assets.generation.gates.numbers import NumbersChanged, NumbersKept
from synth_assets.generation.gates.preamble import Preamble
from synth_assets.generation.gates.refusal import Refusal
from synth_assets.generation.gates.repetition import Doubled, Loop, Repetition
from synth_assets.generation.gates.terms import TermsKept
from synth_assets.generation.gates.urls import UrlsKept

_IN_ORDER: tuple[type[Gate], ...] = (
    Truncated,
    Empty,
    Refusal,
    Preamble,
    Echo,
    OneLine,
    TooShort,
    LengthRatio,
    Loop,
    Doubled,
    SegmentLength,
    Repetition,
    Markup,
    Untranslated,
    Language,
    PartLanguage,
    TranslatedLength,
    EndingsKept,
    CutShort,
    Copied,
    NumbersKept,
    NumbersChanged,
    UrlsKept,
    CodeKept,
    TermsKept,
)
"""As they are asked, the plainest first: the first fault is the one that is named."""

GATES: Mapping[str, type[Gate]] = MappingProxyType({gate.name: gate for gate in _IN_ORDER})


def _checked(changes: dict[str, dict[str, Any] | None]) -> dict[str, dict[str, Any] | None]:
    for name, limits in changes.items():
        if name not in GATES:
            raise ValueError(f"there is no gate {name}; there are {', '.join(GATES)}")
        if limits is None:
            continue
        _limits(GATES[name], limits)
        if lacking := [field for field in GATES[name].needs if field not in limits]:
            raise ValueError(f"the gate {name} needs {', '.join(lacking)}")
    return changes


GateChanges = Annotated[dict[str, dict[str, Any] | None], AfterValidator(_checked)]
"""What a profile says of a set of gates: limits by gate name, null for a gate that is off. A gate
that the set does not have is added, its other limits as declared."""


def changed(
    gates: Sequence[Gate], changes: Mapping[str, Mapping[str, Any] | None]
) -> tuple[Gate, ...]:
    """The gates under a profile's `changes`, in the order in which they are asked."""
    kept = [gate for gate in gates if gate.name not in changes or changes[gate.name] is not None]
    made = [replace(gate, **_limits(type(gate), changes.get(gate.name) or {})) for gate in kept]
    there = {gate.name for gate in gates}
    for name, limits in changes.items():
        if limits is not None and name not in there:
            made.append(GATES[name](**_limits(GATES[name], limits)))
    order = list(GATES)
    return tuple(sorted(made, key=lambda gate: order.index(gate.name)))


def describe(gates: Sequence[Gate]) -> list[list[Any]]:
    """All of the gates that shapes a verdict, for a version."""
    return [[gate.name, gate.version, gate.data_version, _settings(gate)] for gate in gates]


def _settings(gate: Gate) -> dict[str, Any]:
    """Files are named by their content, which is the gate's data version."""
    return {name: value for name, value in asdict(gate).items() if name not in gate.files}


def _limits(gate: type[Gate], limits: Mapping[str, Any]) -> dict[str, Any]:
    """The limits, validated. Raises ValueError with one sentence."""
    if not limits:
        return {}
    known = [field.name for field in fields(gate)]
    for name in limits:
        if name not in known:
            has = f"has {', '.join(known)}" if known else "has no limits"
            raise ValueError(f"{gate.name} has no limit {name}: it {has}")
    try:
        made = _adapter(gate).validate_python(dict(limits))
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise ValueError(
            f"{gate.name}.{fault['loc'][-1]} = {fault['input']!r}: {fault['msg'].lower()}"
        ) from None
    return {name: getattr(made, name) for name in limits}


@cache
def _adapter(gate: type[Gate]) -> TypeAdapter[Gate]:
    return TypeAdapter(gate)
