"""BM25 over a batch: ranks, negatives that stay behind, and a sample with a limit."""

import math
from collections import Counter
from collections.abc import Sequence

import pytest

from synth_assets.corpus.document import Document
from synth_assets.rewriting.recipe import Selection
from synth_assets.rewriting.retriever import TOO_CLOSE, Retriever
from synth_assets.text.terms import terms
from synth_assets_tests.corpora import document
from synth_assets_tests.rewriting.test_groups import Rows

TEXTS = (
    "the harbour keeps green boats and old nets",
    "the harbour keeps green boats in winter",
    "a harbour is no market and boats are no stalls",
    "the library keeps letters",
    "the market sells nets",
)
PAGES = [document(n, text) for n, text in enumerate(TEXTS)]


def retriever(pages: Sequence[Document] = PAGES, **limits: int) -> Retriever:
    return Retriever([Rows([list(pages)])], Selection(), passage_words=192, **limits)


def bm25(query: str, pages: Sequence[Document]) -> dict[str, float]:
    """Lucene's formula, written down once more; k1 = 1.5, b = 0.75."""
    said = [terms(one.text) for one in pages]
    mean = sum(map(len, said)) / len(said)
    scores = {}
    for one, words in zip(pages, said, strict=True):
        counts, score = Counter(words), 0.0
        for term in terms(query):
            df = sum(term in other for other in said)
            idf = math.log(1 + (len(said) - df + 0.5) / (df + 0.5))
            tf = counts[term]
            score += idf * tf / (tf + 1.5 * (0.25 + 0.75 * len(words) / mean))
        scores[one.doc_id] = score
    return scores


@pytest.mark.parametrize("query", ["green boats", "old nets", "letters of the library", "boats"])
@pytest.mark.parametrize("page", PAGES)
def test_rank_and_negatives_are_those_of_the_formula(query: str, page: Document):
    scores = bm25(query, PAGES)
    own = scores[page.doc_id]
    found = retriever().find(query, page.doc_id, 2)
    assert found.score == pytest.approx(own, abs=1e-4)
    assert found.rank == sum(score >= own - 1e-6 for score in scores.values())
    behind = [
        (-score, doc_id)
        for doc_id, score in scores.items()
        if 0 < score < TOO_CLOSE * own and doc_id != page.doc_id
    ]
    assert list(found.negatives) == [doc_id for _, doc_id in sorted(behind)][:2]


def test_a_query_without_a_shared_term_finds_nothing():
    found = retriever().find("zebra crossing", PAGES[0].doc_id, 3)
    assert (found.score, found.negatives, found.rank) == (0.0, (), len(PAGES))


def test_negatives_are_of_the_language_and_say_something_else():
    foreign = document(7, "boats boats of the north and more of it", "deu_Latn")
    copy = document(8, TEXTS[0])
    found = retriever([*PAGES, foreign, copy]).find("green boats old nets", PAGES[0].doc_id, 9)
    assert foreign.doc_id not in found.negatives and copy.doc_id not in found.negatives
    assert found.rank == 2 and found.negatives[0] == PAGES[1].doc_id


def test_the_index_is_a_sample_of_so_many_whatever_the_order():
    pages = [document(n, f"page number {n}") for n in range(50)]
    chosen = [
        {one.doc_id for one in pages if one in retriever(order, most_documents=20)}
        for order in (pages, pages[::-1])
    ]
    assert chosen[0] == chosen[1] and len(chosen[0]) == 20


def test_terms_of_scripts_without_spaces_are_pairs_of_characters():
    assert terms("The Straße, 中文字") == ["the", "strasse", "中文", "文字"]
    assert terms("中 and ภาษา") == ["中", "and", "ภา", "าษ", "ษา"]
