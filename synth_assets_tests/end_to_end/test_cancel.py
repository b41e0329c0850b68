"""Cancelling a run in the UI while it generates: quick, and nothing that was finished is lost."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from synth_assets.executor.gpu_lane import ask, connect
from synth_assets.executor.lane_address import LaneAddress
from synth_assets.executor.wire import LaneRequest
from synth_assets_tests.end_to_end.conftest import Site
from synth_assets_tests.end_to_end.dagster_ui import GraphQl
from synth_assets_tests.end_to_end.served import BATCH, served
from synth_assets_tests.end_to_end.waiting import wait_for

pytestmark = [pytest.mark.end_to_end, pytest.mark.drill]

CORPUS = "translated/cat_Latn"
LIMIT_S = 10.0


@dataclass
class LaneState:
    pid: int
    busy: bool


def lane_state(site: Site) -> LaneState | None:
    """What the lane says of itself; None when there is none."""
    line = connect(LaneAddress.of(site.home))
    reply = ask(line, LaneRequest("status")) if line else None
    return LaneState(reply.pid, reply.detail["busy"]) if reply else None


@pytest.fixture
def graphql(site: Site, tmp_path: Path) -> Iterator[GraphQl]:
    with served(site, tmp_path, 40) as asked:
        yield asked


def test_a_run_cancelled_in_the_ui_stops_soon_and_keeps_what_is_finished(
    graphql: GraphQl, site: Site
) -> None:
    run = graphql.launch_corpora(BATCH, "raw_web", "filtered", CORPUS)
    wait_for(lambda: len(site.journal_keys(CORPUS)) > 20, 420, "translation")
    before = lane_state(site)
    assert before is not None
    assert before.busy

    begun = time.monotonic()
    graphql.terminate(run)
    wait_for(lambda: not ((lane := lane_state(site)) and lane.busy), 20, "the end of the step")
    step_s = time.monotonic() - begun
    wait_for(lambda: graphql.status(run) == "CANCELED", 20, "the end of the run")
    print(
        f"the step ended {step_s:.1f} s after Terminate, the run {time.monotonic() - begun:.1f} s"
    )
    assert step_s < LIMIT_S

    stopped = site.journal_keys(CORPUS)
    assert len(stopped) == len(set(stopped)) > 20
    time.sleep(1.5)
    assert site.journal_keys(CORPUS) == stopped
    rerun = graphql.launch_corpora(BATCH, CORPUS)
    assert graphql.end_of(rerun, 300) == "SUCCESS"
    manifest = site.manifests()[CORPUS]
    assert manifest["lines"] == manifest["keys"] > len(stopped)
    folder = site.home.path / "corpora" / "journal" / CORPUS
    finished = pl.concat(pl.read_parquet(path) for path in folder.glob("*.parquet"))
    assert set(stopped) <= set(finished["key"])
