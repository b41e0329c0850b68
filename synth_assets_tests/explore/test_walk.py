"""Everything explains back: documents to records of input files, packed tokens to documents."""

import gzip
from datetime import date
from pathlib import Path

import pytest

from synth_assets.bundled import SAMPLE
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Store
from synth_assets.explore.ask import Explorer
from synth_assets.explore.assemble import text_of
from synth_assets.explore.family import Member
from synth_assets.explore.index.look import Index
from synth_assets.explore.index.refresh import IndexFolder, refresh
from synth_assets.explore.tables import PACKED, Shelf
from synth_assets.home import Home
from synth_assets.ingest.plan import plan_batches
from synth_assets.line import build_line
from synth_assets.packing.tokenizer import load_tokenizer
from synth_assets.profile import Profile
from synth_assets_tests.explore.site import Site


def test_every_document_leads_to_a_record_and_every_token_to_a_document(
    made: Site, explorer: Explorer
) -> None:
    walked = walk(made.store, explorer)
    assert len(walked) > 30
    assert tokens_explained(made.store, made.profile, explorer, walked) > 5_000


@pytest.mark.drill
def test_the_whole_bundled_sample_explains_back(home: Home, profile: Profile) -> None:
    """Every recipe by rules, and the translation."""
    store = Store(profile.root)
    (batch,) = plan_batches(store, [SAMPLE], profile, date(2026, 1, 1)).batches
    for stage in build_line(profile):
        stage.run(StageRun(store, profile, batch.key, stage.code_version))
    refresh(Shelf(store), IndexFolder.of(store, home))
    explorer = Explorer.of(store, home)
    assert isinstance(explorer.finder, Index)
    walked = walk(store, explorer)
    assert len(walked) > 1_300
    assert tokens_explained(store, profile, explorer, walked) > 700_000


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
    met: dict[str, Member] = {}
    for page in {root for roots in ids.values() for root in roots}:
        family = explorer.family([page])
        assert_is_record(family.members[page])
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
    encoded: dict[str, list[int]] = {}
    explained = 0
    for batch in store.batches(PACKED):
        for number, row in enumerate(store.open(PACKED, batch).read().iter_rows(named=True)):
            ends = [0, *(span["end"] for span in row["spans"])]
            assert [span["start"] for span in row["spans"]] == ends[:-1]
            assert ends[-1] == row["n_tokens"] == len(row["input_ids"])
            for span in row["spans"]:
                member = members[span["doc_id"]]
                assert (batch, number) in [(one.batch, one.row) for one in member.spans]
                if member.doc_id not in encoded:
                    (ids,) = tokenizer.encode([text_of(explorer.shelf, member)])
                    encoded[member.doc_id] = [*ids.tolist(), tokenizer.eos_id]
                first, length = span["doc_start"], span["end"] - span["start"]
                own = encoded[member.doc_id][first : first + length]
                assert own == row["input_ids"][span["start"] : span["end"]]
                explained += length
    return explained
