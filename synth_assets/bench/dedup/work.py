"""What the dedup cases do, and how what they drop compares with the truth."""

import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from synth_assets.bench.case import Done, Watch
from synth_assets.bench.dedup.peers import PEERS
from synth_assets.bench.dedup.scaling import bytes_per_document, carried_on
from synth_assets.dedup.plain import dedup_files
from synth_assets.errors import SynthAssetsError
from synth_assets.home import Home
from synth_assets.profile import load_profile

FILE = "bench/docs_50k.parquet"
QUICK_ROWS = 1_000
NIGHT = 0.05
"""Share of new documents on top of the largest growth."""


def source(quick: bool) -> pl.DataFrame:
    """The documents and their truth. Raises SynthAssetsError where there are none."""
    folder = os.environ.get("SYNTH_ASSETS_DATA")
    if folder is None or not (Path(folder) / FILE).exists():
        raise SynthAssetsError(f"set SYNTH_ASSETS_DATA to the folder that holds {FILE}")
    return pl.read_parquet(Path(folder) / FILE, n_rows=QUICK_ROWS if quick else None)


def files(who: str, quick: bool, watch: Watch) -> Done:
    """One program, files to files."""
    with TemporaryDirectory() as made:
        given, out = Path(made) / "in.parquet", Path(made) / "out.parquet"
        truth = source(quick)
        truth.select("doc_id", "text", "lang").write_parquet(given, row_group_size=5_000)
        truth = truth.drop("text")
        run = _ours if who == "ours" else PEERS[who]
        small = Path(made) / "warm.parquet"
        pl.read_parquet(given, n_rows=64).write_parquet(small)
        run([small], out)
        with watch:
            run([given], out)
        left = pl.read_parquet(out.with_suffix(".dropped.parquet")).drop("text")
        return Done(truth.height, quality(truth, left))


def _ours(
    sources: Sequence[Path], out: Path, against: Sequence[Path] = (), bands: Path | None = None
) -> None:
    settings = load_profile(home=Home.find()).dedup
    dedup_files(sources, out, settings, against=against, bands=bands)


def quality(truth: pl.DataFrame, left: pl.DataFrame) -> dict[str, float]:
    """Shares of the made near copies, by their similarity, of which one of a pair left, and of the
    dropped that have a near copy at all, and that were made from what they are said to duplicate
    (nan where nothing is said)."""
    gone = set(left["doc_id"])
    made = truth.filter(pl.col("duplicate_of").is_not_null())
    found = made.with_columns(hit=pl.col("doc_id").is_in(gone) | pl.col("duplicate_of").is_in(gone))
    high, low = pl.col("jaccard5") >= 0.9, pl.col("jaccard5").is_between(0.8, 0.9, closed="left")
    origin = truth.select("doc_id", origin=pl.coalesce("duplicate_of", "doc_id"))
    near = origin.filter(pl.col("origin").is_duplicated())["doc_id"]
    figures = {
        "found_90": _mean(found.filter(high)["hit"]),
        "found_80": _mean(found.filter(low)["hit"]),
        "dropped": float(left.height),
        "dropped_with_copy": _mean(left["doc_id"].is_in(near.implode())),
    }
    if "duplicate_of" in left.columns:
        pairs = left.select("doc_id", "duplicate_of").join(origin, on="doc_id")
        pairs = pairs.join(origin, left_on="duplicate_of", right_on="doc_id", suffix="_of")
        figures["precision"] = _mean(pairs["origin"] == pairs["origin_of"])
    return figures


def _mean(values: pl.Series) -> float:
    mean = values.cast(pl.Float64).mean()
    return float("nan") if mean is None else float(str(mean))


def grown(part: int, quick: bool, watch: Watch) -> Done:
    """`part` times as many documents."""
    with TemporaryDirectory() as made:
        given = _copies(Path(made), range(part), source(quick))
        _ours(given[:1], Path(made) / "warm.parquet")
        with watch:
            _ours(given, Path(made) / "out.parquet")
        return Done(part * source(quick).height)


def night(quick: bool, watch: Watch) -> Done:
    """New documents on top of eight times as many as there are, most of whose duplicates lie among
    those: the cost over that of judging everything at once."""
    with TemporaryDirectory() as made:
        folder, documents = Path(made), source(quick)
        seen = _copies(folder, range(8), documents.sample(fraction=1 - NIGHT, seed=1))
        rest = documents.join(
            pl.read_parquet(seen[0], columns=["first_id"]),
            left_on="doc_id",
            right_on="first_id",
            how="anti",
        )
        new = _copies(folder / "new", range(8), rest)
        bands = folder / "bands"
        _ours(seen, folder / "seen.parquet", bands=bands)
        whole = Watch()
        with whole:
            _ours([*seen, *new], folder / "whole.parquet")
        with watch:
            _ours(new, folder / "night.parquet", [bands], folder / "more")
        sizes = bytes_per_document(bands, 8 * (documents.height - rest.height))
        carried = carried_on(
            sizes["bands_bytes"],
            sizes["signature_bytes"],
            whole.cpu_s / (8 * documents.height),
            load_profile(home=Home.find()).dedup.bands + 1,
        )
        return Done(8 * rest.height, {"of_whole": watch.cpu_s / whole.cpu_s, **sizes, **carried})


def _copies(folder: Path, parts: range, documents: pl.DataFrame) -> list[Path]:
    """A file for each copy of the documents, every word of it marked with the copy's letter, so
    that a copy is near nothing but its own duplicates."""
    folder.mkdir(exist_ok=True)
    made = []
    for part in parts:
        mark = chr(ord("a") + part)
        path = folder / f"{mark}.parquet"
        documents.select(
            doc_id=pl.col("doc_id") + mark,
            first_id="doc_id",
            text=pl.col("text").str.replace_all(r"(\w+)", "${1}q" + mark),
        ).write_parquet(path, row_group_size=5_000)
        made.append(path)
    return made
