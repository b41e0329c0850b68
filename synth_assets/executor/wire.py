"""Messages between a run worker and the GPU lane: one JSON object a line over a Unix socket.

The client sends one request; its connection stays open while the step runs. When either side
sees the connection end, the other is gone: the lane stops the step, the worker retries it.
"""

import json
import socket
from dataclasses import asdict, dataclass, field
from typing import Any

MAX_LINE_BYTES = 64 << 20


@dataclass(frozen=True)
class LaneRequest:
    """`step` executes a step; `shutdown` ends the lane unless a step of another client is at work
    or waits; `status` asks what it is doing. `client` names the asking process."""

    kind: str
    identity: str = ""
    arguments: str = ""
    client: str = ""


@dataclass(frozen=True)
class LaneReply:
    """To `step` first `accepted`, `stale` (the lane runs other code and ends) or `ending`; then
    `begun` when its turn has come, and `done`, `failed` or `hung` (its engine; the lane ends). To
    `shutdown` `accepted` or `busy` (the lane goes on). To `status` `status`."""

    kind: str
    pid: int
    detail: dict[str, Any] = field(default_factory=dict)


class Line:
    """One side of a connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._received = b""

    def send(self, message: LaneRequest | LaneReply) -> None:
        self.connection.sendall(json.dumps(asdict(message)).encode() + b"\n")

    def receive(self) -> dict[str, Any] | None:
        """The next message; None when the other side has closed.

        Raises BlockingIOError or TimeoutError when there is none yet on a connection that does
        not wait.
        """
        while b"\n" not in self._received:
            chunk = self.connection.recv(1 << 16)
            if not chunk:
                return None
            self._received += chunk
            if len(self._received) > MAX_LINE_BYTES:
                raise ValueError("a lane message is longer than 64 MB")
        line, self._received = self._received.split(b"\n", 1)
        value: dict[str, Any] = json.loads(line)
        return value

    def close(self) -> None:
        self.connection.close()
