"""GPU steps, from the run worker's side: one connection to the lane server per step."""

import os
import socket
import subprocess
import sys
import time

from synth_assets.executor.lane_address import LaneAddress, code_identity
from synth_assets.executor.wire import LaneReply, LaneRequest, Line
from synth_assets.executor.workers import own_mark
from synth_assets.home import Home

START_S = 60.0
POLL_S = 0.1
BUSY_S = 2.0


class GpuLane:
    """Hands steps to the lane server of this machine and home; starts it when there is none."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._address = LaneAddress.of(home)
        self._lines: dict[str, Line] = {}
        self._ended: dict[str, str] = {}

    def launch(self, step: str, arguments: str) -> str:
        """Start a step, or queue it behind the one at work; returns where it runs."""
        self.stop(step)
        request = LaneRequest("step", code_identity(), arguments, own_mark())
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            line = self._connect()
            reply = ask(line, request) if line else None
            if line and reply and reply.kind == "accepted":
                line.connection.setblocking(False)
                self._lines[step] = line
                return f"GPU lane, process {reply.pid}"
            if line is None:
                self._start_server(deadline)
            else:
                line.close()
            time.sleep(POLL_S)
        raise TimeoutError(
            f"the GPU lane did not start within {START_S:.0f} s; its log is {self._address.log}"
        )

    def fault(self, step: str) -> str | None:
        """Why a step that has not reported its end never will; None while it may still.

        A step can report its end and leave the lane between the executor's look at the events
        and this check. So an end is a fault only at the check after the one that first saw it:
        the events have been read once more by then.
        """
        if (ended := self._ended.get(step)) is not None:
            return ended
        line = self._lines.get(step)
        if line is None:
            return "this run worker did not hand it to the GPU lane"
        if (ended := _end(line)) is not None:
            self.stop(step)
            self._ended[step] = ended
        return None

    def stop(self, step: str) -> None:
        """Closing the connection interrupts the step in the lane."""
        self._ended.pop(step, None)
        if (line := self._lines.pop(step, None)) is not None:
            line.close()

    def _connect(self) -> Line | None:
        return connect(self._address)

    def _start_server(self, deadline: float) -> None:
        """A server of its own session, so that it outlives this run; returns when there is one
        that answers, this one has ended, or the deadline is past. Of two that start at the same
        time the one without the lock ends as soon as the other answers."""
        self._address.folder.mkdir(parents=True, exist_ok=True)
        with self._address.log.open("ab") as log:
            server = subprocess.Popen(
                [sys.executable, "-m", "synth_assets.executor.lane_server"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=os.environ | {"SYNTH_ASSETS_HOME": str(self._home.path)},
            )
        while server.poll() is None and time.monotonic() < deadline:
            if answers(self._address):
                return
            time.sleep(POLL_S)


def _end(line: Line) -> str | None:
    """How the lane has left a step; None while it has not."""
    try:
        message = line.receive()
    except BlockingIOError:
        return None
    except OSError:
        message = None
    if message is None:
        return "the GPU lane's process ended in the middle of the step"
    reply = LaneReply(**message)
    if reply.kind == "done":
        return "the GPU lane finished it without reporting its end"
    return f"the GPU lane could not run it: {reply.detail.get('error', reply.kind)}"


def connect(address: LaneAddress) -> Line | None:
    """A connection to the lane server; None when there is none."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(str(address.socket))
    except (FileNotFoundError, ConnectionRefusedError):
        connection.close()
        return None
    return Line(connection)


def answers(address: LaneAddress) -> bool:
    """Whether a lane server listens."""
    line = connect(address)
    if line is None:
        return False
    line.close()
    return True


def ask(line: Line, request: LaneRequest) -> LaneReply | None:
    """Send a request and wait for the first reply; None when the lane closed instead."""
    try:
        line.send(request)
        message = line.receive()
    except (ConnectionError, BrokenPipeError):
        return None
    return LaneReply(**message) if message else None


def shut_down(home: Home) -> int | None:
    """Ask the lane server of a home to end, interrupting this process's own steps alone.

    Its process id when it ends; None where none runs, or it has steps of other processes. It may
    need a moment to notice that such a process is gone, so it is asked for 2 s.
    """
    deadline = time.monotonic() + BUSY_S
    while (line := connect(LaneAddress.of(home))) is not None:
        reply = ask(line, LaneRequest("shutdown", client=own_mark()))
        line.close()
        if reply is not None and reply.kind == "accepted":
            return reply.pid
        if time.monotonic() >= deadline:
            return None
        time.sleep(POLL_S)
    return None
