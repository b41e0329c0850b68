"""The GPU lane: one process per machine and home that owns the loaded model and runs GPU steps,
one at a time, for all runs. `python -m synth_assets.executor.lane_server`.

The main thread executes steps (Dagster turns signals into exceptions only there); each connection
has a thread that watches it. A step whose connection ends is asked to stop, then interrupted, and
if it still goes on the process ends itself (see `stopping`): the journal holds all that was
finished, and clients whose steps wait hand them to the next process.
"""

import os
import signal
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from filelock import FileLock, Timeout

from synth_assets.executor.gpu_lane import answers
from synth_assets.executor.lane_address import LaneAddress, code_identity
from synth_assets.executor.lanes import GPU, LANE_VARIABLE
from synth_assets.executor.stopping import EXIT_STUCK, STOP, report_hang, wind_down
from synth_assets.executor.wire import LaneReply, LaneRequest, Line
from synth_assets.home import Home

LOCK_S = 30.0
"""How long a new server waits for the lock of one that is closing its model."""


@dataclass(eq=False)
class Task:
    """One step that a client waits for."""

    arguments: str
    client: str
    line: Line
    cancelled: threading.Event = field(default_factory=threading.Event)
    finished: threading.Event = field(default_factory=threading.Event)


class LaneServer:
    """Accepts connections, queues steps, runs them in the main thread."""

    def __init__(
        self,
        address: LaneAddress,
        *,
        idle_s: float,
        execute: Callable[[str], None],
        identity: str,
        on_start: Callable[[], None] = lambda: None,
        on_end: Callable[[], None] = lambda: None,
        is_unfit: Callable[[], bool] = lambda: False,
    ) -> None:
        self._address = address
        self._idle_s = idle_s
        self._execute = execute
        self._identity = identity
        self._on_start = on_start
        self._on_end = on_end
        self._is_unfit = is_unfit
        self._changed = threading.Condition()
        """Guards the next three, and every `Task.cancelled`."""
        self._waiting: deque[Task] = deque()
        self._at_work: Task | None = None
        self._ending = False
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    def serve(self) -> None:
        """Run steps until idle for too long, told to end, found to run old code, or unfit after a
        step: those that wait are handed to the next process."""
        with suppress(FileNotFoundError):
            self._address.socket.unlink()
        self._listener.bind(str(self._address.socket))
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()
        try:
            self._on_start()
            while (task := self._next()) is not None:
                self._run(task)
                if self._is_unfit():
                    _log("a step broke its engine, and the device perhaps too; the lane ends")
                    return
        finally:
            self._ending = True
            with suppress(FileNotFoundError):
                self._address.socket.unlink()
            self._listener.close()
            self._on_end()

    def _next(self) -> Task | None:
        """The next step that waits; None when the lane ends: from then on it accepts none."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ending, timeout=self._idle_s)
            if self._waiting:
                return self._waiting[0]
            self._ending = True
            return None

    def _run(self, task: Task) -> None:
        reply = LaneReply("done", os.getpid())
        try:
            if self._begin(task):
                with suppress(OSError):  # a client that is gone is seen by its own thread
                    task.line.send(LaneReply("begun", os.getpid()))
                self._execute(task.arguments)
            self._leave()
        except BaseException as error:
            _log(f"step ended by {type(error).__name__}: {error}")
            reply = LaneReply("failed", os.getpid(), {"error": f"{type(error).__name__}: {error}"})
            self._leave()
        task.finished.set()
        with suppress(OSError):
            task.line.send(reply)
        task.line.close()

    def _begin(self, task: Task) -> bool:
        """False for a step whose client is gone. Under one lock with `_cancel`, which therefore
        finds the step at work or keeps it from beginning."""
        with self._changed:
            self._waiting.popleft()
            self._at_work = task
            STOP.clear()
            return not task.cancelled.is_set()

    def _leave(self) -> None:
        """No step is at work: from here on none is interrupted."""
        with self._changed:
            self._at_work = None

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._attend, args=(Line(connection),), daemon=True).start()

    def _attend(self, line: Line) -> None:
        try:
            message = line.receive()
            if message is not None:
                self._answer(line, LaneRequest(**message))
        except (OSError, ValueError, TypeError) as error:
            _log(f"a connection failed: {error}")
            line.close()

    def _answer(self, line: Line, request: LaneRequest) -> None:
        pid = os.getpid()
        if request.kind == "status":
            line.send(LaneReply("status", pid, {"busy": self._at_work is not None}))
            line.close()
        elif request.kind == "shutdown":
            self._shut_down(line, request.client)
        elif request.identity != self._identity:
            with self._changed:
                self._end()
                line.send(LaneReply("stale", pid))
            line.close()
        elif (task := self._queue(line, request)) is not None:
            self._watch(task)
        else:
            line.send(LaneReply("ending", pid))
            line.close()

    def _queue(self, line: Line, request: LaneRequest) -> Task | None:
        """Accept a step; None when the lane ends."""
        task = Task(request.arguments, request.client, line)
        with self._changed:
            if self._ending:
                return None
            line.send(LaneReply("accepted", os.getpid()))
            self._waiting.append(task)
            self._changed.notify_all()
        return task

    def _watch(self, task: Task) -> None:
        """Wait for the client to go, or the task to end, whichever is first."""
        with suppress(OSError):
            while task.line.receive() is not None:
                pass
        if task.finished.is_set():
            return
        self._cancel(task)

    def _cancel(self, task: Task) -> None:
        """Stop a step at work, or see to it that it never begins; once."""
        with self._changed:
            if task.cancelled.is_set():
                return
            task.cancelled.set()
            if self._at_work is not task:
                return
            STOP.set()
            _log("the run worker is gone or stops the step; asking it to end")
        if not wind_down(task.finished, partial(self._interrupt, task)):
            _log("the step goes on all the same; the lane ends itself")
            os._exit(EXIT_STUCK)

    def _interrupt(self, task: Task) -> None:
        """Raise KeyboardInterrupt in the main thread, also out of a system call."""
        with self._changed:
            if self._at_work is task:
                main = threading.main_thread().ident
                assert main is not None
                signal.pthread_kill(main, signal.SIGINT)

    def tell_hang(self, sentence: str) -> None:
        """Tell the client of the step at work that its engine hangs, before the process ends."""
        _log(sentence)
        with self._changed:
            task = self._at_work
        if task is not None:
            task.line.send(LaneReply("hung", os.getpid(), {"error": sentence}))

    def _shut_down(self, line: Line, client: str) -> None:
        """End the lane, stopping the steps of this client; not while steps of others are at work
        or wait. The reply is sent before the main thread, which ends the process, can go on."""
        with self._changed:
            accepted = [*self._waiting, *([self._at_work] if self._at_work else [])]
            wanted = [task for task in accepted if not task.cancelled.is_set()]
            busy = any(task.client != client for task in wanted)
            line.send(LaneReply("busy" if busy else "accepted", os.getpid()))
            line.close()
            if busy:
                return
            self._end()
        for task in wanted:
            self._cancel(task)

    def _end(self) -> None:
        """Accept no more steps; the lane ends when those that wait are done."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()


