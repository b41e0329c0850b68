"""What a translation must not alter: code, addresses, identifiers, placeholders."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A protected stretch of a text."""

    start: int
    end: int
    text: str


_EXTENSIONS = (
    "bin|c|cc|cfg|class|conf|cpp|css|csv|db|deb|dll|doc|docx|exe|gif|go|gz|h|htm|html|ini|iso|jar|"
    "java|jpeg|jpg|js|json|jsonl|log|md|odb|odf|odg|odp|ods|odt|oxt|parquet|pdf|php|png|ppt|pptx|"
    "py|rb|rpm|rs|rst|rtf|sh|so|sql|svg|tar|toml|ts|tsv|txt|xcu|xhp|xls|xlsx|xml|yaml|yml|zip"
)
_ARGUMENTS = r"(?:[^()\n]|\([^()\n]*\))*"
_NAME = r"[A-Za-z]\w*"
_FEW = r"[^\n]{0,400}"
_BARE_ATTRIBUTES = (
    "allowfullscreen|async|autofocus|autoplay|checked|controls|defer|disabled|hidden|loop|muted|"
    r"novalidate|open|required|selected|data-[\w-]+"
)
_VALUE = r"""(?:"[^"\n]*"|'[^'\n]*'|[^\s"'<>=]+)"""
_PROTECTED = re.compile(
    rf"""
      (?<!`)(?P<ticks>`+)(?!`)[^\n]*?[^`\n](?P=ticks)(?!`)      # code span
    | (?<![\\$\w])\$(?:[A-Za-z]|(?=[^\s$])[^$\n]*[\\^_=+{{}}<>*]   # TeX
        [^$\n]*(?<=[^\s\\]))\$(?![\w$])
    | \\\({_FEW}?\\\) | \\\[{_FEW}?\\\]
    | \\(?:begin|cite\w*|end|eqref|includegraphics|label|ref|url)\*?(?:\[[^]\n]*\])?\{{[^{{}}\n]*\}}
    | <!--{_FEW}?-->                                           # comment
    | <(?:https?|ftp|mailto):[^<>\s]*>                         # address, and where a link points
    | \b(?:https?|ftp|file)://[^\s<>"”»]*[^\s<>"”».,;:!?)\]'’]
    | \bwww\.[^\s<>"”»]*[^\s<>"”».,;:!?)\]'’]
    | !?\[(?=[^][\n]*\][(\[]) | \[(?=!\[)
    | \]\((?:<[^<>\n]*>|[^\s()<>]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+{_VALUE})?\)(?:\{{[^{{}}\n]*\}})?
    | \]\[[^][\n]+\] | \[\^[\w-]+\] | \[![A-Z]+\]             # references, notes, alerts
    | \b[\w.+-]{{1,64}}@[\w-]{{1,64}}(?:\.[\w-]{{1,64}})+          # e-mail
    | </?[A-Za-z][\w:-]*                                        # markup
        (?:\s+(?:[\w:@.-]+\s?=\s?{_VALUE}|(?:{_BARE_ATTRIBUTES})\b))*\s?/?>
    | &(?:[A-Za-z]\w{{1,30}}|\#\w{{1,8}});
    | \$\{{[^{{}}\s]+\}}|\$\([\w-]+\)|\$[A-Za-z_]\w*               # variables
    | \{{%{_FEW}?%\}}\}}? | \{{\{{[%<]{_FEW}?[%>]\}}\}} | \{{[*\#][^{{}}\n]*[*\#]\}}   # templates
    | \{{:?\s*[.\#][^{{}}\n]*\}} | \{{:[^{{}}\n]*\}}                # attributes
    | \{{\{{\s?[\w.]+\s?\}}\}} | \{{[\w.]*(?:![ars])?(?::[^{{}}\s]{{0,20}})?\}}  # placeholders
    | %\{{\w+\}}|%\(\w+\)[sd]|%[A-Z][A-Z_]+\b|%\d+\b|%[+-]?\d*(?:\.\d+)?[sdif]\b
    | (?<![\w:]):[a-z][a-z0-9_+-]*:(?![\w:])                   # emoji by name
    | (?<![\w@/.])@[A-Za-z][\w-]*                             # somebody
    | (?<![\w-])--[A-Za-z][\w-]*(?:=[^\s,;)]+)?               # options
    | (?<![^\s"'(\[])-[a-zA-Z][\w-]*
    | (?<![^\s"'(\[“‘=:])(?:~|\.{{1,2}})?/(?:[\w.+-]+/)*[\w.+-]*\w/?  # paths
    | \b[A-Z]:\\[^\s"<>|,;]*
    | (?<![\w.-])[\w-]+(?:\.[\w-]+)*\.(?:{_EXTENSIONS})\b(?!\.\w)  # files
    | \{{?=?\b[A-Z][A-Z0-9]+(?:\.[A-Z0-9]+)*\({_ARGUMENTS}\)\}}?     # formulas
    | \b{_NAME}(?:\.{_NAME})+\({_ARGUMENTS}\)(?::\ ?\w+\Z)?  # calls
    | \b{_NAME}\((?![a-z]+\))[^\s()]*\)                # but not cell(s)
    | \A\s*>>>\s.*                                            # a prompt of an interpreter
    | \b(?:application|audio|font|image|text|video)/[\w.+-]*\w  # media types
    | \b[a-zA-Z]\w*(?:\.[a-zA-Z]\w*){{2,}}\b                    # dotted names
    | \b\w*[A-Za-z0-9]_\w*\b | \b_\w+\b                       # snake_case
    | \b[a-z]+(?:[A-Z][a-z0-9]*)+\b                           # camelCase
    """,
    re.VERBOSE,
)


def find_spans(text: str) -> list[Span]:
    """Protected spans in order, without overlap."""
    return [Span(found.start(), found.end(), found[0]) for found in _PROTECTED.finditer(text)]


def with_unknown(text: str, spans: Sequence[Span], unknown: Collection[str]) -> list[Span]:
    """The spans, and besides them every run of words that holds an unknown character: a model
    that cannot read `10^8` must not see half of it."""
    if not unknown:
        return list(spans)
    held = re.escape("".join(sorted(unknown)))
    word = rf"[^\s{held}]*[{held}]\S*"
    found = list(spans)
    start = 0
    for piece, span in zip(outside(text, spans), [*spans, None], strict=True):
        for run in re.finditer(rf"{word}(?:\s+{word})*", piece):
            left = len(run[0]) - len(run[0].lstrip(_AROUND.translate(_drop(unknown))))
            right = len(run[0].rstrip(_AROUND.translate(_drop(unknown))))
            found.append(
                Span(start + run.start() + left, start + run.start() + right, run[0][left:right])
            )
        start += len(piece) + (len(span.text) if span else 0)
    return sorted(found, key=lambda span: span.start)


_AROUND = ".,;:!?()[]{}\"'«»“”„"


def _drop(characters: Collection[str]) -> dict[int, None]:
    return {ord(character): None for character in characters}


def outside(text: str, spans: Sequence[Span]) -> list[str]:
    """The pieces around the spans, one more than there are spans."""
    starts = [0, *(span.end for span in spans)]
    ends = [*(span.start for span in spans), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def has_letters(text: str) -> bool:
    return any(character.isalpha() for character in text)
