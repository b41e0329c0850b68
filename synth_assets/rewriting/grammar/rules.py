"""What a rule of grammatical errors is: where it can strike in a line, and what it writes there."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

Write = Callable[[re.Match[str]], str | None]
"""What stands in the place of a match; None where the rule does not apply to it after all."""


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """`type` names what a corrector has to do, as ERRANT does (Bryant et al. 2017): M puts in what
    is missing, U takes out what is needless, R replaces. `rate` is the share of the places where
    the rule strikes that it is meant to strike at."""

    name: str
    type: str
    rate: float
    pattern: re.Pattern[str]
    write: Write

    def places(self, line: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and new text of every place."""
        for found in self.pattern.finditer(line):
            after = self.write(found)
            if after is not None and after != found[0]:
                yield found.start(), found.end(), after


def rule(name: str, type_: str, rate: float, pattern: str, write: Write | str) -> ErrorRule:
    """A rule by its pattern and what it writes: a template of `re.sub`, or a function."""
    made = write if callable(write) else _template(write)
    return ErrorRule(name, type_, rate, re.compile(pattern), made)


def swapped(name: str, type_: str, rate: float, words: Mapping[str, str]) -> ErrorRule:
    """A rule that puts words in the place of others; a capital at the front stays one."""
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))

    def write(found: re.Match[str]) -> str:
        after = words[found[0].lower()]
        return after[0].upper() + after[1:] if found[0][0].isupper() else after

    return ErrorRule(
        name, type_, rate, re.compile(rf"(?<![\w'’-])(?:{pattern})(?![\w'’-])", re.I), write
    )


def _template(text: str) -> Write:
    return lambda found: found.expand(text)
