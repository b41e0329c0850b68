"""The one Definitions object, put together."""

import warnings

import dagster as dg

from synth_assets.corpus.store import Store
from synth_assets.defs.checks import corpus_checks
from synth_assets.defs.corpora import corpus_assets, line_job
from synth_assets.defs.planning import new_batches_sensor, nightly_refresh, planning_job
from synth_assets.defs.releases import release_assets
from synth_assets.defs.takedowns import takedown_assets, takedown_schedules
from synth_assets.defs.waiting import waiting_batches_sensor
from synth_assets.executor.routing import routing_executor
from synth_assets.line import build_line
from synth_assets.profile import Profile


def build_definitions(profile: Profile) -> dg.Definitions:
    """Assets, checks, jobs, schedule and sensor of a profile. Imports no model library."""
    with warnings.catch_warnings():
        # Partitioned checks are marked as a preview in 1.13; the pinned version is tested.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return _build(profile)


def _build(profile: Profile) -> dg.Definitions:
    store = Store(profile.root)
    line = build_line(profile)
    checks = corpus_checks(line, store)
    return dg.Definitions(
        assets=[
            *corpus_assets(line, profile, store, checks.blocking),
            *release_assets(profile, store, checks.blocking),
            *takedown_assets(profile, store),
        ],
        asset_checks=checks.definitions,
        jobs=[line_job(), planning_job(profile, store)],
        schedules=[nightly_refresh(profile), *takedown_schedules(profile)],
        sensors=[new_batches_sensor(store), waiting_batches_sensor(store)],
        executor=routing_executor,
    )
