"""The GPU lane's server and client over a real socket, with real processes and kills."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from synth_assets.corpus.stage import EXIT_HUNG
from synth_assets.executor import gpu_lane, lane_address
from synth_assets.executor.gpu_lane import GpuLane, answers, ask, connect, shut_down
from synth_assets.executor.lane_address import LaneAddress, code_identity
from synth_assets.executor.wire import LaneReply, LaneRequest, Line
from synth_assets.home import Home

SERVER = """
import sys, threading, time
from pathlib import Path
from synth_assets.executor import stopping
from synth_assets.executor.lane_address import LaneAddress
from synth_assets.executor.lane_server import LaneServer

stopping.ASKED_S, stopping.INTERRUPTED_S = 0.5, 0.5

unfit = []

def execute(arguments):
    kind, path, *_ = arguments.split("|")
    with open(path, "a") as log:
        log.write(f"begin {kind}\\n")
    if kind == "unfit":
        unfit.append(kind)
    if kind == "fail":
        raise ValueError("the step broke")
    if kind == "stuck":
        while True:
            try:
                time.sleep(60)
            except KeyboardInterrupt:
                pass
    if kind == "slow":
        time.sleep(60)
    if kind == "hang":
        threading.Timer(0.1, stopping.report_hang, ["the engine was silent for 0.1 s"]).start()
        time.sleep(60)
    if kind == "polite":
        stopping.STOP.wait(60)
    time.sleep(0.1)
    with open(path, "a") as log:
        log.write(f"end {kind}\\n")

address = LaneAddress(Path(sys.argv[1]))
server = LaneServer(
    address,
    idle_s=float(sys.argv[2]),
    execute=execute,
    identity=sys.argv[3],
    is_unfit=lambda: bool(unfit),
)
stopping.report_hang.goes_to(server.tell_hang)
server.serve()
"""
"""A lane whose steps are small scripts; it gives them less time to stop than a real one."""

SLOW_TO_TEST = """
import threading, time
from synth_assets.executor import lane_server

class SlowEvent(threading.Event):
    def is_set(self):
        value = super().is_set()
        if threading.current_thread() is threading.main_thread():
            time.sleep(0.5)
        return value

task = lane_server.Task
lane_server.Task = lambda *given: task(*given, cancelled=SlowEvent())
"""
"""Widens the gap between the test for a lost client and the step's begin."""


@pytest.fixture
def address(tmp_path: Path) -> LaneAddress:
    return LaneAddress(tmp_path)


def start(address: LaneAddress, script: str = SERVER, identity: str = "now") -> subprocess.Popen:
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(address.folder), "30", identity],
        start_new_session=True,
    )
    wait_for(lambda: connect(address))
    return process


