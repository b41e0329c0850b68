"""The same work with what others use."""

import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa

from synth_assets.bench.dedup import PEER_PYTHON
from synth_assets.errors import SynthAssetsError

NGRAM, BANDS, ROWS, SEED = 5, 14, 8, 1

WORD = re.compile(r"\w+")

Peer = Callable[[Sequence[Path], Path], None]


def shingles(text: str) -> list[str]:
    """The 5-grams of the lower-cased words, as a user of these libraries would make them."""
    words = WORD.findall(text.lower())
    if len(words) <= NGRAM:
        return [" ".join(words)]
    return list({" ".join(words[at : at + NGRAM]) for at in range(len(words) - NGRAM + 1)})


def _with_datasketch(paths: Sequence[Path], out: Path) -> None:
    from datasketch import MinHash, MinHashLSH

    documents = pl.concat(map(pl.read_parquet, paths))
    index = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
    sets = ([part.encode() for part in shingles(text)] for text in documents["text"])
    gone = []
    for number, sketch in enumerate(MinHash.generator(sets, num_perm=BANDS * ROWS, seed=SEED)):
        if index.query(sketch):
            gone.append(number)
        else:
            index.insert(number, sketch, check_duplication=False)
    _write(documents, gone, out)


def _with_rensa(paths: Sequence[Path], out: Path) -> None:
    from rensa import RMinHash, RMinHashLSH

    documents = pl.concat(map(pl.read_parquet, paths))
    index = RMinHashLSH(threshold=0.8, num_perm=BANDS * ROWS, num_bands=BANDS)
    sets = [shingles(text) for text in documents["text"]]
    sketches = RMinHash.from_token_sets(sets, num_perm=BANDS * ROWS, seed=SEED)
    gone = []
    for number, sketch in enumerate(sketches):
        if index.query(sketch):
            gone.append(number)
        else:
            index.insert(number, sketch)
    _write(documents, gone, out)


def _with_text_dedup(paths: Sequence[Path], out: Path) -> None:
    """Its command in an environment of its own, with its default hash; of a dropped document it
    keeps nothing, so its rows are written here."""
    made, cache = out.with_suffix(".made"), out.parent / "cache"
    files = ["--path", "parquet", "--split", "train", "--data_files", ",".join(map(str, paths))]
    shape = ["--ngram", NGRAM, "--num_perm", BANDS * ROWS, "--b", BANDS, "--r", ROWS]
    rest = ["--column", "text", "--min_length", 1, "--num_proc", 1, "--seed", SEED]
    places = ["--cache_dir", cache, "--output", made]
    done = subprocess.run(
        [os.environ[PEER_PYTHON], "-m", "text_dedup.minhash"]
        + [str(part) for part in (*files, *shape, *rest, *places)],
        env=os.environ | {"HF_HOME": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SynthAssetsError(
            f"text-dedup ended with code {done.returncode}: {done.stderr[-500:]}"
        )
    kept = pl.concat(_arrow(path) for path in sorted(made.glob("data-*.arrow")))["doc_id"]
    left = pl.scan_parquet(list(paths)).filter(~pl.col("doc_id").is_in(kept.implode()))
    left.sink_parquet(out.with_suffix(".dropped.parquet"))


def _arrow(path: Path) -> pl.DataFrame:
    with pa.memory_map(str(path)) as stream:
        frame = pl.from_arrow(pa.ipc.open_stream(stream).read_all().select(["doc_id"]))
    assert isinstance(frame, pl.DataFrame)
    return frame


def _write(documents: pl.DataFrame, gone: Sequence[int], out: Path) -> None:
    rows = documents.with_row_index("_row")
    left = pl.col("_row").is_in(list(gone))
    rows.filter(~left).drop("_row").write_parquet(out)
    rows.filter(left).drop("_row").write_parquet(out.with_suffix(".dropped.parquet"))


PEERS: Mapping[str, Peer] = {
    "datasketch": _with_datasketch,
    "rensa": _with_rensa,
    "text-dedup": _with_text_dedup,
}
