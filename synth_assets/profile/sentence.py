"""A pydantic validation error as one sentence: the key, the value, what is allowed."""

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from synth_assets.generation.address import HIDDEN
from synth_assets.profile import model


def explain(error: ValidationError, origin: str) -> str:
    """The first fault in full, and how many more there are."""
    faults = error.errors(include_url=False)
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{origin}: {_fault(faults[0])}{more}"


def _fault(fault: ErrorDetails) -> str:
    key = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"unknown key {key}; allowed here are {', '.join(_siblings(fault['loc']))}"
    if fault["type"] == "missing":
        return f"key {key} is missing"
    message = fault["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    if fault["type"] == HIDDEN:
        return f"{key} is not allowed: {message}"
    return f"{key} = {fault['input']!r} is not allowed: {message}"


def _siblings(location: tuple[int | str, ...]) -> list[str]:
    """Names allowed where an unknown key stood: walk the models along the location."""
    current: object = model.Profile
    for part in location[:-1]:
        fields = getattr(current, "model_fields", None)
        if fields is not None and part in fields:
            current = _model_in(fields[str(part)].annotation)
        # a mapping's key (recipe, language) or a union's tag leads into the same model
    names = list(getattr(current, "model_fields", {}))
    return names or ["the keys shown in the default profile"]


def _model_in(annotation: object) -> object:
    """The pydantic model inside an annotation such as dict[Name, RecipeProfile]."""
    if hasattr(annotation, "model_fields"):
        return annotation
    for inner in reversed(getattr(annotation, "__args__", ())):
        found = _model_in(inner)
        if hasattr(found, "model_fields"):
            return found
    return annotation
