"""What a gate says of a text that does not pass."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """The gate's name (the drop reason), what it measured, and what it allows."""

    gate: str
    value: str = ""
    limit: str = ""
