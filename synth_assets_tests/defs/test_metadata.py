"""What an asset's page shows: light, complete, and honest about where columns come from."""

from pathlib import Path

import dagster as dg
import orjson
import polars as pl
import pytest

from synth_assets.corpus.schema import DOCUMENT, DROPPED
from synth_assets.corpus.store import Store
from synth_assets.defs.columns import column_lineage
from synth_assets.defs.corpora import corpus_assets
from synth_assets.defs.metadata import describe
from synth_assets.defs.releases import IN_FORCE_CHECK
from synth_assets.defs.takedowns import record_withdrawals
from synth_assets.errors import ProfileError
from synth_assets.line import build_line
from synth_assets.profile import Profile, load_profile
from synth_assets.report.columns import description_of
from synth_assets.report.pairs import pairs
from synth_assets_tests.corpora import BATCH, document, frame, publish

MOST_BYTES = 60_000
LONG = "A sentence that says little, and says it once more. " * 20


def shown(store: Store, corpus: str, columns=DOCUMENT, inputs=("raw_web",)) -> dict:
    opened = store.open(corpus, BATCH)
    materialization = dg.AssetMaterialization(
        "x", metadata=describe(store, opened, columns, inputs)
    )
    return {name: value.value for name, value in materialization.metadata.items()}


def size(metadata: dict) -> int:
    return sum(
        len(name) + len(orjson.dumps(value, default=str)) for name, value in metadata.items()
    )


def crowded(store: Store, corpus: str) -> None:
    """Long texts in forty languages, and forty reasons to drop one."""
    languages = [f"{a}{b}x_Latn" for a in "abcdefgh" for b in "abcde"]
    rows = frame([document(n, LONG * (n + 1), lang) for n, lang in enumerate(languages)])
    dropped = frame([document(100 + n, LONG) for n in range(40)]).with_columns(
        drop_reason=pl.format("a_rule_with_a_long_name_{}", pl.int_range(pl.len())),
        drop_value=pl.lit("0.71"),
        drop_limit=pl.lit("at most 0.3"),
        duplicate_of=rows["doc_id"],
    )
    with store.write(corpus, BATCH, schema=DOCUMENT, code_version="1", inputs={}) as writer:
        writer.read(pl.concat([rows, dropped.drop(list(DROPPED))]))
        writer.keep(rows)
        writer.drop(dropped)
        writer.commit()


@pytest.mark.parametrize("corpus", ["filtered", "rewritten/faq", "translated/cat_Latn"])
def test_metadata_of_a_crowded_batch_is_light(store: Store, profile: Profile, corpus: str) -> None:
    crowded(store, corpus)
    (stage,) = [stage for stage in build_line(profile) if stage.corpus == corpus]
    found = shown(store, corpus, stage.columns)
    assert size(found) < MOST_BYTES
    assert found["dagster/row_count"] == found["documents_dropped"] == 40
    for plot in ("funnel", "documents_by_length", "documents_by_language"):
        assert found[plot].startswith(f"![{plot}](data:image/svg+xml;base64,")
    assert "sample" in found


def test_what_was_made_stands_beside_its_source(store: Store) -> None:
    parents = [document(number, f"Text {number}.") for number in range(2)]
    publish(store, parents)
    made = parents[0].child("Made of 0.", row_version="1", generation_keys=["k"], kind="rewritten")
    refused = frame(parents[1:]).with_columns(
        drop_reason=pl.lit("echo"), drop_value=pl.lit("0.9"), drop_limit=pl.lit("0.5")
    )
    name = "rewritten/faq"
    with store.write(name, BATCH, schema=DOCUMENT, code_version="1", inputs={}) as writer:
        writer.keep(frame([made]))
        writer.drop(refused)
        writer.commit()
    assert pairs(store, store.open(name, BATCH), ["filtered"]).rows() == [
        ("Text 0.", "Made of 0.", "passed"),
        ("Text 1.", "", "dropped: echo 0.9 (allowed: 0.5)"),
    ]


def test_every_column_of_the_line_says_what_it_holds(profile: Profile) -> None:
    line = build_line(profile)
    silent = {
        (stage.corpus, column)
        for stage in line
        for column in stage.columns
        if not description_of(stage.corpus, column)
    }
    assert silent == set()
    assert all(stage.description[0].isalpha() for stage in line)


def test_columns_name_those_they_come_from(profile: Profile) -> None:
    line = {stage.corpus: stage for stage in build_line(profile)}
    raw, faq = line["raw_web"].columns, line["rewritten/faq"]

    def sources(stage, **inputs) -> dict[str, set[tuple[str, str]]]:
        found = column_lineage(stage, inputs).value.deps_by_column
        return {
            name: {(dep.asset_key.to_user_string(), dep.column_name) for dep in deps}
            for name, deps in found.items()
        }

    filtered = sources(line["filtered"], raw_web=raw)
    assert filtered["url"] == {("raw_web", "url")}
    assert filtered["n_words"] == {("raw_web", "text")}
    made = sources(faq, filtered=line["filtered"].columns)
    assert made["text"] == {("filtered", "text")}
    assert made["parent_ids"] == {("filtered", "doc_id")}
    assert "model" not in made


def test_assets_belong_to_the_owners_of_the_profile(light: Profile, tmp_path: Path) -> None:
    owned = light.model_copy(update={"owners": ["team:data", "ann@example.org"]})
    (asset, *_) = corpus_assets(build_line(owned)[:1], owned, Store(tmp_path), {})
    assert asset.owners_by_key[asset.key] == ["team:data", "ann@example.org"]
    path = tmp_path / "owners.yaml"
    path.write_text("owners: [ann]")
    with pytest.raises(ProfileError, match="an owner is an e-mail address, or team: and a name"):
        load_profile(path)


def test_a_withdrawn_release_warns_on_its_page(store: Store, light: Profile) -> None:
    store.files.write("releases/base/newest.json", b'{"version": "new"}')
    key = dg.AssetCheckKey(dg.AssetKey(["release", "base"]), IN_FORCE_CHECK)
    with dg.DagsterInstance.ephemeral() as instance:
        record_withdrawals(instance, store, light, {"releases/base/old": 3, "releases/base/new": 2})
        history = instance.event_log_storage.get_asset_check_execution_history(key, limit=5)
    (record,) = history
    assert not record.evaluation.passed
    assert record.evaluation.severity is dg.AssetCheckSeverity.WARN
    assert record.evaluation.description.startswith("withdrawn: 2 of its documents")