@pytest.fixture
def server(address: LaneAddress) -> Iterator[subprocess.Popen[bytes]]:
    process = start(address)
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def home_lane(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    """A server under the test's home that runs the client's code."""
    LaneAddress.of(home).folder.mkdir(parents=True)
    process = start(LaneAddress.of(home), identity=code_identity())
    yield process
    process.kill()
    process.wait()


def wait_for(get, seconds: float = 20.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := get():
            return value
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


def step(address: LaneAddress, kind: str, identity: str = "now") -> tuple[Line, LaneReply | None]:
    line = connect(address)
    assert line is not None
    log = address.folder / "steps"
    return line, ask(line, LaneRequest("step", identity, f"{kind}|{log}"))


def end_of(line: Line) -> str | None:
    """The lane's last word on a step; None when it closed without one."""
    while (message := line.receive()) is not None:
        if message["kind"] != "begun":
            return str(message["kind"])
    return None


def steps(address: LaneAddress) -> list[str]:
    path = address.folder / "steps"
    return path.read_text().split("\n")[:-1] if path.exists() else []


def test_steps_run_one_at_a_time_in_one_process(address, server) -> None:
    asked = [step(address, "quick") for _ in range(3)]
    assert {reply.pid for _, reply in asked} == {server.pid}
    assert [end_of(line) for line, _ in asked] == ["done"] * 3
    assert steps(address) == ["begin quick", "end quick"] * 3


def test_a_failing_step_leaves_the_lane_alive(address, server) -> None:
    line, _ = step(address, "fail")
    assert end_of(line) == "failed"
    line, _ = step(address, "quick")
    assert end_of(line) == "done"


def test_a_client_that_goes_takes_its_step_along(address, server) -> None:
    line, _ = step(address, "slow")
    wait_for(lambda: steps(address) == ["begin slow"])
    line.close()
    begun = time.monotonic()
    line, _ = step(address, "quick")
    assert end_of(line) == "done"
    assert time.monotonic() - begun < 5
    assert "end slow" not in steps(address)


def test_a_step_that_waits_is_forgotten_with_its_client(address, server) -> None:
    first, _ = step(address, "slow")
    second, _ = step(address, "quick")
    wait_for(lambda: steps(address))
    second.close()
    time.sleep(0.2)
    first.close()
    third, _ = step(address, "quick")
    assert end_of(third) == "done"
    assert steps(address) == ["begin slow", "begin quick", "end quick"]


def test_a_step_that_does_not_stop_ends_the_lane(address, server) -> None:
    line, _ = step(address, "stuck")
    wait_for(lambda: steps(address))
    line.close()
    assert server.wait(timeout=10) == 70


def test_a_step_that_is_asked_to_stop_finishes_what_it_holds(address, server) -> None:
    line, _ = step(address, "polite")
    wait_for(lambda: steps(address))
    line.close()
    line, _ = step(address, "quick")
    assert end_of(line) == "done"
    assert steps(address) == ["begin polite", "end polite", "begin quick", "end quick"]


def test_a_hung_engine_ends_the_lane_with_its_sentence(address, server) -> None:
    line, _ = step(address, "hang")
    while (message := line.receive())["kind"] == "begun":
        pass
    assert message["kind"] == "hung"
    assert message["detail"] == {"error": "the engine was silent for 0.1 s"}
    assert server.wait(timeout=10) == EXIT_HUNG


def test_a_killed_lane_is_seen_at_once(address, server) -> None:
    line, _ = step(address, "slow")
    os.kill(server.pid, signal.SIGKILL)
    assert end_of(line) is None


def test_a_lane_of_old_code_says_so_and_ends(address, server) -> None:
    _, reply = step(address, "quick", identity="newer")
    assert reply is not None and reply.kind == "stale"
    assert server.wait(timeout=10) == 0
    assert connect(address) is None


def test_a_client_lost_as_its_step_begins_leaves_no_orphan(address) -> None:
    server = start(address, SLOW_TO_TEST + SERVER)
    try:
        line, _ = step(address, "slow")
        time.sleep(0.2)
        line.close()
        line, _ = step(address, "quick")
        line.connection.settimeout(10)
        assert end_of(line) == "done"
        assert "end slow" not in steps(address)
    finally:
        server.kill()
        server.wait()


def log_of(home: Home) -> Path:
    return LaneAddress.of(home).folder / "steps"


def test_shutdown_ends_an_idle_lane(home, home_lane) -> None:
    assert shut_down(home) == home_lane.pid
    assert home_lane.wait(timeout=10) == 0
    assert shut_down(home) is None


def test_shutdown_spares_the_step_of_another_process(home, home_lane) -> None:
    at_work, _ = step(LaneAddress.of(home), "slow", code_identity())
    wait_for(log_of(home).exists)
    assert shut_down(home) is None
    assert home_lane.poll() is None
    assert connect(LaneAddress.of(home)) is not None
    at_work.connection.setblocking(False)
    with pytest.raises(BlockingIOError):
        end_of(at_work)


def test_shutdown_waits_a_moment_for_another_process_to_be_gone(home, home_lane) -> None:
    at_work, _ = step(LaneAddress.of(home), "slow", code_identity())
    wait_for(log_of(home).exists)
    threading.Timer(0.5, at_work.close).start()
    assert shut_down(home) == home_lane.pid
    assert home_lane.wait(timeout=10) == 0


def test_shutdown_interrupts_the_own_step(home, home_lane) -> None:
    lane = GpuLane(home)
    lane.launch("mine", f"slow|{log_of(home)}")
    lane.launch("mine too", f"quick|{log_of(home)}")
    wait_for(log_of(home).exists)
    assert shut_down(home) == home_lane.pid
    assert home_lane.wait(timeout=10) == 0
    assert log_of(home).read_text() == "begin slow\n"


def test_a_step_that_ended_is_a_fault_only_at_the_second_check(home, home_lane) -> None:
    lane = GpuLane(home)
    for kind, fault in [("quick", "without reporting"), ("fail", "the step broke")]:
        log_of(home).unlink(missing_ok=True)
        lane.launch("mine", f"{kind}|{log_of(home)}")
        wait_for(log_of(home).exists)
        time.sleep(0.5)
        assert lane.fault("mine") is None
        assert fault in (lane.fault("mine") or "")


def test_a_killed_lane_is_a_fault_at_the_second_check(home, home_lane) -> None:
    lane = GpuLane(home)
    lane.launch("mine", f"slow|{log_of(home)}")
    wait_for(log_of(home).exists)
    home_lane.kill()
    home_lane.wait()
    assert lane.fault("mine") is None
    assert "process ended" in (lane.fault("mine") or "")


def test_a_step_that_waits_behind_a_hung_one_goes_to_the_next_lane(home, home_lane) -> None:
    lane = GpuLane(home)
    for kind in ("hang", "quick"):
        lane.launch(kind, f"{kind}|{log_of(home)}")
    assert home_lane.wait(timeout=10) == EXIT_HUNG
    assert lane.fault("hang") is None
    assert lane.fault("hang") == "the engine was silent for 0.1 s"
    assert lane.fault("quick") is None
    following = start(LaneAddress.of(home), identity=code_identity())
    try:
        wait_for(lambda: lane.fault("quick"))
        assert lane.fault("quick") == "the GPU lane finished it without reporting its end"
    finally:
        following.kill()
        following.wait()
    assert log_of(home).read_text() == "begin hang\nbegin quick\nend quick\n"


def test_a_step_that_waits_behind_one_that_broke_its_engine_goes_to_the_next_lane(
    home, home_lane
) -> None:
    lane = GpuLane(home)
    for kind in ("unfit", "quick"):
        lane.launch(kind, f"{kind}|{log_of(home)}")
    assert home_lane.wait(timeout=10) == 0
    assert lane.fault("quick") is None
    following = start(LaneAddress.of(home), identity=code_identity())
    try:
        wait_for(lambda: lane.fault("quick"))
    finally:
        following.kill()
        following.wait()
    assert log_of(home).read_text() == "begin unfit\nend unfit\nbegin quick\nend quick\n"


def test_code_that_is_compiled_in_the_middle_of_a_run_is_no_other_code() -> None:
    compiled = Path(lane_address.__file__).parent / "__pycache__" / "made_meanwhile.nbi"
    before = code_identity()
    compiled.parent.mkdir(exist_ok=True)
    compiled.touch()
    try:
        assert code_identity() == before
    finally:
        compiled.unlink()


def test_a_step_waits_for_a_lane_of_old_code_to_end_its_own(home, home_lane, monkeypatch) -> None:
    """However long that takes: what it is at work on was accepted first."""
    monkeypatch.setattr(gpu_lane, "START_S", 0.5)
    monkeypatch.setattr(gpu_lane, "LAUNCH_S", 0.2)
    lane = GpuLane(home)
    lane.launch("old", f"polite|{log_of(home)}")
    wait_for(log_of(home).exists)
    monkeypatch.setattr(gpu_lane, "code_identity", lambda: "newer")
    assert lane.launch("new", f"quick|{log_of(home)}") == "GPU lane, when it has started"
    for _ in range(10):
        time.sleep(0.1)
        assert lane.fault("new") is None
    lane.stop("old")
    assert home_lane.wait(timeout=10) == 0


def end_real_lane(home: Home) -> None:
    pid = wait_for(lambda: shut_down(home), 60)
    wait_for(lambda: connect(LaneAddress.of(home)) is None)
    assert pid


def test_a_client_starts_another_server_when_its_first_ends(home, monkeypatch) -> None:
    monkeypatch.setattr(gpu_lane, "LAUNCH_S", 0.2)
    address = LaneAddress.of(home)
    address.lock.mkdir(parents=True)  # a server that cannot take the lock ends
    lane = GpuLane(home)
    lane.launch("mine", "not a step")

    def started_twice() -> bool:
        assert lane.fault("mine") is None
        return address.log.read_text().count("Traceback") > 1

    wait_for(started_twice, 60)
    monkeypatch.setattr(gpu_lane, "START_S", 0.0)
    assert "no GPU lane started within 0 s" in (lane.fault("mine") or "")


def test_a_new_server_waits_for_the_lock_of_one_that_is_ending(home) -> None:
    address = LaneAddress.of(home)
    address.folder.mkdir(parents=True)
    with FileLock(address.lock):
        server = subprocess.Popen([sys.executable, "-m", "synth_assets.executor.lane_server"])
        with pytest.raises(subprocess.TimeoutExpired):
            server.wait(timeout=4)
    wait_for(lambda: connect(address), 60)
    end_real_lane(home)
    assert server.wait(timeout=20) == 0


def test_a_lane_can_start_before_its_first_step(home) -> None:
    GpuLane(home).warm_up()
    wait_for(lambda: answers(LaneAddress.of(home)), 60)
    end_real_lane(home)


def test_a_new_server_ends_at_once_beside_one_that_answers(home, home_lane) -> None:
    with FileLock(LaneAddress.of(home).lock):
        server = subprocess.Popen([sys.executable, "-m", "synth_assets.executor.lane_server"])
        assert server.wait(timeout=20) == 0


def test_an_idle_lane_lets_go(address) -> None:
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(address.folder), "0.3", "now"])
    assert process.wait(timeout=20) == 0


def test_a_long_home_still_has_a_socket(tmp_path: Path) -> None:
    deep = LaneAddress(tmp_path / ("x" * 120))
    assert len(os.fsencode(deep.socket)) < 100
