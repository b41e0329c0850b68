"""The whole line on the bundled sample, as a newcomer runs it."""

import re
import subprocess
from pathlib import Path

import polars as pl
import pytest

from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Store
from synth_assets.explore.ask import Explorer
from synth_assets.explore.index.look import Index
from synth_assets.explore.index.refresh import IndexFolder, refresh
from synth_assets.explore.tables import Shelf
from synth_assets.ingest.plan import plan_batches
from synth_assets.line import build_line
from synth_assets.profile import Profile
from synth_assets_tests.end_to_end.conftest import Site, write_pages
from synth_assets_tests.explore.walking import tokens_explained, walk

pytestmark = pytest.mark.end_to_end

RECIPES = ["faq", "tutorial", "table", "encyclopedic", "grammatical_errors"]
CORPORA = [
    "raw_web",
    "filtered",
    *(f"rewritten/{name}" for name in RECIPES),
    "translated/cat_Latn",
    "signatures",
    "deduped",
    "packed",
]


@pytest.fixture(scope="module")
def first(site: Site) -> subprocess.CompletedProcess[str]:
    return site.run("up", "--no-ui")


def test_the_line_succeeds_and_says_what_it_did(site: Site, first) -> None:
    assert first.returncode == 0, first.stdout
    for corpus in CORPORA:
        assert re.search(rf"{corpus}: [\d,]+ rows", first.stdout), first.stdout
        assert len(site.store.batches(corpus)) == 1
    assert re.search(r"filtered +[\d,]+ +[\d,]+ +[\d,]+", first.stdout)
    assert re.search(r"exact_duplicate +5 ", first.stdout)
    assert "DEBUG" not in first.stdout
    assert str(site.home.path / "corpora") in first.stdout.replace("\n", "")


def test_gpu_corpora_ran_in_the_lane_and_the_others_in_children(first) -> None:
    places = dict(re.findall(r"(\S+): [\d,]+ rows.*\((\w+) lane, process \d+\)", first.stdout))
    lanes = {corpus: "gpu" if corpus.startswith("translated") else "cpu" for corpus in CORPORA}
    assert places == lanes


def test_every_law_holds(site: Site, first) -> None:
    for corpus in CORPORA:
        footer = site.store.open(corpus, site.store.batches(corpus)[0]).footer
        assert footer.laws
        assert not footer.broken_laws


def test_packed_holds_text_of_every_kind_and_recipe(site: Site, first) -> None:
    (batch,) = site.store.batches("packed")
    spans = site.store.open("packed", batch).read(["spans"]).explode("spans").unnest("spans")
    deduped = site.store.open("deduped", batch).read(["doc_id", "kind", "recipe"])
    packed = deduped.join(spans.select("doc_id").unique(), on="doc_id")
    assert set(packed["kind"]) == {"natural", "rewritten", "translated"}
    assert set(RECIPES) <= set(packed["recipe"])


def test_every_document_leads_back_to_a_record_of_the_input(site: Site, first) -> None:
    (batch,) = site.store.batches("deduped")
    raw = site.store.open("raw_web", batch).read(["doc_id", "source"])
    roots = site.store.open("deduped", batch).read(["root_ids"]).explode("root_ids")
    assert roots.join(raw, left_on="root_ids", right_on="doc_id", how="anti").height == 0
    assert raw.unnest("source").filter(pl.col("file").is_null()).height == 0


def test_the_whole_sample_explains_back(site: Site, first, profile: Profile) -> None:
    """Every document of every corpus, kept or dropped, and every packed token."""
    refresh(Shelf(site.store), IndexFolder.of(site.store, site.home))
    explorer = Explorer.of(site.store, site.home)
    assert isinstance(explorer.finder, Index)
    walked = walk(site.store, explorer)
    assert len(walked) > 1_300
    assert tokens_explained(site.store, profile, explorer, walked) > 700_000


def test_a_second_run_does_nothing_again(site: Site, first) -> None:
    before = site.manifests()
    second = site.run("up", "--no-ui")
    assert second.returncode == 0, second.stdout
    assert "nothing new to run" in second.stdout
    assert site.manifests() == before
    assert all(entry["lines"] == entry["keys"] for entry in before.values())


def test_a_failing_input_is_one_sentence(site: Site, tmp_path: Path) -> None:
    outcome = site.run("up", "--no-ui", "--data", str(tmp_path / "nowhere"))
    assert outcome.returncode == 2
    assert "nowhere" in outcome.stdout
    assert "Traceback" not in outcome.stdout


def test_two_runs_of_one_batch_give_the_same_bytes(tmp_path: Path, profile: Profile) -> None:
    data = write_pages(tmp_path / "data", 5)
    made = [_run_line(Store(tmp_path / name), data, profile) for name in "ab"]
    assert made[0].keys() == made[1].keys()
    assert [name for name in made[0] if made[0][name] != made[1][name]] == []


def _run_line(store: Store, data: Path, profile: Profile) -> dict[str, bytes]:
    """All corpora of one batch without Dagster: bytes of every Parquet file but the journals."""
    from datetime import date

    report = plan_batches(store, [data], profile, date(2026, 1, 1))
    for stage in build_line(profile):
        stage.run(StageRun(store, profile, report.batches[0].key, stage.code_version))
    root = Path(store.files.root)
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.glob("**/*.parquet")
        if not path.is_relative_to(root / "journal")
    }
