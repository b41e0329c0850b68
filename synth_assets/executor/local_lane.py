"""CPU steps in children of the run worker, forked from a server that has imported everything."""

import multiprocessing
import os
import sys
import threading
from multiprocessing import connection, parent_process
from multiprocessing.process import BaseProcess

from synth_assets.executor.marks import CPU, LANE_VARIABLE

PRELOAD = [
    "synth_assets.executor.preload",
]
GRACE_S = 5.0


class LocalLane:
    """Starts, watches and stops one child per step."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(PRELOAD)
        self._children: dict[str, BaseProcess] = {}
        self._seen_ended: set[str] = set()

    def launch(self, step: str, arguments: str) -> str:
        """Start a step; returns where it runs, for the log."""
        child = self._context.Process(target=run_child, args=(arguments,), name=step)
        child.start()
        self._children[step] = child
        self._seen_ended.discard(step)
        return f"local child {child.pid}"

    def fault(self, step: str) -> str | None:
        """Why a step that has not reported its end never will; None while it may still.

        A child can report its end and exit between the executor's look at the events and this
        check. So an exit is a fault only at the check after the one that first saw it: the
        events have been read once more by then.
        """
        child = self._children.get(step)
        if child is None:
            return "this run worker did not start it"
        if child.is_alive():
            return None
        if step not in self._seen_ended:
            self._seen_ended.add(step)
            return None
        return f"its process {child.pid} ended with exit code {child.exitcode}"

    def stop(self, step: str) -> None:
        """Interrupt a step, so that it can finish what it holds; kill it after 5 s."""
        self._seen_ended.discard(step)
        child = self._children.pop(step, None)
        if child is None:
            return
        child.terminate()
        child.join(GRACE_S)
        if child.is_alive():
            child.kill()
            child.join()


def run_child(arguments: str) -> None:
    """What a child does: watch its parent, execute the step, end."""
    os.environ[LANE_VARIABLE] = CPU
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from synth_assets.executor.dagster_private import execute_step

    execute_step(arguments)
    sys.stdout.flush()


def _end_with_parent() -> None:
    """A run worker that was killed takes its children along: nothing goes on unseen."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
