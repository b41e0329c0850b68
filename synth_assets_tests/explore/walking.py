"""A walk through a whole store: documents to records of input files, tokens to documents."""

import gzip
from pathlib import Path

from synth_assets.corpus.store import Store
from synth_assets.explore.ask import Explorer
from synth_assets.explore.family import Member
from synth_assets.explore.tables import PACKED
from synth_assets.packing.tokenizer import load_tokenizer
from synth_assets.profile import Profile

TEXTS = ["doc_id", "text"]
AT_ONCE = 100
"""Pages whose families are asked for together."""


def walk(store: Store, explorer: Explorer) -> dict[str, Member]:
    """Every document of every corpus, kept or dropped, met in the family of its web page."""
    shelf = explorer.shelf
    ids = {
        doc_id: roots
        for table in shelf.tables
        if table.holds_documents
        for _, frame in shelf.frames(table, ["doc_id", "root_ids"])
        for doc_id, roots in frame.iter_rows()
    }
    pages = sorted({root for roots in ids.values() for root in roots})
    met: dict[str, Member] = {}
    for first in range(0, len(pages), AT_ONCE):
        asked = pages[first : first + AT_ONCE]
        family = explorer.family(asked)
        for page in asked:
            assert_is_record(family.members[page])
        for member in family.members.values():
            assert member.fields["root_ids"] == ids[member.doc_id]
            assert set(ids[member.doc_id]) <= {page.doc_id for page in family.pages}
        met |= family.members
    assert met.keys() == ids.keys()
    return met


def assert_is_record(page: Member) -> None:
    """That the input file has a record where the page says it has."""
    assert page.is_page
    assert page.input_file is not None
    offset = page.fields["source"]["offset"]
    if "warc" in page.input_file:
        with Path(page.input_file).open("rb") as stream:
            stream.seek(offset)
            assert gzip.GzipFile(fileobj=stream).read(5) == b"WARC/"
    else:
        opened = gzip.open if page.input_file.endswith(".gz") else open
        with opened(page.input_file, "rb") as stream:
            assert 0 <= offset < sum(bool(line.strip()) for line in stream)


def tokens_explained(
    store: Store, profile: Profile, explorer: Explorer, members: dict[str, Member]
) -> int:
    """Tokens of all sequences, each compared with the tokens of the document it is said to be of;
    `packed` ends every document with one end-of-text token."""
    tokenizer = load_tokenizer(profile.packing.tokenizer)
    packed = {one.doc_id: one.places[0] for one in members.values() if one.spans}
    texts = [frame["text"][0] for _, frame in explorer.shelf.rows([*packed.values()], TEXTS)]
    encoded = {
        doc_id: [*ids.tolist(), tokenizer.eos_id]
        for doc_id, ids in zip(packed, tokenizer.encode(texts), strict=True)
    }
    explained = 0
    for batch in store.batches(PACKED):
        for number, row in enumerate(store.open(PACKED, batch).read().iter_rows(named=True)):
            ends = [0, *(span["end"] for span in row["spans"])]
            assert [span["start"] for span in row["spans"]] == ends[:-1]
            assert ends[-1] == row["n_tokens"] == len(row["input_ids"])
            for span in row["spans"]:
                member = members[span["doc_id"]]
                assert (batch, number) in [(one.batch, one.row) for one in member.spans]
                first, length = span["doc_start"], span["end"] - span["start"]
                own = encoded[member.doc_id][first : first + length]
                assert own == row["input_ids"][span["start"] : span["end"]]
                explained += length
    return explained
