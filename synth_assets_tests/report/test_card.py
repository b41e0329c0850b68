"""The corpus card: one page that says what is inside, asks nobody for anything, and keeps up."""

import re
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.store import Store
from synth_assets.defs.takedowns import record_withdrawals
from synth_assets.errors import ReleaseError
from synth_assets.packing import stage
from synth_assets.packing.release.build import Built, build_release
from synth_assets.packing.release.planning import plan_release
from synth_assets.profile import Profile
from synth_assets.report.card.facts import Result, gather
from synth_assets.report.card.page import publish_card
from synth_assets.report.card.preview import preview
from synth_assets.takedown.releases import withdraw
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import BATCH, publish
from synth_assets_tests.packing.corpora import small_tokenizer
from synth_assets_tests.packing.release.making import documents, with_release, write_deduped

SLY = "<script>alert(1)</script>"
RESULTS = [
    Result("filtered", BATCH, "unique_ids", "passed"),
    Result("filtered", BATCH, "license_known", "warned", "7 rows"),
]
COMPONENTS = {
    "pages": {"kinds": ["natural"], "weight": 0.7},
    "questions": {"recipes": ["faq"], "weight": 0.3},
}


@pytest.fixture
def released(
    store: Store, profile: Profile, tmp_path: Path, make_run: MakeRun
) -> tuple[Profile, Built]:
    tokenizer = small_tokenizer(tmp_path / "bpe")
    packing = {"tokenizer": tokenizer, "sequence_lengths": [128]}
    packing = profile.packing.model_copy(update=packing)
    small = profile.model_copy(update={"packing": packing})
    pages = documents(60)
    for page in pages:
        page.title, page.license = SLY, "CC0-1.0"
    publish(store, pages)
    made = [
        page.child(
            f"What is it? {page.text}",
            row_version="1",
            generation_keys=["k"],
            kind="rewritten",
            recipe="faq",
            license=None,
        )
        for page in pages[:40]
    ]
    write_deduped(store, BATCH, [*pages, *made], tokenizer)
    stage.run(make_run(profile=small))
    declared = with_release(small, components=COMPONENTS)
    return declared, build_release(store, declared, plan_release(store, declared, "r"))


def test_the_card_says_what_a_reader_needs(store: Store, released) -> None:
    profile, built = released
    page = Path(publish_card(store, profile, built.folder, RESULTS)).read_text()
    for component in built.manifest["components"]:
        assert f"{component['tokens']:,}" in page
    for said in ("CC0-1.0", "FinePhrase, arXiv 2604.13977", built.plan.version, "7 rows"):
        assert said in page
    recipe = re.search(r"Hash of the requests</dt><dd>([0-9a-f]{12})", page)
    assert recipe is not None
    sources = re.findall(r"<h4>Source</h4>\s*<pre[^>]*>([^<]+)", page)
    made = re.findall(r"<h4>Made text</h4>\s*<pre[^>]*>([^<]+)", page)
    assert len(sources) == len(made) == 2
    assert all(text == f"What is it? {source}" for source, text in zip(sources, made, strict=True))
    assert "of the tokens no licence is known" in page


def test_the_card_asks_nobody_for_anything(store: Store, released) -> None:
    profile, built = released
    page = Path(publish_card(store, profile, built.folder, RESULTS)).read_text()
    assert SLY not in page
    assert "&lt;script&gt;" in page
    assert re.findall(r"<(?:script|link|img|iframe|object)\b", page) == []
    assert re.findall(r"(?:src|action)=|@import|url\(", page) == []
    assert all(link.startswith("#") for link in re.findall(r'href="([^"]*)"', page))
    assert "default-src 'none'" in page
    assert "prefers-color-scheme: dark" in page and "@media print" in page


