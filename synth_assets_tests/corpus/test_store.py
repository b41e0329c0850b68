"""Whole files or none, old version or new one, and inputs that do not balance are refused."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from synth_assets.corpus.footer import Law
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.store import Store
from synth_assets.errors import CorpusError
from synth_assets_tests.corpora import BATCH, document, frame, publish

TEXTS = [f"Document number {number} speaks of something." for number in range(10)]


def documents(texts=TEXTS):
    return [document(number, text) for number, text in enumerate(texts)]


def write(store: Store, kept, dropped=(), law=None):
    with store.write("filtered", BATCH, schema=DOCUMENT, code_version="1", inputs={}) as writer:
        writer.keep(frame(kept))
        if dropped:
            writer.drop(frame(dropped).with_columns(drop_reason=pl.lit("too_short")))
        writer.commit(law or Law("documents", {"read": 1}, {"kept": 1}))


def test_what_is_written_is_read_back(store: Store) -> None:
    corpus = publish(store, documents())
    assert corpus.read()["text"].to_list() == TEXTS
    assert corpus.footer.counts.kept.documents == 10
    assert corpus.footer.counts.kept.tokens == 50 + 10
    assert store.batches("filtered") == [BATCH]


def test_an_empty_batch_is_a_batch(store: Store) -> None:
    corpus = publish(store, [])
    assert corpus.read().height == 0
    assert corpus.dropped().height == 0


def test_two_writes_of_the_same_rows_are_the_same_bytes(tmp_path: Path) -> None:
    files = [Path(publish(Store(tmp_path / name), documents()).path).read_bytes() for name in "ab"]
    assert files[0] == files[1]


def test_dropped_rows_keep_the_whole_document(store: Store) -> None:
    write(store, documents()[:7], documents()[7:])
    corpus = store.open("filtered", BATCH)
    assert corpus.dropped()["text"].to_list() == TEXTS[7:]
    assert corpus.footer.counts.dropped["too_short"].documents == 3


def test_a_writer_that_fails_leaves_the_old_version_and_no_litter(store: Store) -> None:
    before = publish(store, documents()).data_version
    with (
        pytest.raises(RuntimeError),
        store.write("filtered", BATCH, schema=DOCUMENT, code_version="2", inputs={}) as writer,
    ):
        writer.keep(frame(documents()[:2]))
        raise RuntimeError("the stage broke")
    assert store.open("filtered", BATCH).data_version == before
    assert not list(Path(store.files.path(".staging")).iterdir())


def test_a_rewrite_replaces_its_sidecars(store: Store) -> None:
    write(store, documents()[:7], documents()[7:])
    write(store, documents()[:5], documents()[5:])
    folder = Path(store.files.path("dropped/filtered"))
    assert len(list(folder.iterdir())) == 1
    assert store.open("filtered", BATCH).dropped().height == 5


def test_batches_with_a_common_prefix_keep_their_sidecars(store: Store) -> None:
    for batch in (BATCH, f"{BATCH}.001", BATCH):
        publish(store, documents(), batch=batch)
    assert store.open("filtered", f"{BATCH}.001").dropped().height == 0


def test_an_input_that_does_not_balance_is_refused(store: Store) -> None:
    write(store, documents(), law=Law("documents", {"read": 11}, {"kept": 10}))
    with pytest.raises(CorpusError, match="11 read != 10 kept"):
        store.open("filtered", BATCH)
    assert store.open("filtered", BATCH, lawful=False).read().height == 10


def test_a_missing_batch_says_what_to_do(store: Store) -> None:
    with pytest.raises(CorpusError, match="materialize filtered for this batch first"):
        store.open("filtered", "1999-01-01")


def test_an_unknown_column_is_refused(store: Store) -> None:
    with (
        pytest.raises(CorpusError, match="unknown columns mood"),
        store.write("filtered", BATCH, schema=DOCUMENT, code_version="1", inputs={}) as writer,
    ):
        writer.keep(frame(documents()).with_columns(mood=pl.lit("good")))


def test_a_drop_without_a_reason_is_refused(store: Store) -> None:
    with (
        pytest.raises(CorpusError, match="without a reason"),
        store.write("filtered", BATCH, schema=DOCUMENT, code_version="1", inputs={}) as writer,
    ):
        writer.drop(frame(documents()))


def test_a_store_on_a_url(home: object) -> None:
    store = Store("memory://corpora")
    corpus = publish(store, documents())
    assert corpus.read()["text"].to_list() == TEXTS
    assert corpus.path == "memory://corpora/filtered/2026-01-01.parquet"
    assert store.batches("filtered") == [BATCH]


HOLD = """
import sys, time
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.store import Store
from synth_assets_tests.corpora import BATCH, document, frame
with Store(sys.argv[1]).write("filtered", BATCH, schema=DOCUMENT, code_version="1", inputs={}) as w:
    w.keep(frame([document(1, "half a corpus")]))
    print("holding", flush=True)
    time.sleep(60)
"""


def test_a_killed_writer_lets_go_of_the_lock_and_its_litter(store: Store) -> None:
    before = publish(store, documents()).data_version
    writer = subprocess.Popen(
        [sys.executable, "-c", HOLD, store.files.root],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert writer.stdout is not None
    writer.stdout.readline()
    with (
        pytest.raises(CorpusError, match="being written by another process"),
        store.files.lock(f"filtered/{BATCH}", timeout_s=0.1),
    ):
        raise AssertionError("the lock was free")
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert store.open("filtered", BATCH).data_version == before
    begun = time.monotonic()
    publish(store, documents()[:3])
    assert time.monotonic() - begun < 10
    assert store.open("filtered", BATCH).read().height == 3
    assert not list(Path(store.files.path(".staging")).iterdir())
