"""The bundled sample: what it must hold, and that it can be built again to the byte."""

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from synth_assets.bundled import FOLDER, SAMPLE
from synth_assets.corpus.store import Store
from synth_assets.hashing import digest_files
from synth_assets.ingest import stage
from synth_assets.ingest.plan import plan_batches

ROOT = Path(__file__).resolve().parents[2]
WORDS = re.compile(r"\w+")


@pytest.fixture
def raw(store: Store, profile, make_run):
    report = plan_batches(store, [SAMPLE], profile, date(2026, 1, 1))
    assert (len(report.batches), report.unknown) == (1, [])
    stage.run(make_run("2026-01-01"))
    return store.open("raw_web", "2026-01-01")


def shingles(text):
    words = WORDS.findall(text.lower())
    return {tuple(words[n : n + 5]) for n in range(len(words) - 4)}


def test_it_is_small_and_says_where_it_comes_from():
    assert sum(path.stat().st_size for path in SAMPLE.iterdir()) <= 4_000_000
    notice = (SAMPLE / "NOTICE.md").read_text()
    for name in ("pages.warc.gz", "handbook.warc.gz", "extra.jsonl", "MPL-2.0", "CC0-1.0"):
        assert name in notice


def test_what_it_holds(raw):
    frame = raw.read()
    assert raw.footer.broken_laws == []
    dropped = {reason: tally.documents for reason, tally in raw.footer.counts.dropped.items()}
    assert dropped == {
        "damaged_record": 1,
        "empty_page": 1,
        "http_status": 1,
        "not_html": 1,
        "unknown_charset": 1,
    }
    is_page = pl.col("url").str.starts_with("https://help.libreoffice.org/7.4/")
    assert frame.filter(is_page)["url"].n_unique() >= 310
    languages = set(frame["lang_hint"].drop_nulls())
    assert {"ca", "de", "es", "eu", "fr", "gl", "en-US"} <= languages
    assert set(frame["license"]) == {"MPL-2.0", "CC0-1.0", "CC-BY-SA-3.0 OR GPL-2.0-or-later"}
    share_alike = frame.filter(pl.col("license").str.contains("SA"))
    assert share_alike["source"].struct.field("file").unique().to_list() == ["handbook.warc.gz"]
    assert share_alike.height == 12


def test_near_duplicates_and_recrawls(raw):
    frame = raw.read()
    texts = dict(frame.select("url", "text").iter_rows())
    edited = [url for url in texts if "/7.5/" in url]
    assert len(edited) == 10
    for url in edited:
        old, new = shingles(texts[url.replace("/7.5/", "/7.4/")]), shingles(texts[url])
        assert 0.8 < len(old & new) / len(old | new) < 1
    again = frame.group_by("url").agg(pl.len(), pl.col("content_hash").n_unique().alias("texts"))
    assert again.filter(pl.col("len") == 2)["texts"].to_list() == [1] * 5


def test_it_is_built_again_to_the_byte(data_dir, tmp_path):
    def digests():
        folders = (SAMPLE, FOLDER / "tokenizer")
        return [digest_files(folder.iterdir()) for folder in folders]

    before = digests()
    code = (
        "import runpy, sys, pathlib; sys.path.insert(0, 'deploy'); import make_sample;"
        f"make_sample.BUNDLED = pathlib.Path({str(tmp_path)!r}); make_sample.main()"
    )
    environment = os.environ | {"SYNTH_ASSETS_DATA": str(data_dir)}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=environment)
    built = [digest_files((tmp_path / name).iterdir()) for name in ("sample", "tokenizer")]
    assert built == before == digests()
