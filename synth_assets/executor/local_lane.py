"""CPU steps in children of the run worker, forked from a server that has imported everything."""

import multiprocessing
import os
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.forkserver import ensure_running
from multiprocessing.process import BaseProcess

from synth_assets.executor.lanes import CPU, LANE_VARIABLE
from synth_assets.executor.stopping import EXIT_STUCK, STOP, report_hang, wind_down

PRELOAD = [
    "synth_assets.executor.preload",
]
STOP_S = 9.0
"""After this a child that does not end itself is killed."""


@dataclass
class Child:
    """One step's process. `line` carries the wish that it stop, and back that its engine hangs."""

    process: BaseProcess
    line: Connection
    seen_ended: bool = False

    def ask_to_stop(self) -> None:
        with suppress(OSError):  # it has ended
            self.line.send("stop")

    def last_word(self) -> str:
        try:
            return str(self.line.recv())
        except (EOFError, OSError):
            return f"its process {self.process.pid} ended with exit code {self.process.exitcode}"


class LocalLane:
    """Starts, watches and stops one child per step."""

    def __init__(self) -> None:
        self._context = _context()
        self._children: dict[str, Child] = {}

    @staticmethod
    def warm_up() -> None:
        """Start the fork server, so that it has imported everything when the first step comes."""
        _context()
        ensure_running()

    def launch(self, step: str, arguments: str) -> str:
        """Start a step; returns where it runs, for the log."""
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=run_child, args=(arguments, theirs), name=step)
        process.start()
        theirs.close()
        self._children[step] = Child(process, ours)
        return f"local child {process.pid}"

    def fault(self, step: str) -> str | None:
        """Why a step that has not reported its end never will; None while it may still.

        A child can report its end and exit between the executor's look at the events and this
        check. So an exit is a fault only at the check after the one that first saw it: the
        events have been read once more by then.
        """
        child = self._children.get(step)
        if child is None:
            return "this run worker did not start it"
        if child.process.is_alive():
            return None
        if not child.seen_ended:
            child.seen_ended = True
            return None
        return child.last_word()

    def stop(self, step: str) -> None:
        """Stop a step, so that it can finish what it holds; kill it after 9 s.

        Steps are stopped where their run is, one after the other: the first call asks all of
        them, so that they end at the same time.
        """
        for child in self._children.values():
            child.ask_to_stop()
        child_of_step = self._children.pop(step, None)
        if child_of_step is None:
            return
        process = child_of_step.process
        process.join(STOP_S)
        if process.is_alive():
            process.kill()
            process.join()


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    return context


def run_child(arguments: str, line: Connection) -> None:
    """What a child does: watch its parent, execute the step, end."""
    os.environ[LANE_VARIABLE] = CPU
    os.setpgrp()  # Ctrl-C in a terminal reaches the run worker alone, which stops its steps
    report_hang.goes_to(line.send)
    threading.Thread(target=_obey, args=(line,), daemon=True).start()
    from synth_assets.executor.dagster_private import execute_step

    execute_step(arguments)
    sys.stdout.flush()


def _obey(line: Connection) -> None:
    """Stop the step when the run worker asks for it. A worker that was killed takes its children
    along: nothing goes on unseen."""
    try:
        line.recv()
    except (EOFError, OSError):
        os._exit(1)
    STOP.set()
    wind_down(threading.Event(), _interrupt)
    os._exit(EXIT_STUCK)


def _interrupt() -> None:
    """Raise Dagster's interrupt in the main thread, also out of a system call."""
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, signal.SIGINT)
