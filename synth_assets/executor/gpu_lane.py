"""GPU steps, from the run worker's side: one connection to the lane server per step."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field

from synth_assets.executor.lane_address import LaneAddress, code_identity
from synth_assets.executor.wire import LaneReply, LaneRequest, Line
from synth_assets.executor.workers import own_mark
from synth_assets.home import Home

START_S = 60.0
"""How long no lane may answer before that is a fault of the step."""
LAUNCH_S = 1.0
"""How long a launch keeps the run's executor waiting; after that, checks go on with it."""
ANSWER_S = 5.0
POLL_S = 0.1
BUSY_S = 2.0


@dataclass
class Handed:
    """A step on its way through the lane. `line` is there once a lane has accepted it, `begun`
    once its turn has come, `ended` once it will report nothing more. `silent_since` is when a
    lane was last seen."""

    arguments: str
    line: Line | None = None
    begun: bool = False
    ended: str | None = None
    silent_since: float = field(default_factory=time.monotonic)

    def close(self) -> None:
        if self.line is not None:
            self.line.close()
            self.line = None


class GpuLane:
    """Hands steps to the lane server of this machine and home; starts it when there is none."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._address = LaneAddress.of(home)
        self._handed: dict[str, Handed] = {}
        self._server: subprocess.Popen[bytes] | None = None

    def warm_up(self) -> None:
        """Start the server where none answers, so that it is ready when the first step comes."""
        if not answers(self._address):
            self._start_server()

    def launch(self, step: str, arguments: str) -> str:
        """Start a step, or queue it behind the one at work; returns where it runs. Where no lane
        accepts it at once, `fault` goes on trying."""
        self.stop(step)
        handed = self._handed[step] = Handed(arguments)
        deadline = time.monotonic() + LAUNCH_S
        while (pid := self._offer(handed)) is None and time.monotonic() < deadline:
            time.sleep(POLL_S)
        return "GPU lane, when it has started" if pid is None else f"GPU lane, process {pid}"

    def fault(self, step: str) -> str | None:
        """Why a step that has not reported its end never will; None while it may still.

        A step can report its end and leave the lane between the executor's look at the events
        and this check. So an end is a fault only at the check after the one that first saw it:
        the events have been read once more by then. A step that waits behind one that takes the
        lane's process along is no fault: it is handed to the next process.
        """
        handed = self._handed.get(step)
        if handed is None:
            return "this run worker did not hand it to the GPU lane"
        if handed.ended is not None:
            return handed.ended
        if handed.line is not None:
            self._listen(handed)
        elif self._offer(handed) is None and time.monotonic() > handed.silent_since + START_S:
            return f"no GPU lane started within {START_S:.0f} s; its log is {self._address.log}"
        return None

    def stop(self, step: str) -> None:
        """Closing the connection stops the step in the lane."""
        if (handed := self._handed.pop(step, None)) is not None:
            handed.close()

    def _offer(self, handed: Handed) -> int | None:
        """Process id of the lane that accepts the step; None where none does yet."""
        line = connect(self._address)
        if line is None:
            self._start_server()
            return None
        reply = ask(line, LaneRequest("step", code_identity(), handed.arguments, own_mark()))
        if reply is not None:  # one that runs other code first ends what it has accepted
            handed.silent_since = time.monotonic()
        if reply is None or reply.kind != "accepted":
            line.close()
            return None
        line.connection.setblocking(False)
        handed.line = line
        return reply.pid

    def _start_server(self) -> None:
        """A server of its own session, so that it outlives this run. Of two that start at the same
        time the one without the lock ends as soon as the other answers."""
        if self._server is not None and self._server.poll() is None:
            return
        self._address.folder.mkdir(parents=True, exist_ok=True)
        with self._address.log.open("ab") as log:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "synth_assets.executor.lane_server"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=os.environ | {"SYNTH_ASSETS_HOME": str(self._home.path)},
            )

    def _listen(self, handed: Handed) -> None:
        """Take in what the lane has said of a step since the last check."""
        assert handed.line is not None
        try:
            while (message := handed.line.receive()) is not None:
                reply = LaneReply(**message)
                if reply.kind != "begun":
                    handed.ended = _sentence(reply)
                    return
                handed.begun = True
        except BlockingIOError:
            return
        except OSError:
            pass
        if handed.begun:
            handed.ended = "the GPU lane's process ended in the middle of the step"
        handed.silent_since = time.monotonic()
        handed.close()


def _sentence(reply: LaneReply) -> str:
    if reply.kind == "done":
        return "the GPU lane finished it without reporting its end"
    error = str(reply.detail.get("error", reply.kind))
    return error if reply.kind == "hung" else f"the GPU lane could not run it: {error}"


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
    """Send a request and wait for the first reply; None when the lane closed instead, or does not
    answer within 5 s."""
    line.connection.settimeout(ANSWER_S)
    try:
        line.send(request)
        message = line.receive()
    except OSError:
        return None
    line.connection.settimeout(None)
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
