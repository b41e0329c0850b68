"""One command for a newcomer: plan, materialize, show the funnel, serve the UI."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from synth_assets.bundled import DAGSTER_YAML
from synth_assets.corpus.store import Store
from synth_assets.errors import SynthAssetsError
from synth_assets.executor.gpu_lane import shut_down
from synth_assets.home import Home
from synth_assets.ingest.plan import all_manifests, plan_batches
from synth_assets.line import batches_with_failures, build_line, stale_batches
from synth_assets.profile import Profile
from synth_assets.report.funnel import funnel, print_funnel
from synth_assets.serve import Services, ended_by_signals, refuse_taken_port

Say = Callable[[str], None]


@dataclass(frozen=True)
class Again:
    """Which finished batches to make again: those of another profile or version, and those with
    failed requests, which are then sent again."""

    stale: bool = False
    failed: bool = False


def bring_up(
    home: Home, profile: Profile, data: Path, *, port: int | None, again: Again, say: Say
) -> None:
    """See `synth-assets up`. With `port` None it ends after the funnel.

    Raises SynthAssetsError at the end when a batch failed, with its steps' sentences, and
    KeyboardInterrupt when it was stopped before the line was done.
    """
    prepare(home)
    if port is not None:
        refuse_taken_port(port)
    with ended_by_signals():
        try:
            problems = _materialize(home, profile, data, again, say)
            if port is not None:
                _serve(home, port, say)
        except KeyboardInterrupt:
            say("stopped; what was generated is kept, and the next run goes on from there")
            raise
        finally:
            shut_down(home)
    if problems:
        raise SynthAssetsError("; ".join(problems))


def prepare(home: Home) -> None:
    """The home's folders and Dagster's settings; an existing dagster.yaml is the user's own."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    settings = home.dagster / "dagster.yaml"
    if not settings.exists():
        shutil.copy(DAGSTER_YAML, settings)


def _materialize(home: Home, profile: Profile, data: Path, again: Again, say: Say) -> list[str]:
    """Plan and run what is pending; the sentences of the batches that failed."""
    from synth_assets.defs import launch

    store = Store(profile.root)
    today = datetime.now(ZoneInfo(profile.schedule.timezone)).date()
    report = plan_batches(store, [data], profile, today)
    for name in report.unknown:
        say(f"{name} is no input file this project knows; it is left out")
    problems: list[str] = []
    with launch.open_instance(home) as instance:
        pending = launch.pending(instance, store)
        if not pending:
            say("nothing new to run: every planned batch has run")
        queue = pending + _again(store, profile, pending, again, say)
        for key in queue:
            if key in pending and not launch.is_pending(instance, key):
                say(f"batch {key}: another run has taken it up")
                continue
            say(f"batch {key}: materializing {len(build_line(profile))} corpora")
            outcome = launch.run_batch(instance, key, say, retry_failed=again.failed)
            if outcome.stopped:
                raise KeyboardInterrupt
            _show(profile, store, key)
            problems += [f"batch {key} failed: {problem}" for problem in outcome.problems]
            # rows that came late are batches of their own
            queue += [late for late in launch.pending(instance, store) if late not in queue]
    if not queue and (manifests := all_manifests(store)):
        _show(profile, store, manifests[-1].key)
    say(f"corpora lie under {store.files.root}, one Parquet file per corpus and batch")
    return problems


def _again(store: Store, profile: Profile, pending: list[str], again: Again, say: Say) -> list[str]:
    """Batches to make again, in the order of their keys; without the flag they are only named."""
    line = build_line(profile)
    stale = [key for key in stale_batches(store, line) if key not in pending]
    failed = [key for key in batches_with_failures(store, line) if key not in pending]
    if stale and not again.stale:
        corpora = [stage.corpus for stage in line]
        lacking = [name for name in corpora if not all(store.has(name, key) for key in stale)]
        without = f" (not all have {', '.join(lacking)})" if lacking else ""
        say(
            f"made under another profile or version: {', '.join(stale)}{without}; "
            f"run with --refresh to make them again"
        )
    if failed and not again.failed:
        say(
            f"with failed requests: {', '.join(failed)}; run with --retry-failed to send them again"
        )
    return sorted({*(stale if again.stale else []), *(failed if again.failed else [])})


def _show(profile: Profile, store: Store, batch: str) -> None:
    corpora = [stage.corpus for stage in build_line(profile)]
    print_funnel(funnel(store, corpora, batch), batch)


def _serve(home: Home, port: int, say: Say) -> None:
    services = Services(home, port)
    try:
        say("starting the UI")
        services.start()
        say(f"the UI is on {services.url} (Ctrl-C ends it)")
        while (ended := services.ended()) is None:
            time.sleep(0.5)
        raise SynthAssetsError(f"the {ended} has ended; its log is {services.log(ended)}")
    except KeyboardInterrupt:
        say("stopping")
    finally:
        services.stop()
