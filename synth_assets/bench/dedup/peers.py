"""The same work with what others use."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl

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


def _write(documents: pl.DataFrame, gone: Sequence[int], out: Path) -> None:
    rows = documents.with_row_index("_row")
    left = pl.col("_row").is_in(list(gone))
    rows.filter(~left).drop("_row").write_parquet(out)
    rows.filter(left).drop("_row").write_parquet(out.with_suffix(".dropped.parquet"))


PEERS: Mapping[str, Peer] = {"datasketch": _with_datasketch, "rensa": _with_rensa}