def _log(text: str) -> None:
    print(time.strftime("%Y-%m-%d %H:%M:%S"), text, flush=True)


def main() -> int:
    """Start the lane of the home in force; ends at once when one answers already.

    One that holds the lock and does not answer is starting, or is about to be gone.
    """
    os.environ[LANE_VARIABLE] = GPU
    # On few cores OpenMP's spinning threads starve the steps beside the lane; read by torch.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    home = Home.find()
    address = LaneAddress.of(home)
    address.folder.mkdir(parents=True, exist_ok=True)
    try:
        lock = FileLock(address.lock)
        with lock.acquire(timeout=LOCK_S, cancel_check=lambda: answers(address)):
            _serve(home, address)
    except Timeout:
        return 0
    return 0


def _import_libraries() -> None:
    """What every engine of the lane needs, while the steps before it are still at work. A fault is
    the step's to report."""
    with suppress(ImportError):
        import synth_assets.generation.engines.local.loading  # noqa: F401


def _serve(home: Home, address: LaneAddress) -> None:
    from synth_assets import definitions
    from synth_assets.executor.dagster_private import execute_step
    from synth_assets.generation.engines.warm import keep_warm

    _log(f"GPU lane {os.getpid()} starts under {home.path}")
    server = LaneServer(
        address,
        idle_s=definitions.PROFILE.executor.lane_idle_s,
        execute=execute_step,
        identity=code_identity(),
        on_start=_import_libraries,
        on_end=keep_warm().close,
        is_unfit=lambda: keep_warm().is_unfit,
    )
    report_hang.goes_to(server.tell_hang)
    server.serve()
    _log("GPU lane ends")


if __name__ == "__main__":
    sys.exit(main())
