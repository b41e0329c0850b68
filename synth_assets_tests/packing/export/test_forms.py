"""Every form, read back by the software it is for."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import orjson
import polars as pl
import pytest

from synth_assets.errors import InputError
from synth_assets.packing.documents import Documents
from synth_assets.packing.export import FORMS, Target, export_rows
from synth_assets.packing.plan import plan
from synth_assets.packing.sequences import Gatherer, position_ids

CAPACITY = 64
EOS = 0
NARROW, WIDE = 50_000, 150_000


def documents(vocab_size: int) -> Documents:
    draw = np.random.default_rng(3)
    lengths = draw.integers(1, 3 * CAPACITY, 60)
    table = pl.DataFrame(
        {
            "doc_id": [f"{number:032x}" for number in range(len(lengths))],
            "offset": np.cumsum(lengths) - lengths,
            "n_tokens": lengths,
        }
    )
    return Documents(table, draw.integers(1, vocab_size, lengths.sum(), dtype=np.int32))


def packed(vocab_size: int = NARROW) -> pl.DataFrame:
    made = documents(vocab_size)
    lengths = made.table["n_tokens"].to_numpy()
    frames = Gatherer(made.table, [made.tokens], label="test").frames(plan(lengths, CAPACITY))
    return pl.concat(frames)


def export(form: str, rows: pl.DataFrame, folder: Path, vocab_size: int = NARROW) -> int:
    target = Target(CAPACITY, EOS, vocab_size, shard_tokens=20 * CAPACITY)
    return export_rows(form, rows.iter_slices(7), folder, target)


def rectangle(rows: pl.DataFrame) -> list[list[int]]:
    """Tokens of each row up to the capacity."""
    return [ids + [EOS] * (CAPACITY - len(ids)) for ids in rows["input_ids"].to_list()]


def test_datasets_reads_parquet(tmp_path: Path) -> None:
    from datasets import load_dataset

    rows = packed()
    count = export("parquet", rows, tmp_path)
    assert count == -(-rows.height // 20) == len(list(tmp_path.iterdir()))
    files = str(tmp_path / "*.parquet")
    found = load_dataset("parquet", data_files=files, cache_dir=str(tmp_path / "c"), split="train")
    assert found["input_ids"][:] == rows["input_ids"].to_list()
    assert found["cu_seqlens"][:] == rows["cu_seqlens"].to_list()
    assert found["spans"][3] == rows["spans"].to_list()[3]


@pytest.mark.parametrize("vocab_size", [NARROW, WIDE])
def test_megatron_reads_its_index(tmp_path: Path, vocab_size: int) -> None:
    indexed = pytest.importorskip("megatron.core.datasets.indexed_dataset")
    rows = packed(vocab_size)
    count = export("megatron", rows, tmp_path, vocab_size)
    assert count > 1
    found = []
    for number in range(count):
        shard = indexed.IndexedDataset(str(tmp_path / f"{number:05d}"))
        assert shard.document_indices.tolist() == list(range(len(shard) + 1))
        assert set(shard.sequence_lengths.tolist()) == {CAPACITY}
        found += [shard[row].tolist() for row in range(len(shard))]
    assert found == rectangle(rows)


@pytest.mark.parametrize("vocab_size", [NARROW, WIDE])
def test_numpy_loads_npy_memory_mapped(tmp_path: Path, vocab_size: int) -> None:
    rows = packed(vocab_size)
    export("npy", rows, tmp_path, vocab_size)
    shards = [np.load(path, mmap_mode="r") for path in sorted(tmp_path.glob("*.npy"))]
    assert {shard.dtype.itemsize for shard in shards} == {2 if vocab_size == NARROW else 4}
    assert np.concatenate(shards).tolist() == rectangle(rows)


def test_memmap_is_tokens_and_nothing_else(tmp_path: Path) -> None:
    rows = packed()
    export("memmap", rows, tmp_path)
    tokens = [np.memmap(path, dtype="<u2") for path in sorted(tmp_path.glob("*.bin"))]
    assert np.concatenate(tokens).reshape(-1, CAPACITY).tolist() == rectangle(rows)


@pytest.mark.parametrize("form", ["megatron", "npy", "memmap"])
def test_rows_beside_the_tokens_keep_spans_and_true_lengths(tmp_path: Path, form: str) -> None:
    rows = packed().with_columns(epoch=pl.lit(1))
    export(form, rows, tmp_path)
    beside = pl.concat(pl.read_parquet(path) for path in sorted(tmp_path.glob("*.rows.parquet")))
    assert beside.equals(rows.drop("input_ids"))


def read_mds(folder: Path) -> list[dict]:
    """By MDS's published layout, without the library."""
    found = []
    for about in orjson.loads((folder / "index.json").read_bytes())["shards"]:
        data = (folder / about["raw_data"]["basename"]).read_bytes()
        assert len(data) == about["raw_data"]["bytes"]
        count = int(np.frombuffer(data, "<u4", 1)[0])
        assert count == about["samples"]
        offsets = np.frombuffer(data, "<u4", count + 1, 4).tolist()
        for begin, end in pairwise(offsets):
            names = about["column_names"]
            at = begin + 4 * len(names)
            row = {}
            for name, encoding, size in zip(
                names,
                about["column_encodings"],
                np.frombuffer(data, "<u4", len(names), begin).tolist(),
                strict=True,
            ):
                part = data[at : at + size]
                at += size
                if encoding == "ndarray:int32":
                    assert part[0] == (1 << 2 | 2)
                    row[name] = np.frombuffer(part, "<i4", offset=5).tolist()
                    assert int(np.frombuffer(part, "<u4", 1, 1)[0]) == len(row[name])
                else:
                    row[name] = part.decode() if encoding == "str" else orjson.loads(part)
            assert at == end
            found.append(row)
    return found


def test_mds_holds_every_column(tmp_path: Path) -> None:
    rows = packed()
    assert export("mds", rows, tmp_path) > 1
    assert read_mds(tmp_path) == rows.select(sorted(rows.columns)).to_dicts()


def test_streaming_reads_mds(tmp_path: Path) -> None:
    streaming = pytest.importorskip("streaming", reason="mosaicml-streaming is not installed")
    rows = packed()
    export("mds", rows, tmp_path / "mds")
    found = streaming.StreamingDataset(local=str(tmp_path / "mds"), shuffle=False, batch_size=1)
    assert [sample["input_ids"].tolist() for sample in found] == rows["input_ids"].to_list()
    assert [sample["spans"] for sample in found] == rows["spans"].to_list()


@pytest.mark.parametrize("form", FORMS)
def test_two_exports_give_the_same_bytes_and_none_may_be_empty(tmp_path: Path, form: str) -> None:
    rows = packed()
    for name in ("a", "b"):
        export(form, rows, tmp_path / name)
    first = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}
    assert export(form, rows.clear(), tmp_path / "none") == 0


def test_an_unknown_form_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no export 'tfrecord'; there are parquet, mds"):
        export("tfrecord", packed(), tmp_path)


def test_positions_restart_at_every_boundary() -> None:
    assert position_ids([0, 3, 4, 6]).tolist() == [0, 1, 2, 0, 0, 1]
