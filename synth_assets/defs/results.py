"""The latest check results of the corpora, as the corpus card lists them."""

from collections.abc import Collection, Iterator

import dagster as dg

from synth_assets.defs.partitions import LAW_CHECK, asset_key
from synth_assets.line import build_line
from synth_assets.profile import Profile
from synth_assets.quality.checks import checks_of
from synth_assets.report.card.facts import Result

LOOKED_AT = 2000
"""The newest results of a check; a release of more batches shows those of the newest ones."""


def latest_results(
    instance: dg.DagsterInstance, profile: Profile, batches: Collection[str]
) -> list[Result]:
    """Of every check of a corpus, and of its conservation law, the latest result on each of the
    batches."""
    known = checks_of(profile)
    keys = [
        dg.AssetCheckKey(asset_key(stage.corpus), name)
        for stage in build_line(profile)
        for name in (LAW_CHECK, *(item.name for item in known if item.concerns(stage.corpus)))
    ]
    return [result for key in keys for result in _of_check(instance, key, set(batches))]


def _of_check(
    instance: dg.DagsterInstance, key: dg.AssetCheckKey, batches: set[str]
) -> Iterator[Result]:
    history = instance.event_log_storage.get_asset_check_execution_history(key, limit=LOOKED_AT)
    seen: set[str] = set()
    for record in history:
        found = record.evaluation
        if not isinstance(found, dg.AssetCheckEvaluation) or found.partition not in batches - seen:
            continue
        seen.add(found.partition)
        yield Result(
            "/".join(key.asset_key.path), found.partition, key.name, _outcome(found), _note(found)
        )


def _outcome(found: dg.AssetCheckEvaluation) -> str:
    if found.passed:
        return "passed"
    return "warned" if found.severity is dg.AssetCheckSeverity.WARN else "failed"


def _note(found: dg.AssetCheckEvaluation) -> str:
    rows = found.metadata.get("failing_rows")
    return found.description or (
        f"{rows.value:,} rows" if isinstance(rows, dg.IntMetadataValue) else ""
    )
