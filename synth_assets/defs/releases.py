"""The releases as assets: unpartitioned, in a group of their own, so that a launch of the corpora
stays one run and no backfill."""

from collections.abc import Mapping, Sequence

import dagster as dg

from synth_assets.corpus.store import Store
from synth_assets.defs.guard import refuse_unchecked_batch
from synth_assets.defs.metadata import Metadata
from synth_assets.defs.partitions import FORCE_TAG, LAW_CHECK, asset_key
from synth_assets.errors import SynthAssetsError
from synth_assets.executor.marks import marks_of
from synth_assets.executor.stopping import stop_asked
from synth_assets.packing.release.build import Built, build_release
from synth_assets.packing.release.planning import code_version, plan_release
from synth_assets.profile import Profile
from synth_assets.report.release import tokens_svg
from synth_assets.report.svg import as_markdown_image
from synth_assets.report.tables import markdown_table

RELEASE_GROUP = "releases"


def release_assets(
    profile: Profile, store: Store, blocking: Mapping[str, Sequence[str]]
) -> list[dg.AssetsDefinition]:
    """One asset per release of the profile. `blocking` names the blocking checks of `packed`."""
    return [_asset(name, profile, store, blocking) for name in profile.releases]


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

    @dg.asset(
        key=key,
        deps=[asset_key("packed")],
        group_name=RELEASE_GROUP,
        description=f"Release {name}: documents of all packed batches in declared shares.",
        code_version=code_version(profile, name),
        check_specs=[law],
        **marks_of(None),
    )
    def release(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        forced = context.run.tags.get(FORCE_TAG, "") == "true"
        for batch in store.batches("packed"):
            refuse_unchecked_batch(
                context,
                f"release/{name}",
                "packed",
                batch,
                blocking.get("packed", ()),
                force=forced,
            )
        built = _build(context, name, profile, store)
        return dg.MaterializeResult(
            metadata=_metadata(built) | {"forced": forced},
            data_version=dg.DataVersion(built.digest),
            check_results=[
                dg.AssetCheckResult(
                    passed=all(item.holds for item in built.laws),
                    asset_key=key,
                    check_name=LAW_CHECK,
                    metadata={item.name: str(item) for item in built.laws},
                )
            ],
        )

    return release


def _build(context: dg.AssetExecutionContext, name: str, profile: Profile, store: Store) -> Built:
    """A user's error is final and is shown as its one sentence."""
    try:
        plan = plan_release(store, profile, name)
        return build_release(store, profile, plan, log=context.log.info, cancelled=stop_asked)
    except SynthAssetsError as error:
        raise dg.Failure(
            description=str(error), metadata={"release": name}, allow_retries=False
        ) from error


def _metadata(built: Built) -> dict[str, Metadata]:
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
