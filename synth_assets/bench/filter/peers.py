"""datatrove's filters, by the same limits as ours."""

from collections.abc import Callable, Sequence
from typing import Any

import regex
from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)
from datatrove.utils.word_tokenizers import WordTokenizer

from synth_assets.bench.filter.work import MIN_SENTENCES

_UNSPACED = (
    r"[[\p{Han}\p{Hiragana}\p{Katakana}\u30FC\u3005\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]"
    r"&&\p{L}]"
)
_WORD = regex.compile(rf"{_UNSPACED}\p{{M}}*|[\w--{_UNSPACED}]+", regex.V1)
_SENTENCE_END = regex.compile(
    r"[.!?…]+(?:[\"'”’»)\]]|\[\d*\])*(?=\s|$)|[。！？｡؟۔।॥။៕።፧։՞]+", regex.V1
)

Judge = Callable[[str], bool]


class PlainWords(WordTokenizer):  # type: ignore[misc]  # datatrove has no types
    """Our words and sentences, by regular expression."""

    def word_tokenize(self, text: str) -> list[str]:
        return _WORD.findall(text)  # type: ignore[no-any-return]

    def span_tokenize(self, text: str) -> list[tuple[int, int]]:
        ends = [found.end() for found in _SENTENCE_END.finditer(text)]
        if not ends or text[ends[-1] :].strip():
            ends.append(len(text))
        return list(zip([0, *ends[:-1]], ends, strict=True))

    def sent_tokenize(self, text: str) -> list[str]:
        return [text[start:end] for start, end in self.span_tokenize(text)]


def make_judge(words: str, way: str) -> Judge:
    """Whether a text stays; `words` are of spacy or plain ones, `way` is chain or all."""
    language: Any = "eng" if words == "spacy" else PlainWords()
    filters: Sequence[Any] = [
        GopherRepetitionFilter(language=language),
        GopherQualityFilter(language=language),
        FineWebQualityFilter(language=language),
        C4QualityFilter(
            filter_no_terminal_punct=False, min_num_sentences=MIN_SENTENCES, language=language
        ),
    ]

    def passes(each: Any, document: Document) -> bool:
        try:
            return each.filter(document) is True
        except ZeroDivisionError:  # no words
            return False

    def judge(text: str) -> bool:
        document = Document(text=text, id="")
        if way == "chain":
            return all(passes(each, document) for each in filters)
        verdicts = [passes(each, document) for each in filters]
        return all(verdicts)

    return judge
