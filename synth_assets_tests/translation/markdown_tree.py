"""What a CommonMark parser of another hand says of a page: its structure, and its words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

LEFT, RIGHT = "\u27e6", "\u27e7"
"""Stand around every segment that was sent."""

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_CODE = ("fence", "code_block", "code_inline", "html_inline")
_TAG = re.compile(r"<[^<>]*>")

EXTENSION = re.compile(
    r"""
      [/:]{3,}[ ]?[\w-]*(?:[ ]\|)?  # admonition
    | \{\*.*?\*\} | \{%.*?%\} | \{\{%.*?%\}\} | \{[ ]?[#.][^{}]*\}
    | https?://[^\s()]+ | \b[\w-]+\.(?:js|md|py)\b
    """,
    re.VERBOSE,
)
"""What CommonMark takes for words and site generators do not; an address or the
name of a file is no words either."""


@dataclass
class Tree:
    """`nodes` are all but the words: kinds, code, tags, where links lead. `words` are the texts."""

    nodes: list[tuple[str, ...]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def unmarked(self) -> list[str]:
        """The words outside LEFT and RIGHT."""
        bare = EXTENSION.sub(" ", _outside("\n".join(self.words)))
        return [word for word in bare.split() if any(map(str.isalpha, word))]


def tree_of(text: str) -> Tree:
    tree = Tree()
    _walk(_PARSER.parse(text), tree)
    return tree


def _walk(tokens: Iterable[Token], tree: Tree) -> None:
    for token in tokens:
        if token.type == "text":
            tree.words.append(token.content)
        elif token.type == "html_block":
            tree.nodes.append((token.type, *_TAG.findall(token.content)))
        elif token.type != "inline":
            code = token.content if token.type in _CODE else ""
            links = [f"{name}={value}" for name, value in token.attrs.items() if name != "alt"]
            tree.nodes.append((token.type, token.markup, code, *sorted(links)))
        if token.children:
            _walk(token.children, tree)


def _outside(text: str) -> str:
    return re.sub(f"{LEFT}[^{RIGHT}]*{RIGHT}", " ", text)
