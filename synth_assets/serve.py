"""The services behind the UI: webserver and daemon as two processes that end with this one."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

import psutil

from synth_assets.errors import SynthAssetsError
from synth_assets.home import Home

STOP_S = 1.5
START_S = 120.0
WORKSPACE = """\
load_from:
  - python_module:
      module_name: synth_assets.definitions
      location_name: synth_assets
"""


class Services:
    """Webserver and daemon of one home."""

    def __init__(self, home: Home, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._home = home
        self._port = port
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start both; raises SynthAssetsError when the port is taken or the UI does not answer."""
        refuse_taken_port(self._port)
        workspace = self._home.path / "workspace.yaml"
        workspace.write_text(WORKSPACE)
        place = ["-w", str(workspace)]
        address = ["-h", "127.0.0.1", "-p", str(self._port)]
        self._spawn("webserver", ["dagster_webserver", *place, *address])
        self._spawn("daemon", ["dagster._daemon", "run", *place])
        self._wait_for_answer()

    def ended(self) -> str | None:
        """Name of a service that has ended by itself."""
        for process, name in zip(self._processes, ("webserver", "daemon"), strict=True):
            if process.poll() is not None:
                return name
        return None

    def stop(self) -> None:
        """End both and all that they started: politely, and after 1.5 s for good. A further
        Ctrl-C does not interrupt this."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        family = [member for process in self._processes for member in _family(process.pid)]
        for process in self._processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        _, alive = psutil.wait_procs(family, timeout=STOP_S)
        for member in alive:
            member.kill()
        for process in self._processes:
            process.wait()

    def _spawn(self, name: str, module: list[str]) -> None:
        log = self.log(name)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", *module],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
                env=_environment(self._home),
            )
        self._processes.append(process)

    def log(self, name: str) -> Path:
        return self._home.path / "logs" / f"{name}.log"

    def _wait_for_answer(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if (name := self.ended()) is not None:
                raise SynthAssetsError(f"the {name} ended at once; its log is {self.log(name)}")
            try:
                with urllib.request.urlopen(f"{self.url}/server_info", timeout=2):
                    return
            except (URLError, OSError):
                time.sleep(0.2)
        raise SynthAssetsError(
            f"the UI did not answer on {self.url} within {START_S:.0f} s; "
            f"its log is {self.log('webserver')}"
        )


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGTERM and SIGINT raise KeyboardInterrupt, also where the shell made this process ignore
    them."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    yield


def _environment(home: Home) -> dict[str, str]:
    """The services take the profile up anew at every load of the location."""
    environment = os.environ | {
        "SYNTH_ASSETS_HOME": str(home.path),
        "DAGSTER_HOME": str(home.dagster),
    }
    environment.pop("SYNTH_ASSETS_PROFILE_HASH", None)
    return environment


def _family(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def refuse_taken_port(port: int) -> None:
    """Raises SynthAssetsError when something listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise SynthAssetsError(
                f"port {port} on 127.0.0.1 is taken; choose another with --port"
            ) from None
