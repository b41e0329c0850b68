"""The takedown list as an asset, in a group of its own, and what it does to the corpora's pages."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import dagster as dg
import orjson
from dagster import AssetCheckEvaluation, AssetMaterialization

from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.store import Store
from synth_assets.defs.checks import severity_of
from synth_assets.defs.failures import final_failures
from synth_assets.defs.metadata import describe
from synth_assets.defs.partitions import LAW_CHECK, asset_key
from synth_assets.defs.releases import withdrawal
from synth_assets.executor.marks import marks_of
from synth_assets.hashing import digest_file
from synth_assets.line import build_bitexts, build_line
from synth_assets.profile import Profile
from synth_assets.quality.checks import checks_of, run_checks
from synth_assets.report.takedowns import sentences
from synth_assets.takedown.entries import read_list

NAME = "takedowns"
GROUP = "upkeep"
DATA_VERSION_TAG = "dagster/data_version"
ERROR = dg.AssetCheckSeverity.ERROR


def takedown_assets(profile: Profile, store: Store) -> list[dg.AssetsDefinition]:
    """One that applies the profile's list, where it names one; files that are written again get
    new materializations."""
    if profile.takedowns.list is None:
        return []
    path = Path(profile.takedowns.list)

    @dg.asset(
        key=NAME,
        group_name=GROUP,
        description="Documents that were taken out of every corpus again, by the takedown list.",
        op_tags=marks_of(None)["op_tags"],
    )
    def takedowns(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        from synth_assets.takedown.apply import apply_takedowns

        with final_failures():
            report = apply_takedowns(store, profile, read_list(path), context.log.info)
        record(context.instance, store, profile, report.changed)
        record_withdrawals(context.instance, store, profile, report.releases)
        lines = "\n".join(f"- {sentence}" for sentence in sentences(asdict(report)))
        return dg.MaterializeResult(
            metadata={
                "report": dg.MetadataValue.md(lines),
                "documents_taken_down": report.documents,
                "files_written_again": len(report.changed),
                "releases_withdrawn": len(report.releases),
            },
            data_version=dg.DataVersion(digest_file(path)),
        )

    return [takedowns]


def takedown_schedules(profile: Profile) -> list[dg.ScheduleDefinition]:
    """Beside the nightly refresh, at the same time."""
    if profile.takedowns.list is None:
        return []
    job = dg.define_asset_job(NAME, selection=dg.AssetSelection.groups(GROUP))
    nightly = dg.ScheduleDefinition(
        name="nightly_takedowns",
        job=job,
        cron_schedule=profile.schedule.cron,
        execution_timezone=profile.schedule.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Applies the takedown list to every corpus.",
    )
    return [nightly]


def record_withdrawals(
    instance: dg.DagsterInstance, store: Store, profile: Profile, releases: Mapping[str, int]
) -> None:
    """Tell Dagster of releases that hold what was taken down, and their cards what Dagster knows of
    the checks; `releases` are documents by folder. Versions that a newer one has replaced are not
    on a release's page any more."""
    for folder, documents in releases.items():
        _write_card(instance, store, profile, folder)
        name = folder.split("/")[1]
        pointer = f"releases/{name}/newest.json"
        newest = store.files.exists(pointer) and orjson.loads(store.files.read(pointer))["version"]
        if folder == f"releases/{name}/{newest}":
            instance.report_runless_asset_event(withdrawal(f"release/{name}", documents))


def _write_card(instance: dg.DagsterInstance, store: Store, profile: Profile, folder: str) -> None:
    """Where the takedown wrote one, which had no check results at hand."""
    from synth_assets.defs.results import latest_results
    from synth_assets.packing.release.folder import MANIFEST
    from synth_assets.report.card.page import FILE, publish_card

    if store.files.exists(f"{folder}/{FILE}"):
        manifest = orjson.loads(store.files.read(f"{folder}/{MANIFEST}"))
        batches = [batch["batch"] for batch in manifest["batches"]]
        publish_card(store, profile, folder, latest_results(instance, profile, batches))


def record(
    instance: dg.DagsterInstance, store: Store, profile: Profile, changed: Sequence[tuple[str, str]]
) -> None:
    """Tell Dagster of files that were written outside their own asset's step: the new data version
    and the checks as they are now, without which what is downstream would refuse them."""
    stages = {stage.corpus: stage for stage in (*build_line(profile), *build_bitexts(profile))}
    for corpus, batch in changed:
        opened = store.open(corpus, batch, lawful=False)
        stage = stages.get(corpus)  # none for what the profile no longer makes
        inputs = stage.inputs if stage else tuple(opened.footer.inputs)
        instance.report_runless_asset_event(
            AssetMaterialization(
                asset_key=asset_key(corpus),
                partition=batch,
                metadata=describe(store, opened, stage.columns if stage else DOCUMENT, inputs),
                tags={DATA_VERSION_TAG: opened.data_version},
            )
        )
        checks = [check for check in checks_of(profile) if check.concerns(corpus)]
        verdicts = run_checks(
            store,
            corpus,
            batch,
            inputs,
            checks,
            memory_gb=profile.sql.memory_gb,
        )
        results = {item.check.name: (item.passed, severity_of(item.check)) for item in verdicts}
        law_holds = not opened.footer.broken_laws
        for name, (passed, severity) in {LAW_CHECK: (law_holds, ERROR), **results}.items():
            instance.report_runless_asset_event(
                AssetCheckEvaluation(
                    asset_key=asset_key(corpus),
                    check_name=name,
                    passed=passed,
                    metadata={},
                    severity=severity,
                    partition=batch,
                )
            )
