"""Questions with their answers, as text: how they are marked in the languages that we know."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

LETTERS = ("Q", "A")
LABELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "cat_Latn": ("Pregunta", "Resposta"),
        "deu_Latn": ("Frage", "Antwort"),
        "eng_Latn": ("Question", "Answer"),
        "fra_Latn": ("Question", "Réponse"),
        "ita_Latn": ("Domanda", "Risposta"),
        "por_Latn": ("Pergunta", "Resposta"),
        "spa_Latn": ("Pregunta", "Respuesta"),
        "swh_Latn": ("Swali", "Jibu"),
    }
)
"""What stands before a question and an answer; LETTERS in all other languages."""

_QUESTIONS, _ANSWERS = (
    "|".join(sorted(set(words))) for words in zip(LETTERS, *LABELS.values(), strict=True)
)
MARK = re.compile(
    r"[\s>#-]*(?P<bold>\*\*)?"
    rf"(?:(?P<question>{_QUESTIONS})|(?P<answer>{_ANSWERS}))\s*\d{{0,3}}"
    r"(?P<closed>\*\*)?\s*[:：](?(closed)|(?P<closes>\*\*)?)\s*",
    re.IGNORECASE,
)
"""Matches at the start of a line that begins a question or an answer."""


class Pair(NamedTuple):
    """One question with its answer."""

    question: str
    answer: str


def write_pairs(pairs: Sequence[Pair], lang: str) -> str:
    """The pairs below each other, marked in words of `lang`, with blank lines between them."""
    asked, said = LABELS.get(lang, LETTERS)
    return "\n\n".join(f"{asked}: {one.question}\n{said}: {one.answer}" for one in pairs)