def test_a_rerun_gives_the_same_bytes_and_leaves_the_release_as_it_is(
    store: Store, released
) -> None:
    profile, built = released
    first = Path(publish_card(store, profile, built.folder, RESULTS)).read_bytes()
    assert Path(publish_card(store, profile, built.folder, RESULTS)).read_bytes() == first
    again = build_release(store, profile, plan_release(store, profile, "r"))
    assert again.digest == built.digest
    assert "card.html" not in built.manifest["files"]


def totals(page: str) -> dict[str, tuple[int, int]]:
    """Documents and tokens that each table of the composition adds up to."""
    found = {}
    for name in ("language", "kind", "recipe", "licence"):
        (rows,) = re.findall(f"<caption>By {name}</caption>.*?<tbody>(.*?)</tbody>", page, re.S)
        cells = re.findall(r'class="number">([\d,]+)</td>\s*<td class="number">([\d,]+)<', rows)
        numbers = [[int(cell.replace(",", "")) for cell in pair] for pair in cells]
        found[name] = (sum(pair[0] for pair in numbers), sum(pair[1] for pair in numbers))
    return found


def test_a_withdrawn_release_says_so_and_shows_no_text_that_is_gone(
    store: Store, released, make_run: MakeRun
) -> None:
    profile, built = released
    manifest = built.manifest
    page = Path(publish_card(store, profile, built.folder)).read_text()
    assert "Withdrawn" not in page
    published = totals(page)
    assert "no longer stored" not in page and "By source" not in page
    rows = store.open("deduped", BATCH).read()
    doc_id = re.findall(r"· ([0-9a-f]{32})</span>", page)[0]
    (text,) = rows.filter(doc_id=doc_id)["text"]
    assert text in page
    with store.write("deduped", BATCH, schema=DOCUMENT, code_version="2", inputs={}) as writer:
        writer.keep(rows.filter(pl.col("doc_id") != doc_id).select(*DOCUMENT))
        writer.commit()
    stage.run(make_run(profile=profile))
    assert withdraw(store.files, pl.Series([doc_id])) == {built.folder: 1}
    page = Path(publish_card(store, profile, built.folder)).read_text()
    assert "Withdrawn: 1 of its documents" in page
    assert doc_id not in page
    assert "no longer stored" in page and "By source" not in page
    assert totals(page) == published
    assert set(published.values()) == {(manifest["documents"], manifest["tokens"])}


def test_a_card_that_a_takedown_writes_has_the_check_results(store: Store, released) -> None:
    profile, built = released
    failed = dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey("raw_web"),
        check_name="license_known",
        passed=False,
        metadata={"failing_rows": 7},
        severity=dg.AssetCheckSeverity.WARN,
        partition=BATCH,
    )
    path = Path(publish_card(store, profile, built.folder))
    assert "license_known" not in path.read_text()
    gone = withdraw(store.files, store.open("deduped", BATCH).read(["doc_id"])["doc_id"][:1])
    with dg.DagsterInstance.ephemeral() as instance:
        instance.report_runless_asset_event(failed)
        record_withdrawals(instance, store, profile, gone)
    page = path.read_text()
    assert "Withdrawn: 1 of its documents" in page
    assert re.search(r"license_known</td>\s*<td>warned</td>\s*<td>7 rows", page)


def test_the_preview_has_the_main_figures_and_the_limits(store: Store, released) -> None:
    profile, built = released
    shown = preview(gather(store, profile, built.folder, RESULTS))
    assert f"| tokens | {built.manifest['tokens']:,} |" in shown
    assert re.search(r"\| licences \| CC0-1.0 [\d.]+%, unknown [\d.]+% \|", shown)
    assert re.search(r"\| recipes \| no recipe [\d.]+%, faq [\d.]+% \|", shown)
    assert re.search(r"\| laws and checks \| \d+ passed, 1 warned \|", shown)
    assert "- Of " in shown and "no licence is known" in shown
    assert SLY not in shown


def test_a_folder_without_release_is_named(store: Store, profile: Profile) -> None:
    with pytest.raises(ReleaseError, match="no release lies in .*releases/nothing/v1"):
        publish_card(store, profile, "releases/nothing/v1")
