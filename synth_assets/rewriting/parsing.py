"""Taking a model's text out of what it says around it, where that can be told apart for sure."""

import re
from collections.abc import Callable, Sequence
from typing import Literal

from synth_assets.generation.gates.phrases import closing, preamble

VERSION = "3"

ParserName = Literal["strip_thinking", "unwrap_fence", "strip_preamble", "strip_closing"]

_THOUGHT = re.compile(
    r"(?:(?!<think).)*?</think(?:ing)?>|<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL
)
_WRAPPED = re.compile(r"\s*```(?:markdown|md|text)\s*\n(?P<inside>.*)\n```\s*", re.DOTALL)


def parse(names: Sequence[ParserName], text: str) -> str:
    """The text after the named parsers, in order; stripped."""
    text = text.strip()
    for name in names:
        text = _PARSERS[name](text).strip()
    return text


def _strip_thinking(text: str) -> str:
    """What a reasoning model thinks before it answers, in tags; the first one may stand in the
    chat template instead. A thought that never ends stays, for the gates to drop."""
    found = _THOUGHT.match(text)
    return text[found.end() :] if found else text


def _unwrap_fence(text: str) -> str:
    """A whole answer inside one fence that says it is Markdown."""
    found = _WRAPPED.fullmatch(text)
    return found["inside"] if found and "```" not in found["inside"] else text


def _strip_preamble(text: str) -> str:
    """A first line such as "Here is the table:"; one that goes on with content stays, for the
    gate to drop."""
    first, _, rest = text.partition("\n")
    is_preamble = preamble().match(first) and first.rstrip(" *").endswith((":", "!"))
    return rest if is_preamble and rest.strip() else text


def _strip_closing(text: str) -> str:
    return closing().sub("", text)


_PARSERS: dict[ParserName, Callable[[str], str]] = {
    "strip_thinking": _strip_thinking,
    "unwrap_fence": _unwrap_fence,
    "strip_preamble": _strip_preamble,
    "strip_closing": _strip_closing,
}
