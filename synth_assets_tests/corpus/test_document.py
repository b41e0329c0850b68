"""Ids are stable and tell things apart; a document survives the way through a table."""

from hypothesis import given
from hypothesis import strategies as st

from synth_assets.corpus.document import Document, content_hash, made_id, measure, raw_id
from synth_assets_tests.corpora import document, frame

texts = st.text(max_size=200)


def test_ids_are_pinned() -> None:
    """They lie in published corpora: a change here breaks every lineage."""
    assert raw_id("0" * 32, 12) == "c4d66056b12311d3e5f6c5d7cce92de1"
    assert made_id(["a", "b"], "v1", ["k"], 0) == "9363a389835557de9ce2a89f0d59fcdc"


@given(st.tuples(texts, st.integers(0, 10**12)), st.tuples(texts, st.integers(0, 10**12)))
def test_ids_differ_when_anything_differs(one: tuple[str, int], other: tuple[str, int]) -> None:
    assert (raw_id(*one) == raw_id(*other)) == (one == other)


@given(texts)
def test_content_hash_ignores_case_and_spacing(text: str) -> None:
    assert content_hash(text) == content_hash(f"  {text}\n\n")
    assert content_hash("Ab c") == content_hash("aB   C")


@given(texts)
def test_a_document_survives_a_table(text: str) -> None:
    item = document(1, text)
    (row,) = frame([item]).iter_rows(named=True)
    assert Document.from_row(row) == item


def test_a_child_knows_its_parent() -> None:
    parent = document(1, "The parent speaks.", title="A title")
    child = parent.child("The child.", row_version="v", generation_keys=["k1"], kind="rewritten")
    assert child.parent_ids == [parent.doc_id]
    assert child.root_ids == [parent.doc_id]
    assert child.title == "A title"
    assert child.doc_id != parent.doc_id
    measure([child], lambda texts: [7 for _ in texts])
    assert (child.n_chars, child.n_words, child.n_tokens) == (10, 2, 7)


def test_what_a_corpus_has_beside_is_read_and_goes_no_further():
    item = Document(doc_id="a", text="one", attributes={"quality_tier": "high"})
    assert "attributes" not in item.to_row()
    read = Document.from_row(item.to_row() | {"quality_tier": "high"})
    assert read.attributes == {"quality_tier": "high"} and read == item
    child = read.child("two", row_version="1", generation_keys=[])
    assert child.attributes == {} and read.attributes == {"quality_tier": "high"}
