"""A pydantic validation error as one sentence: the key, the value, what is allowed."""

from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from synth_assets.generation.address import HIDDEN
from synth_assets.profile import model

KIND = "kind"
"""The key that decides between the models of a union."""

SHOWN = "the keys shown in the default profile"
_NO_MAPPING = {"model_type", "model_attributes_type", "dict_type"}


def explain(error: ValidationError, origin: str, of: type[BaseModel] = model.Profile) -> str:
    """The first fault in full, and how many more there are, in what should be an `of`."""
    faults = error.errors(include_url=False)
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{origin}: {_fault(faults[0], of)}{more}"


def _fault(fault: ErrorDetails, of: type[BaseModel]) -> str:
    key, at = _follow(fault["loc"], of)
    match fault["type"]:
        case "extra_forbidden":
            _, above = _follow(fault["loc"][:-1], of)
            return f"unknown key {key}; allowed here are {_keys(above) or SHOWN}"
        case "missing":
            return f"key {key} is missing"
        case "union_tag_not_found":
            return f"key {key}.{KIND} is missing; allowed are {_names(at)}"
        case "union_tag_invalid":
            given = fault["input"][KIND]
            return f"{key}.{KIND} = {given!r} is not allowed; allowed are {_names(at)}"
    message = fault["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    if fault["type"] in _NO_MAPPING:
        message = f"it must be a mapping{' of ' if _keys(at) else ''}{_keys(at)}"
    if fault["type"] == HIDDEN or fault["loc"][-1:] == ("[key]",):
        return f"{key} is not allowed: {message}"
    return f"{key} = {fault['input']!r} is not allowed: {message}"


def _follow(location: tuple[int | str, ...], of: type[BaseModel]) -> tuple[str, Any]:
    """The key as the user wrote it, and the type of what stands there. Pydantic's own marks in a
    location, which are the members of a union and `[key]`, are no part of it."""
    keys: list[str] = []
    current: Any = of
    for part in location:
        if part == "[key]":
            continue
        if _is_union(current):
            current = _kinds(current).get(part)
            continue
        keys.append(str(part))
        current = _plain(_below(current, part))
    return ".".join(keys), current


def _below(current: Any, part: int | str) -> Any:
    if hasattr(current, "model_fields"):
        field = current.model_fields.get(part)
        return field and field.annotation
    return next(iter(reversed(get_args(current))), None)


def _plain(annotation: Any) -> Any:
    """A type without what it is annotated with, and without null."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if _is_union(annotation):
        some = [one for one in get_args(annotation) if one is not type(None)]
        return _plain(some[0]) if len(some) == 1 else Union[tuple(some)]  # noqa: UP007
    return annotation


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, UnionType)


def _kinds(union: Any) -> dict[int | str, Any]:
    """The models of a union by their kind."""
    fields = [(one, getattr(one, "model_fields", {}).get(KIND)) for one in get_args(union)]
    return {kind: one for one, field in fields if field for kind in get_args(field.annotation)}


def _names(union: Any) -> str:
    return ", ".join(map(str, _kinds(union)))


def _keys(current: Any) -> str:
    """What may stand in a mapping of this type; nothing where its keys are the user's own."""
    if _is_union(current) and _kinds(current):
        return f"{KIND} ({_names(current)}) and the keys that belong to it"
    return ", ".join(getattr(current, "model_fields", {}))
