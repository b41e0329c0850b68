"""What the dedup benchmark carries on to sizes that nobody measures."""

import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from synth_assets.bench.dedup import PEER_PYTHON, cases, work
from synth_assets.bench.dedup.scaling import bytes_per_document, carried_on
from synth_assets.dedup.index import BANDS, MINHASH


def test_bytes_are_those_of_the_files(tmp_path: Path) -> None:
    np.save(tmp_path / BANDS, np.zeros((15, 100), np.uint64))
    np.save(tmp_path / MINHASH, np.zeros((100, 112), np.uint32))
    sizes = bytes_per_document(tmp_path, 100)
    assert 120 < sizes["bands_bytes"] < 122
    assert 448 < sizes["signature_bytes"] < 450
    assert sizes["all_bytes"] == sizes["bands_bytes"] + sizes["signature_bytes"]


def test_a_night_never_reads_more_than_all_bands() -> None:
    large = carried_on(bands_bytes=120, signature_bytes=448, cpu_s=72e-6, n_bands=15)
    assert large["at_1e9_bands_gb"] == 120
    assert large["at_1e9_cpu_hours"] == 20
    assert large["at_1e9_night_reads_gb"] == 15e6 * 4096 / 1e9
    small = carried_on(bands_bytes=8, signature_bytes=32, cpu_s=72e-6, n_bands=15)
    assert small["at_1e9_night_reads_gb"] == 8
    assert small["spread_bands_from_documents"] == 16e9


def test_text_dedup_is_a_case_where_its_python_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PEER_PYTHON, raising=False)
    assert "files/text-dedup" not in {case.name for case in cases(quick=True)}
    monkeypatch.setenv(PEER_PYTHON, sys.executable)
    (case,) = [case for case in cases(quick=True) if case.name == "files/text-dedup"]
    assert case.children, "it works in a process of its own"


def test_what_was_dropped_is_compared_with_the_truth() -> None:
    truth = pl.DataFrame(
        {
            "doc_id": ["a", "copy of a", "b", "copy of b", "c"],
            "duplicate_of": [None, "a", None, "b", None],
            "jaccard5": [None, 0.95, None, 0.85, None],
        }
    )
    left = pl.DataFrame({"doc_id": ["copy of a", "c"], "duplicate_of": ["a", "b"]})
    figures = work.quality(truth, left)
    assert (figures["found_90"], figures["found_80"]) == (1.0, 0.0)
    assert (figures["dropped_with_copy"], figures["precision"]) == (0.5, 0.5)
