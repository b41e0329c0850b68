"""Taking a model's text out of what it says around it, where that can be told apart for sure."""

import re
from collections.abc import Callable, Sequence
from typing import Literal

VERSION = "1"

ParserName = Literal["unwrap_fence", "strip_preamble", "strip_closing"]

_WRAPPED = re.compile(r"\s*```(?:markdown|md|text)\s*\n(?P<inside>.*)\n```\s*", re.DOTALL)
PREAMBLE = re.compile(
    r"""\s*(?:
        sure | certainly | of\s+course | okay | ok | absolutely | here(?:'s|’s|\s+is|\s+are)
      | claro | por\s+supuesto | aquí\s+(?:tienes|está) | aqui\s+está | por\s+cierto
      | és\s+clar | aquí\s+(?:teniu|tens) | bien\s+sûr | voici
      | natürlich | gerne | hier\s+(?:ist|sind) | certo | certamente | ecco
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
_CLOSING = re.compile(
    r"\n+(?:---\s*\n+)?(?:(?:i\s+)?hope\s+this\s+helps|let\s+me\s+know\s+if|"
    r"(?:please\s+)?feel\s+free\s+to\s+(?:ask|let)|is\s+there\s+anything\s+else)[^\n]*\s*$",
    re.IGNORECASE,
)


def parse(names: Sequence[ParserName], text: str) -> str:
    """The text after the named parsers, in order; stripped."""
    text = text.strip()
    for name in names:
        text = _PARSERS[name](text).strip()
    return text


def _unwrap_fence(text: str) -> str:
    """A whole answer inside one fence that says it is Markdown."""
    found = _WRAPPED.fullmatch(text)
    return found["inside"] if found and "```" not in found["inside"] else text


def _strip_preamble(text: str) -> str:
    """A first line such as "Here is the table:"; one that goes on with content stays, for the
    gate to drop."""
    first, _, rest = text.partition("\n")
    is_preamble = PREAMBLE.match(first) and first.rstrip(" *").endswith((":", "!"))
    return rest if is_preamble and rest.strip() else text


def _strip_closing(text: str) -> str:
    return _CLOSING.sub("", text)


_PARSERS: dict[ParserName, Callable[[str], str]] = {
    "unwrap_fence": _unwrap_fence,
    "strip_preamble": _strip_preamble,
    "strip_closing": _strip_closing,
}
