"""The checks as asset checks: one step per corpus runs all that concern it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import dagster as dg

from synth_assets.corpus.store import Store
from synth_assets.defs.partitions import asset_key, batches
from synth_assets.executor.marks import marks_of
from synth_assets.line import Stage
from synth_assets.profile import Profile
from synth_assets.quality.checks import Check, Verdict, checks_of, run_checks
from synth_assets.quality.sql_files import Report, report_broken
from synth_assets.report.svg import as_markdown_image
from synth_assets.report.tables import markdown_table


@dataclass
class CorpusChecks:
    """Check definitions, and the names of the blocking ones by corpus."""

    definitions: list[dg.AssetChecksDefinition] = field(default_factory=list)
    blocking: dict[str, list[str]] = field(default_factory=dict)


def corpus_checks(
    line: Sequence[Stage], profile: Profile, store: Store, report: Report = report_broken
) -> CorpusChecks:
    """Grouped checks of every corpus that has any; `report` is told of broken files."""
    made = CorpusChecks()
    known = checks_of(profile, report)
    for stage in line:
        checks = [check for check in known if check.concerns(stage.corpus)]
        if checks:
            made.definitions.append(_grouped(stage, checks, store, profile.sql.memory_gb))
            made.blocking[stage.corpus] = [check.name for check in checks if check.blocking]
    return made


def _grouped(
    stage: Stage, checks: Sequence[Check], store: Store, memory_gb: float
) -> dg.AssetChecksDefinition:
    specs = [
        dg.AssetCheckSpec(
            check.name,
            asset=asset_key(stage.corpus),
            blocking=check.blocking,
            description=check.description,
            partitions_def=batches,
            metadata={"sql": dg.MetadataValue.md(f"```sql\n{check.shown}\n```")},
        )
        for check in checks
    ]

    @dg.multi_asset_check(
        name=f"check_{stage.corpus.replace('/', '__')}",
        specs=specs,
        op_tags=marks_of(None)["op_tags"],
    )
    def grouped(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        batch = context.op_execution_context.partition_key
        for verdict in run_checks(
            store, stage.corpus, batch, stage.inputs, checks, memory_gb=memory_gb
        ):
            yield _result(stage, verdict)

    return grouped


def _result(stage: Stage, verdict: Verdict) -> dg.AssetCheckResult:
    metadata: dict[str, dg.MetadataValue | int | float] = {
        "failing_rows": verdict.found.failing,
        **verdict.found.figures,
    }
    for name, svg in verdict.found.pictures.items():
        metadata[name] = dg.MetadataValue.md(as_markdown_image(svg, name))
    if verdict.error is not None:
        metadata["error"] = dg.MetadataValue.text(verdict.error)
    elif verdict.found.failing:
        table = markdown_table(verdict.found.rows)
        metadata["first_failing_rows"] = dg.MetadataValue.md(table)
    return dg.AssetCheckResult(
        passed=verdict.passed,
        asset_key=asset_key(stage.corpus),
        check_name=verdict.check.name,
        severity=severity_of(verdict.check),
        metadata=metadata,
    )


def severity_of(check: Check) -> dg.AssetCheckSeverity:
    """As its header says."""
    severe = check.severity == "error"
    return dg.AssetCheckSeverity.ERROR if severe else dg.AssetCheckSeverity.WARN
