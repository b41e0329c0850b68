"""The tokens beside packed: what they are, and that they are computed once."""

from pathlib import Path

import numpy as np
import pytest

from synth_assets.corpus.store import Store
from synth_assets.errors import CorpusError
from synth_assets.packing import stage
from synth_assets.packing.documents import DOCUMENTS, open_documents
from synth_assets.packing.framing import Framing
from synth_assets.packing.tokenizer import load_tokenizer
from synth_assets.profile import Profile
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.packing.corpora import small_tokenizer, with_packing, write_deduped

BATCH = "2026-01-01"
TEXTS = ["the quick brown fox", "", "naïve café: 東京", "short", "the lazy dog " * 40]


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> str:
    return small_tokenizer(tmp_path_factory.mktemp("tokenizer") / "bpe")


@pytest.fixture
def small(profile: Profile, tokenizer: str) -> Profile:
    return with_packing(profile, tokenizer, 32)


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Texts that were tokenized, as they are."""
    seen: list[str] = []
    original = Framing.encode

    def encode(self, doc_ids, texts):
        seen.extend(texts)
        return original(self, doc_ids, texts)

    monkeypatch.setattr(Framing, "encode", encode)
    return seen


def test_the_table_finds_every_documents_tokens(
    store: Store, small: Profile, tokenizer: str, make_run: MakeRun
) -> None:
    write_deduped(store, BATCH, TEXTS, tokenizer)
    stage.run(make_run(profile=small))
    documents = open_documents(store, BATCH)
    assert dict(documents.table.schema) == DOCUMENTS
    assert documents.tokens.dtype == np.uint16
    reader = load_tokenizer(tokenizer)
    texts = [text for text in TEXTS if text]
    assert documents.table.height == len(texts)
    for row, text in enumerate(texts):
        *ids, last = documents.tokens_of(row).tolist()
        assert (reader.decode(ids), last) == (text, reader.eos_id)


def test_a_rerun_tokenizes_only_what_is_new(
    store: Store, small: Profile, tokenizer: str, make_run: MakeRun, encoded: list[str]
) -> None:
    write_deduped(store, BATCH, TEXTS, tokenizer)
    stage.run(make_run(profile=small))
    encoded.clear()
    changed = [*TEXTS[:2], "another text", *TEXTS[3:], "one more"]
    write_deduped(store, BATCH, changed, tokenizer)
    footer = stage.run(make_run(profile=small))
    assert [text for text in encoded if text] == ["another text", "one more"]
    assert not footer.broken_laws
    again = open_documents(store, BATCH).tokens.tobytes()
    path = Path(store.open("packed", BATCH).path)
    rows = path.read_bytes()
    path.unlink()
    stage.run(make_run(profile=small))
    assert (path.read_bytes(), open_documents(store, BATCH).tokens.tobytes()) == (rows, again)


def test_another_length_takes_the_tokens_over_and_another_framing_does_not(
    store: Store, small: Profile, tokenizer: str, make_run: MakeRun, encoded: list[str]
) -> None:
    write_deduped(store, BATCH, TEXTS, tokenizer)
    stage.run(make_run(profile=small))
    encoded.clear()
    stage.run(make_run(profile=with_packing(small, tokenizer, 64)))
    assert not any(encoded)
    packing = small.packing.model_copy(update={"eos": "start"})
    stage.run(make_run(profile=small.model_copy(update={"packing": packing})))
    assert [text for text in encoded if text] == [text for text in TEXTS if text]


def test_tokens_are_read_from_object_storage_too(
    small: Profile, tokenizer: str, make_run: MakeRun
) -> None:
    store = Store("memory://packed-tokens")
    write_deduped(store, BATCH, TEXTS, tokenizer)
    stage.run(make_run(profile=small, store=store))
    documents = open_documents(store, BATCH)
    reader = load_tokenizer(tokenizer)
    assert reader.decode(documents.tokens_of(0)[:-1]) == TEXTS[0]
    stage.run(make_run(profile=small, store=store))


def test_an_empty_batch_has_no_tokens(
    store: Store, small: Profile, tokenizer: str, make_run: MakeRun
) -> None:
    write_deduped(store, BATCH, [], tokenizer)
    stage.run(make_run(profile=small))
    documents = open_documents(store, BATCH)
    assert (documents.table.height, len(documents.tokens)) == (0, 0)


def test_a_batch_without_tokens_is_one_sentence(store: Store) -> None:
    with store.write("packed", BATCH, schema=stage.COLUMNS, code_version="1", inputs={}) as writer:
        writer.commit()
    with pytest.raises(CorpusError, match="kept no tokens; materialize packed for batch"):
        open_documents(store, BATCH)
