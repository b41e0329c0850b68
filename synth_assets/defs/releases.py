"""The releases as assets: unpartitioned, in a group of their own, so that a launch of the corpora
stays one run and no backfill."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import dagster as dg

from synth_assets.corpus.store import Store
from synth_assets.defs.failures import final_failures
from synth_assets.defs.guard import is_forced, refuse_unchecked_batches
from synth_assets.defs.metadata import Metadata
from synth_assets.defs.partitions import LAW_CHECK, asset_key
from synth_assets.executor.marks import marks_of
from synth_assets.executor.stopping import stop_asked
from synth_assets.packing.release.version import code_version
from synth_assets.profile import Profile
from synth_assets.takedown.releases import documents_taken_down

if TYPE_CHECKING:
    from synth_assets.packing.release.build import Built
    from synth_assets.report.card.facts import CardFacts

RELEASE_GROUP = "releases"
IN_FORCE_CHECK = "not_withdrawn"


def release_assets(
    profile: Profile, store: Store, blocking: Mapping[str, Sequence[str]]
) -> list[dg.AssetsDefinition]:
    """One asset per release of the profile. `blocking` names the blocking checks of `packed`."""
    return [_asset(name, profile, store, blocking) for name in profile.releases]


def withdrawal(release: str, documents: int) -> dg.AssetCheckEvaluation:
    """What a takedown reports of a release that holds some of the documents."""
    return dg.AssetCheckEvaluation(
        asset_key=asset_key(release),
        check_name=IN_FORCE_CHECK,
        passed=not documents,
        severity=dg.AssetCheckSeverity.WARN,
        description=_withdrawn(documents),
        metadata={"documents_taken_down": documents},
    )


def _asset(
    name: str, profile: Profile, store: Store, blocking: Mapping[str, Sequence[str]]
) -> dg.AssetsDefinition:
    key = asset_key(f"release/{name}")
    law = dg.AssetCheckSpec(
        LAW_CHECK,
        asset=key,
        blocking=True,
        description=(
            "Every component has the tokens that were declared, every chosen document is whole and "
            "as often as its epochs say, and all of it was written."
        ),
    )
    in_force = dg.AssetCheckSpec(
        IN_FORCE_CHECK, asset=key, description="No document of it was taken down since."
    )

    @dg.asset(
        key=key,
        deps=[asset_key("packed")],
        group_name=RELEASE_GROUP,
        description=f"Release {name}: documents of all packed batches in declared shares.",
        code_version=code_version(profile, name),
        check_specs=[law, in_force],
        owners=profile.owners,
        **marks_of(None),
    )
    def release(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        with final_failures(release=name):
            refuse_unchecked_batches(
                context, f"release/{name}", "packed", store.batches("packed"), blocking
            )
            built = _build(context, name, profile, store)
            facts = _facts(context.instance, profile, store, built)
        gone = documents_taken_down(store.files, built.folder)
        return dg.MaterializeResult(
            metadata=_metadata(built)
            | _card(store, built.folder, facts)
            | {"forced": is_forced(context), "withdrawn": gone > 0},
            data_version=dg.DataVersion(built.digest),
            check_results=[
                dg.AssetCheckResult(
                    passed=all(item.holds for item in built.laws),
                    asset_key=key,
                    check_name=LAW_CHECK,
                    metadata={item.name: str(item) for item in built.laws},
                ),
                dg.AssetCheckResult(
                    passed=not gone,
                    asset_key=key,
                    check_name=IN_FORCE_CHECK,
                    severity=dg.AssetCheckSeverity.WARN,
                    description=_withdrawn(gone),
                    metadata={"documents_taken_down": gone},
                ),
            ],
        )

    return release


def _build(context: dg.AssetExecutionContext, name: str, profile: Profile, store: Store) -> "Built":
    from synth_assets.packing.release.build import build_release
    from synth_assets.packing.release.planning import plan_release

    plan = plan_release(store, profile, name)
    return build_release(store, profile, plan, log=context.log.info, cancelled=stop_asked)


def _facts(
    instance: dg.DagsterInstance, profile: Profile, store: Store, built: "Built"
) -> "CardFacts":
    from synth_assets.defs.results import latest_results
    from synth_assets.report.card.facts import gather

    batches = [batch.key for batch in built.plan.inventory.batches]
    return gather(store, profile, built.folder, latest_results(instance, profile, batches))


def _card(store: Store, folder: str, facts: "CardFacts") -> dict[str, Metadata]:
    from synth_assets.report.card.page import write
    from synth_assets.report.card.preview import preview

    return {
        "card": dg.MetadataValue.path(write(store, folder, facts)),
        "card_preview": dg.MetadataValue.md(preview(facts)),
    }


def _withdrawn(documents: int) -> str | None:
    if not documents:
        return None
    return f"withdrawn: {documents:,} of its documents were taken down; materialize it again"


def _metadata(built: "Built") -> dict[str, Metadata]:
    from synth_assets.report.release import tokens_svg
    from synth_assets.report.svg import as_markdown_image
    from synth_assets.report.tables import markdown_table

    composition = built.plan.whole.composition
    components, languages = composition.components(), composition.languages()
    by_component = as_markdown_image(tokens_svg(components, "component"), "tokens by component")
    by_language = as_markdown_image(tokens_svg(languages, "lang"), "tokens by language")
    return {
        "dagster/row_count": built.sequences,
        "path": dg.MetadataValue.path(built.path),
        "manifest": dg.MetadataValue.path(built.manifest_path),
        "release_version": built.plan.version,
        "batches": len(built.plan.inventory.batches),
        "documents": composition.documents,
        "tokens": composition.tokens,
        "composition": dg.MetadataValue.md(markdown_table(components)),
        "tokens_by_component": dg.MetadataValue.md(by_component),
        "tokens_by_language": dg.MetadataValue.md(f"{by_language}\n\n{markdown_table(languages)}"),
    }
