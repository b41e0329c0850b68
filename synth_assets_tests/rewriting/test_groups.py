"""Groups: of one language and licence, no larger than allowed, and steady where pages come and
go."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.corpus.document import Document
from synth_assets.rewriting.groups import Groups
from synth_assets.rewriting.recipe import Selection
from synth_assets_tests.corpora import document, frame


@dataclass
class Rows:
    """Documents in row groups; implements `passes.Documents`."""

    groups: list[list[Document]]
    reads: int = 0

    @property
    def n_documents(self) -> int:
        return sum(map(len, self.groups))

    def frames(self):
        for group in self.groups:
            self.reads += 1
            yield frame(group)


def pages(numbers: list[int]) -> list[Document]:
    return [
        document(
            n,
            f"page {n} " + "word " * (n % 7),
            ["eng_Latn", "cat_Latn"][n % 11 == 0],
            license=["MIT", None][n % 5 == 0],
        )
        for n in numbers
    ]


def groups(rows: Rows, size: int = 3, max_words: int = 6) -> Groups:
    return Groups([rows], Selection(min_words=3), size=size, max_words=max_words)


@settings(deadline=None)  # of a machine that does other work as well
@given(st.lists(st.integers(0, 300), max_size=24, unique=True), st.integers(1, 12))
def test_every_document_is_in_one_group_that_fits(numbers: list[int], cut: int):
    documents = pages(numbers)
    found = groups(Rows([documents[:cut], documents[cut:]]))
    seen: dict[str, list[str]] = {}
    for one in (one for one in documents if one.n_words >= 3):
        together = found.of(one)
        ids = seen[one.doc_id] = [member.doc_id for member in together]
        assert ids.count(one.doc_id) == 1 and len(ids) <= 3
        assert {(member.lang, member.license) for member in together} == {(one.lang, one.license)}
        assert len(ids) == 1 or all(member.n_words <= 6 for member in together)
    assert all(seen[member] == ids for ids in seen.values() for member in ids)


def test_a_page_that_goes_moves_its_neighbours_alone():
    documents = [document(n, f"page {n} of many") for n in range(400)]
    before = groups(Rows([documents]), size=2)
    after = groups(Rows([documents[:200] + documents[201:]]), size=2)
    pairs = [
        {
            one.doc_id: tuple(m.doc_id for m in g.of(one))
            for one in documents
            if one is not documents[200]
        }
        for g in (before, after)
    ]
    moved = sum(pairs[0][doc_id] != pairs[1][doc_id] for doc_id in pairs[0])
    assert 1 <= moved <= 40
    together = sum(len(one) == 2 for one in pairs[0].values())
    assert together > 0.85 * len(documents)


def test_in_the_order_of_the_corpus_every_row_group_is_read_once():
    documents = pages(list(range(60)))
    rows = Rows([documents[:20], documents[20:40], documents[40:]])
    found = groups(rows)
    taken = [one for one in documents if one.n_words >= 3]
    for one in taken:
        found.of(one)
    assert rows.reads == 3
    found.of(taken[0])  # the next pass begins anew
    assert rows.reads == 4
