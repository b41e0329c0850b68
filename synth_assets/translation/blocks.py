"""A document's text as fixed parts and prose, so that putting identical prose back gives the text
back byte for byte.

Fixed are line breaks, indentation, list and heading marks, quote marks, marks of admonitions, table
bars and rulers, fenced code, code indented by four spaces or a tab after a blank line, front
matter, display formulas, comments, and HTML elements that hold no prose. A line of text is one
stretch of prose: text that is wrapped in the middle of its sentences should be unwrapped before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text; prose is what may be translated."""

    text: str
    is_prose: bool = False


_BREAKS = r"\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
_LINE = re.compile(rf"[^{_BREAKS}]*(?:\r\n|[{_BREAKS}]|\Z)")
_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_BACKTICK_INLINE = re.compile(r"\s*`{3,}[^`\n]*`")
_INDENTED = re.compile(r"(?: {4}|\t)\s*\S")
_MARK = re.compile(
    r"""\s*(?:
        (?:\#{1,6}|>|[-*+•‣◦▪·–—]|:)(?=\s)            # heading, quote, bullet, definition
      | (?:\d{1,3}|[A-Za-z])[.)](?=\s)                 # list number
      | \[[ xX]\](?=\s)                                # task
      | \[\^[\w-]+\]:(?=\s)                            # footnote
      | (?:/{3,}|:{3,})(?:[ \t]*(?:\{[^{}\n]*\}|[\w-]+(?=[ \t]*(?:\||$))))?(?:[ \t]*\|)?(?=\s|\Z)
      | (?:!{3}|\?{3}\+?)[ \t]+[\w-]+(?:[ \t]+[\w-]+){0,2}(?=[ \t]*(?:"|$))   # admonitions
      | \.\.[ \t]+[\w:-]+::(?=\s|\Z)                   # directive
    )?\s*""",
    re.VERBOSE | re.MULTILINE,
)
_BAR = re.compile(r"(?P<code>(?<!`)(?P<ticks>`+)(?!`).*?[^`](?P=ticks)(?!`))|\s*(?<!\\)\|\s*")
_DEFINITION = re.compile(
    r" {0,3}\[[^\]^\n][^\]\n]*\]:[ \t]*<?[^\s<>]*[/#.][^\s<>]*>?(?:[ \t]+[\"'(][^\n]*[\"')])?\s*\Z"
)
"""Of a link: `[name]: address "title"`."""

_FRONT_MATTER = re.compile(r"(?P<mark>---|\+\+\+)[ \t]*\r?\n(?:.*\n)*?(?P=mark)[ \t]*(?:\r?\n|\Z)")
_KEY = re.compile(r"(?:---|\+\+\+)[ \t]*\r?\n\s*(?:#.*\n\s*)*[\w\"'-]+[ \t]*[:=]")
_FRONT_MATTER_CHARS = 20_000

_REGION = re.compile(
    r"""[ \t]*(?:
        (?P<formula>\$\$) | (?P<bracket>\\\[) | \\begin\{(?P<environment>\w+\*?)\}
      | (?P<comment><!--) | <(?P<element>math|pre|script|style|svg)\b
    )""",
    re.VERBOSE | re.IGNORECASE,
)


def cut(text: str) -> Iterator[Part]:
    """The parts of the text, in order; joined they are the text."""
    at = _front_matter(text)
    if at:
        yield Part(text[:at])
    yield from _Cutter(text, at).parts()


@dataclass(slots=True)
class _Cutter:
    """Walks the lines of a text. `unclosed` are the ends of regions that do not occur again."""

    text: str
    at: int
    fence: str = ""
    code_may_start: bool = True
    in_code: bool = False
    unclosed: set[str] = field(default_factory=set)

    def parts(self) -> Iterator[Part]:
        while self.at < len(self.text):
            if end := 0 if self.fence else self._region():
                yield Part(self.text[self.at : end])
                self.at, self.code_may_start = end, False
                continue
            line = _LINE.match(self.text, self.at)[0]  # type: ignore[index]
            self.at += len(line)
            yield from self._line(line)
            self.code_may_start = not line.strip()

    def _line(self, line: str) -> Iterator[Part]:
        mark = _FENCE.match(line)
        if self.fence:
            yield Part(line)
            if mark and _closes(line, self.fence):
                self.fence = ""
        elif mark and not _BACKTICK_INLINE.match(line):
            self.fence = mark[1]
            yield Part(line)
        elif _INDENTED.match(line) and self._may_be_code(line):
            self.in_code = True
            yield Part(line)
        else:
            self.in_code = self.in_code and not line.strip()
            yield from _prose(line)

    def _may_be_code(self, line: str) -> bool:
        """A deep list item is not code."""
        mark = _MARK.match(line)
        is_item = bool(mark and mark[0].strip())
        return self.in_code or (self.code_may_start and not is_item)

    def _region(self) -> int:
        """Where the formula, comment or element ends that begins in this line; 0 for none. One
        that never ends is no region."""
        found = _REGION.match(self.text, self.at)
        if found is None:
            return 0
        end = self._closing(found)
        if end in self.unclosed:
            return 0
        place = self.text.find(end, found.end())
        if place < 0:
            self.unclosed.add(end)
            return 0
        return place + len(end)

    def _closing(self, found: re.Match[str]) -> str:
        if found["environment"]:
            return rf"\end{{{found['environment']}}}"
        if found["element"]:
            return f"</{found['element']}>"
        return {"$$": "$$", "\\[": "\\]", "<!--": "-->"}[found[0].strip()]


def _front_matter(text: str) -> int:
    """Where the keys and values end that a page of a site generator may begin with."""
    if not _KEY.match(text):
        return 0
    found = _FRONT_MATTER.match(text, 0, _FRONT_MATTER_CHARS)
    return found.end() if found else 0


def _closes(line: str, fence: str) -> bool:
    mark = line.strip()
    return len(mark) >= len(fence) and set(mark) == {fence[0]}


def _prose(line: str) -> Iterator[Part]:
    if _DEFINITION.match(line):
        yield Part(line)
        return
    start = _after_marks(line)
    end = len(line.rstrip())
    if end <= start:
        yield Part(line)
        return
    if start:
        yield Part(line[:start])
    yield from _cells(line[start:end])
    if end < len(line):
        yield Part(line[end:])


def _after_marks(line: str) -> int:
    """Where the line's own words begin: marks may be nested, such as `> - `."""
    start = 0
    while mark := _MARK.match(line, start):
        if mark.end() == start:
            return start
        start = mark.end()
    return start


def _cells(text: str) -> Iterator[Part]:
    """A line with bars outside code is a table row; its cells are prose each."""
    start = 0
    for bar in _BAR.finditer(text):
        if bar["code"]:
            continue
        if bar.start() > start:
            yield Part(text[start : bar.start()], is_prose=True)
        yield Part(bar[0])
        start = bar.end()
    if start < len(text):
        yield Part(text[start:], is_prose=True)
