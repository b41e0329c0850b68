"""kill -9 in the middle of generation: nothing is lost, nothing is paid for twice."""

import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from synth_assets.executor.gpu_lane import ask, connect
from synth_assets.executor.lane_address import LaneAddress
from synth_assets.executor.wire import LaneRequest
from synth_assets_tests.end_to_end.conftest import Site, write_pages
from synth_assets_tests.end_to_end.served import free_port
from synth_assets_tests.end_to_end.waiting import wait_for

pytestmark = [pytest.mark.end_to_end, pytest.mark.drill]

CORPUS = "translated/cat_Latn"
PAGES = 20


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pages(tmp_path_factory.mktemp("data"), PAGES)


def lane_pid(site: Site) -> int:
    line = connect(LaneAddress.of(site.home))
    assert line is not None
    reply = ask(line, LaneRequest("status"))
    assert reply is not None
    return reply.pid


def wait_until_it_translates(site: Site) -> list[str]:
    return wait_for(
        lambda: keys if len(keys := site.journal_keys(CORPUS)) > 20 else None, 240, "translation"
    )


def test_a_run_worker_that_is_killed_stops_everything_and_a_rerun_goes_on(
    site: Site, data: Path
) -> None:
    worker = site.start("up", "--no-ui", "--data", str(data))
    wait_until_it_translates(site)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    wait_for(lambda: {p.pid for p in site.processes()} <= {lane_pid(site)}, 15, "end of children")
    stopped = wait_for(lambda: _standing_still(site), 15, "end of generation")
    assert len(stopped) == len(set(stopped))

    rerun = site.start("up", "--no-ui", "--data", str(data))
    wait_for(lambda: len(site.journal_keys(CORPUS)) > len(stopped), 240, "resumption")
    os.kill(lane_pid(site), signal.SIGKILL)
    output, _ = rerun.communicate(timeout=420)
    assert rerun.returncode == 0, output
    assert f"{CORPUS}: retried" in output.replace("__", "/")

    manifest = site.manifests()[CORPUS]
    assert manifest["lines"] == manifest["keys"] > len(stopped)
    (batch,) = site.store.batches("packed")
    assert not site.store.open(CORPUS, batch).footer.broken_laws
    assert site.store.open(CORPUS, batch).footer.counts.other["parents_with_children"] > 0
    assert not list(Path(site.store.files.path(".staging")).iterdir())


def _standing_still(site: Site) -> list[str] | None:
    before = site.journal_keys(CORPUS)
    time.sleep(1.5)
    return before if site.journal_keys(CORPUS) == before else None


def test_a_signal_ends_every_process(site: Site, tmp_path: Path) -> None:
    """Soon, too; how soon stands in RESULTS.md, since it follows the machine."""
    data, port = write_pages(tmp_path / "data", 3), free_port()
    started = site.start("up", "--data", str(data), "--port", str(port))
    assert started.stdout is not None
    for line in started.stdout:
        if "the UI is on" in line:
            break
    assert len(site.processes()) > 3
    started.send_signal(signal.SIGTERM)
    assert started.wait(timeout=30) == 0
    assert wait_for(lambda: not site.processes(), 30, "end of all processes")
    assert not psutil.pid_exists(started.pid)
