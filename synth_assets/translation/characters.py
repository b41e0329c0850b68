"""Characters that a model cannot read: replaced by one that it can, or kept away from it.

A vocabulary without a character loses it in silence. So every character is asked about once, of
the tokenizer alone. An unknown one becomes its typographic plain form or its compatibility form
(NFKC) when the model knows that; invisible ones go; all of this is counted. What is left is
protected like code (see `protect`) and comes back as it was.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

PLAIN = {
    **dict.fromkeys("‘’‚‛′ʼ´`", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("‹", "<"),
    **dict.fromkeys("›", ">"),
    **dict.fromkeys("⁄∕÷", "/"),
    **dict.fromkeys("×✕", "x"),
    **dict.fromkeys("•‣◦▪·", "-"),
    **dict.fromkeys("…", "..."),
}
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


class Readable(Protocol):
    """What a model can read, and how much at once."""

    def knows(self, text: str) -> bool: ...

    def fits(self, text: str, max_tokens: int) -> bool: ...


class Vocabulary:
    """What a model can read, by its tokenizer."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._unknown = tokenizer.unk_token_id
        self._lengths: dict[str, int] = {}

    def knows(self, text: str) -> bool:
        """Whether nothing of the text is lost on the way in."""
        ids = self._tokenizer(text, add_special_tokens=False, verbose=False).input_ids
        return bool(ids) and self._unknown not in ids

    def fits(self, text: str, max_tokens: int) -> bool:
        """Whether the text has at most so many tokens, the end token among them."""
        # no tokenizer makes more tokens than bytes, but for the end and the leading space
        if len(text.encode()) + 2 <= max_tokens:
            return True
        return len(self._tokenizer(text, verbose=False).input_ids) <= max_tokens


class AnyText:
    """A served model, whose tokenizer is not here: language models read every character, and four
    bytes are about a token."""

    def knows(self, text: str) -> bool:
        return bool(text)

    def fits(self, text: str, max_tokens: int) -> bool:
        return len(text.encode()) <= 4 * max_tokens


@dataclass(frozen=True, slots=True)
class Mapped:
    """A text as the model can read it; what it still cannot is in `unknown`."""

    text: str
    n_mapped: int = 0
    unknown: frozenset[str] = frozenset()


@dataclass(slots=True)
class Characters:
    """Replaces by the profile's map always, and by the tables above what the model lacks."""

    vocabulary: Readable
    replace: Mapping[str, str]
    _verdicts: dict[str, str | None] = field(default_factory=dict)

    def apply(self, text: str) -> Mapped:
        for found, replacement in self.replace.items():
            text = text.replace(found, replacement) if len(found) > 1 else text
        made: list[str] = []
        unknown: set[str] = set()
        n_mapped = 0
        for character in text:
            readable = self._readable(character)
            if readable is None:
                unknown.add(character)
                readable = character
            n_mapped += readable != character
            made.append(readable)
        return Mapped("".join(made), n_mapped, frozenset(unknown))

    def _readable(self, character: str) -> str | None:
        """The character as the model can read it, or None."""
        if character not in self._verdicts:
            self._verdicts[character] = self._judge(character)
        return self._verdicts[character]

    def _judge(self, character: str) -> str | None:
        if character in self.replace:
            return self.replace[character]
        if character.isspace() or self.vocabulary.knows(character):
            return character
        normal = unicodedata.normalize("NFKC", character)
        candidates = [
            PLAIN.get(character, ""),
            normal,
            "".join(PLAIN.get(part, part) for part in normal),
        ]
        for candidate in candidates:
            if candidate.strip() and self.vocabulary.knows(candidate):
                return candidate
        return "" if unicodedata.category(character) in _INVISIBLE else None
