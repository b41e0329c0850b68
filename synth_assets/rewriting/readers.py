"""Readers of answers that recipes share: each takes an answer apart, or raises ValueError with what
it wanted in words."""

import json
import re
from typing import Any

from synth_assets.rewriting.pairs import MARK, Pair

MIN_TURNS = 4

_ITEM = re.compile(r"^(?P<indent>[ \t]*)(?:[-*•+]|\d{1,3}[.)])[ \t]+(?P<text>\S.*)$")
_TAGGED = re.compile(
    r"<QUE>(?P<question>(?:(?!<QUE>|<ANS>|</END>).)*)"
    r"<ANS>(?P<answer>(?:(?!<QUE>|<ANS>|</END>).)*)</END>",
    re.DOTALL,
)
_SCORE = re.compile(r"[^\d\n]{0,20}([1-5])(?:\s*/\s*5)?[^\w\n]{0,3}")
_TURN = re.compile(
    r"^[\s>*_-]*(?P<speaker>[^\W\d_][^\n:：*_]{0,40})[*_]*[:：][\s*_]*(?P<said>\S.*)$"
)


def read_pairs(text: str) -> list[Pair]:
    """Questions and answers, each begun by a line that starts with `Q:` or `A:`, or with the words
    for them in a language that `pairs` knows; both may go on over several lines."""
    wanted = ValueError("questions and answers alone, in turn, begun by Q: and by A:")
    found: list[dict[str, list[str]]] = []
    part = ""
    for line in text.strip().splitlines():
        mark = MARK.match(line)
        if mark and mark["question"]:
            found.append({"question": [], "answer": []})
            part = "question"
        elif mark and found:
            part = "answer"
        elif not found:
            raise wanted
        found[-1][part].append(_unmarked(line, mark) if mark else line)
    pairs = [Pair(_block(one["question"]), _block(one["answer"])) for one in found]
    if not pairs or not all(pair.question and pair.answer for pair in pairs):
        raise wanted
    return pairs


def read_tagged_pairs(text: str) -> list[Pair]:
    """Questions and answers as the released instruction synthesizer writes them, `<QUE> question
    <ANS> answer </END>`; one that is broken, or has no end, is left out."""
    found = [Pair(one["question"].strip(), one["answer"].strip()) for one in _TAGGED.finditer(text)]
    pairs = [pair for pair in found if pair.question and pair.answer]
    if not pairs:
        raise ValueError("<QUE> a question <ANS> its answer </END>, at least once")
    return pairs


def read_task(text: str) -> Pair:
    """An instruction and its response, in two parts with `<|pipe|>` between them."""
    parts = [part.strip() for part in text.split("<|pipe|>")]
    if len(parts) != 2 or not all(parts):
        raise ValueError("an instruction, <|pipe|>, and its response")
    return Pair(*parts)


def read_object(text: str) -> dict[str, Any]:
    """A JSON object, with or without a fence around it."""
    try:
        found = json.loads(text[text.index("{") : text.rindex("}") + 1])
    except ValueError:
        raise ValueError("a JSON object") from None
    assert isinstance(found, dict)  # it begins and ends with braces
    return found


def read_line(text: str) -> str:
    """One line alone."""
    line = text.strip()
    if not line or "\n" in line:
        raise ValueError("one line")
    return line


def read_score(text: str) -> int:
    """A whole number from 1 to 5, with hardly a word around it."""
    found = _SCORE.fullmatch(text.strip())
    if found is None:
        raise ValueError("a whole number from 1 to 5, alone")
    return int(found[1])


def read_items(text: str) -> list[str]:
    """The items of a list with bullets or numbers; lines below an item go on with it."""
    wanted = ValueError("a list alone, every item begun by a hyphen or a number")
    items: list[list[str]] = []
    for line in filter(str.strip, text.splitlines()):
        item = _ITEM.match(line)
        if item and not (items and item["indent"]):
            items.append([item["text"]])
        elif items and line[0].isspace():
            items[-1].append(line)
        else:
            raise wanted
    if not items:
        raise wanted
    return ["\n".join(item).strip() for item in items]


def read_turns(text: str) -> list[tuple[str, str]]:
    """Speaker and first line of each turn of a conversation between two or more."""
    turns = [
        (found["speaker"].strip(), found["said"])
        for found in map(_TURN.match, text.splitlines())
        if found
    ]
    if len(turns) < MIN_TURNS or len({speaker for speaker, _ in turns}) < 2:
        raise ValueError(
            f"at least {MIN_TURNS} turns of two speakers, each begun by a name and a colon"
        )
    return turns


def _unmarked(line: str, mark: re.Match[str]) -> str:
    """The line without its mark, and without the end of bold type that began with it."""
    rest = line[mark.end() :].rstrip()
    opened = mark["bold"] and not (mark["closed"] or mark["closes"])
    return rest.removesuffix("**") if opened else rest


def _block(lines: list[str]) -> str:
    return "\n".join(lines).strip()
