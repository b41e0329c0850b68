"""The real UI over a home with one planned batch."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from synth_assets.corpus.store import Store
from synth_assets.defs import launch
from synth_assets.ingest.plan import plan_batches
from synth_assets.profile import load_profile
from synth_assets.serve import Services
from synth_assets.up import prepare
from synth_assets_tests.end_to_end.conftest import Site, write_pages
from synth_assets_tests.end_to_end.dagster_ui import GraphQl

BATCH = "2026-01-01"


@contextmanager
def served(site: Site, data: Path, pages: int | None) -> Iterator[GraphQl]:
    """Webserver and daemon, and BATCH of so many pages, or of what lies in `data` already, which no
    sensor takes up: what is launched in the UI is what runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DAGSTER_HOME", raising=False)
        patch.setenv("SYNTH_ASSETS_HOME", str(site.home.path))
        prepare(site.home)
        with launch.open_instance(site.home) as instance:
            services = Services(site.home, free_port())
            try:
                services.start()
                asked = GraphQl(services.url)
                asked.set_sensor("new_batches", running=False)
                profile = load_profile(home=site.home)
                folder = data if pages is None else write_pages(data, pages)
                plan_batches(Store(profile.root), [folder], profile, date.fromisoformat(BATCH))
                instance.add_dynamic_partitions("batch", [BATCH])
                yield asked
            finally:
                services.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
