"""Telling program text from prose in pages whose markup is gone."""

import re
import textwrap

_STRONG = re.compile(
    r"""^\s*(?:
        \$\s | >>> | %\s | \#\s?[a-z][\w-]*\s | //  | ' | REM\b
      | =\s*[A-Z][A-Z0-9.]*\(                        # a spreadsheet formula
      | [\w.\[\]"']+\s*(?:=|:=|\+=|-=)\s*\S          # an assignment
      | [\w.]+\(.*\)(?:\s+As\s+\w+)?$                # a call
      | [\w$]+\s?\(.*\bAs\s+\w+.*\)                  # a declared parameter
      | </?\w[^>]*>$
      | End\s(?:Sub|Function|If|Property|Type|Select|With)$ | (?:Else|Loop|Wend|Next\s\w+)$
      | (?:Sub|Function)\s+\w+\s*(?:\(.*)?$ | (?:Else)?If\s.*\bThen\b | Select\sCase\s
      | MsgBox\s
      | (?:Dim|Const|ReDim|Declare|Private|Public|Optional|Global|Static)\s\w
      | (?:def|class|import|from|return|elif|except|async|await|const|let|var|func|fn)\s.*[\w:;)]$
      | (?:SELECT|CREATE|INSERT|UPDATE|DELETE|ALTER|DROP|FROM|WHERE)\s.*\w
    ) | ^\s*\S*(?:\s+\S+){0,4}[;{}\\]\s*$ | \w\(\)$""",
    re.VERBOSE,
)
_PROSE = re.compile(r"\b(?:\w+[,;]?\s+){7}")
_INDENT = 4
MAX_LINE_CHARS = 300
"""Longer lines are taken for prose, and no pattern is let loose on them."""


def looks_like_code(lines: list[str]) -> bool:
    """Whether most lines of a block look like program text and few like sentences."""
    signs = [(_is_strong(line), _is_prose(line)) for line in lines]
    strong, prose = signs.count((True, False)), signs.count((False, True))
    if len(lines) == 1:
        return strong == 1
    indented = any(line.startswith(" " * _INDENT) for line in lines)
    share = strong / len(lines)
    return prose * 4 <= len(lines) and (share >= 0.5 or (indented and share >= 0.25))


def _is_strong(line: str) -> bool:
    return len(line) <= MAX_LINE_CHARS and bool(_STRONG.search(line))


def _is_prose(line: str) -> bool:
    if not line.rstrip().endswith((".", "!", "?")):
        return False
    return len(line) > MAX_LINE_CHARS or bool(_PROSE.search(line))


def fenced(text: str) -> str:
    """The code in a Markdown fence that is longer than any inside it."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{dedented(text)}\n{fence}"


def dedented(text: str) -> str:
    lines = textwrap.dedent(text.expandtabs(4)).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip("\n")
