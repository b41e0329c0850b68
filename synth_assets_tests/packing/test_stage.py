"""packed: what a trainer reads is exactly the documents, token by token."""

import json
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from synth_assets.corpus.document import Document
from synth_assets.corpus.footer import Footer
from synth_assets.corpus.store import Store
from synth_assets.errors import CancelledError, CorpusError, ProfileError
from synth_assets.packing import stage
from synth_assets.packing.tokenizer import load_tokenizer
from synth_assets.profile import Profile
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.packing.corpora import small_tokenizer, with_packing, write_deduped

BATCH = "2026-01-01"
LENGTH = 32
TEXTS = [
    "the quick brown fox",
    "pack my box with five dozen liquor jugs, " * 6,
    "",
    "naïve café: 東京 and the lazy dog",
    "short",
    "the text that spells <|endoftext|> stays text",
]


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> str:
    return small_tokenizer(tmp_path_factory.mktemp("tokenizer") / "bpe")


@pytest.fixture
def small(profile: Profile, tokenizer: str) -> Profile:
    return with_packing(profile, tokenizer, LENGTH)


@pytest.fixture
def packed(store: Store, small: Profile, tokenizer: str, make_run: MakeRun) -> Footer:
    write_deduped(store, BATCH, TEXTS, tokenizer)
    return stage.run(make_run(profile=small))


def test_torch_rebuilds_every_document_from_its_spans(
    packed: Footer, store: Store, tokenizer: str
) -> None:
    import torch

    table = pq.read_table(store.open("packed", BATCH).path)
    parts: dict[str, list[tuple[int, torch.Tensor]]] = {}
    for row in table.to_pylist():
        ids = torch.tensor(row["input_ids"], dtype=torch.int32)
        for span in row["spans"]:
            piece = ids[span["start"] : span["end"]]
            parts.setdefault(span["doc_id"], []).append((span["doc_start"], piece))
    reader = load_tokenizer(tokenizer)
    for number, text in enumerate(TEXTS):
        pieces = sorted(parts.get(f"{number:032x}", []), key=lambda part: part[0])
        if not text:
            assert not pieces
            continue
        tokens = torch.cat([piece for _, piece in pieces]).tolist()
        assert tokens[-1] == reader.eos_id
        assert tokens.count(reader.eos_id) == 1
        assert reader.decode(tokens[:-1]) == text


def test_sequences_fit_and_their_boundaries_agree(packed: Footer, store: Store) -> None:
    rows = store.open("packed", BATCH).read().to_dicts()
    assert len({row["seq_id"] for row in rows}) == len(rows) == packed.counts.other["sequences"]
    for row in rows:
        ends = [span["end"] for span in row["spans"]]
        assert len(row["input_ids"]) == row["n_tokens"] <= LENGTH
        assert row["n_tokens"] + row["n_pad"] == LENGTH
        assert row["cu_seqlens"] == [0, *ends]
        assert ends[-1] == row["n_tokens"]


def test_the_laws_hold_and_count_what_was_packed(packed: Footer, store: Store) -> None:
    assert not packed.broken_laws
    assert packed.counts.read.documents == len(TEXTS)
    assert packed.counts.dropped["no_tokens"].documents == 1
    assert packed.counts.other["documents"] == packed.counts.other["eos_tokens"] == len(TEXTS) - 1
    assert packed.counts.other["cut_documents"] == 2
    room = packed.counts.other["sequences"] * LENGTH
    assert packed.counts.other["utilisation_ppm"] == packed.counts.kept.tokens * 10**6 // room
    dropped = store.open("packed", BATCH).dropped()
    assert dropped["doc_id"].to_list() == [f"{2:032x}"]


def test_two_runs_give_the_same_bytes(
    packed: Footer, store: Store, small: Profile, make_run: MakeRun
) -> None:
    first = Path(store.open("packed", BATCH).path).read_bytes()
    stage.run(make_run(profile=small))
    assert Path(store.open("packed", BATCH).path).read_bytes() == first


def test_another_count_than_the_corpus_claims_breaks_the_law(
    store: Store, small: Profile, tokenizer: str, make_run: MakeRun
) -> None:
    write_deduped(store, BATCH, TEXTS, tokenizer, miscount=3)
    footer = stage.run(make_run(profile=small))
    assert [law.name for law in footer.broken_laws] == ["tokens"]
    with pytest.raises(CorpusError, match="does not balance"):
        store.open("packed", BATCH)


def test_an_empty_batch_packs_to_no_sequences(
    store: Store, small: Profile, tokenizer: str, make_run: MakeRun
) -> None:
    write_deduped(store, BATCH, [], tokenizer)
    footer = stage.run(make_run(profile=small))
    assert footer.counts.other["sequences"] == 0
    assert not footer.broken_laws
    assert store.open("packed", BATCH).read().schema == pl.Schema(stage.COLUMNS)


def test_a_length_below_two_is_refused(
    store: Store, profile: Profile, tokenizer: str, make_run: MakeRun
) -> None:
    write_deduped(store, BATCH, TEXTS, tokenizer)
    with pytest.raises(ProfileError, match="a sequence length of 1 is not allowed"):
        stage.run(make_run(profile=with_packing(profile, tokenizer, 1)))


def test_a_tokenizer_without_end_of_text_is_refused_and_leaves_nothing(
    store: Store, profile: Profile, tokenizer: str, tmp_path: Path, make_run: MakeRun
) -> None:
    write_deduped(store, BATCH, TEXTS, tokenizer)
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "tokenizer.json").write_bytes((Path(tokenizer) / "tokenizer.json").read_bytes())
    with pytest.raises(ProfileError, match="no end-of-text token"):
        stage.run(make_run(profile=with_packing(profile, str(bare), LENGTH)))
    assert not store.has("packed", BATCH)


def test_a_cancelled_run_publishes_nothing_and_leaves_no_tokens_behind(
    store: Store, small: Profile, tokenizer: str, make_run: MakeRun
) -> None:
    write_deduped(store, BATCH, TEXTS, tokenizer)
    with pytest.raises(CancelledError):
        stage.run(make_run(profile=small, cancelled=lambda: True))
    assert not store.has("packed", BATCH)
    assert not list((Path(store.files.root) / ".staging").iterdir())


def test_the_code_version_follows_the_tokenizers_files(
    profile: Profile, tokenizer: str, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in Path(tokenizer).iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    own = with_packing(profile, str(copy), LENGTH)
    before = stage.code_version(own)
    assert before != stage.code_version(with_packing(profile, str(copy), LENGTH * 2))
    (copy / "tokenizer_config.json").write_text(json.dumps({"eos_token": "a"}))
    assert stage.code_version(own) != before


def test_every_document_field_is_kept_with_a_dropped_document(packed: Footer, store: Store) -> None:
    row = store.open("packed", BATCH).dropped().to_dicts()[0]
    assert Document.from_row(row).doc_id == f"{2:032x}"
    assert row["drop_reason"] == "no_tokens"
