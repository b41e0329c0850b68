"""The one Definitions object, put together."""

import warnings
from collections.abc import Sequence

import dagster as dg

from synth_assets.corpus.store import Store
from synth_assets.defs.checks import corpus_checks
from synth_assets.defs.corpora import corpus_assets, line_job
from synth_assets.defs.models import model_assets, models_job
from synth_assets.defs.planning import new_batches_sensor, nightly_refresh, planning_job
from synth_assets.defs.references import reference_assets
from synth_assets.defs.releases import release_assets
from synth_assets.defs.takedowns import takedown_assets, takedown_schedules
from synth_assets.defs.translators import translator_assets
from synth_assets.defs.waiting import waiting_batches_sensor
from synth_assets.executor.routing import routing_executor
from synth_assets.line import build_bitexts, build_line
from synth_assets.profile import Profile
from synth_assets.quality.sql_files import report_broken


def build_definitions(profile: Profile) -> dg.Definitions:
    """Assets, checks, jobs, schedule and sensor of a profile. Imports no model library."""
    with warnings.catch_warnings():
        # Partitioned checks are marked as a preview in 1.13; the pinned version is tested.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return _build(profile)


def _build(profile: Profile) -> dg.Definitions:
    store = Store(profile.root)
    line = build_line(profile)
    broken: list[str] = []
    checks = corpus_checks(line, profile, store, broken.append)
    models = model_assets(line, profile, store, broken.append)
    return dg.Definitions(
        assets=[
            *corpus_assets(line, profile, store, checks.blocking, build_bitexts(profile)),
            *reference_assets(profile, store, checks.blocking),
            *translator_assets(profile, store, checks.blocking),
            *release_assets(profile, store, checks.blocking),
            *takedown_assets(profile, store),
            *models,
        ],
        asset_checks=checks.definitions,
        jobs=[line_job(), models_job(), planning_job(profile, store)],
        schedules=[nightly_refresh(profile), *takedown_schedules(profile)],
        sensors=[new_batches_sensor(store), waiting_batches_sensor(store)],
        executor=routing_executor,
        metadata=_reported(broken),
    )


def _reported(broken: Sequence[str]) -> dict[str, dg.MetadataValue]:
    """Broken files of SQL, in the log and on the location's page; everything else loads."""
    for sentence in broken:
        report_broken(sentence)
    lines = "\n".join(f"- {sentence}" for sentence in broken)
    return {"broken_sql_files": dg.MetadataValue.md(lines)} if broken else {}
