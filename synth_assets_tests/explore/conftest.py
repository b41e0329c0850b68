"""Two small batches made by the real stages, and an index of them."""

import gzip
import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from synth_assets.bundled import SAMPLE
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Store
from synth_assets.explore.ask import Explorer
from synth_assets.explore.index.look import Index
from synth_assets.explore.index.refresh import IndexFolder, refresh
from synth_assets.explore.tables import Shelf
from synth_assets.home import Home
from synth_assets.ingest.plan import plan_batches
from synth_assets.line import build_line
from synth_assets.packing.release.build import build_release
from synth_assets.packing.release.planning import plan_release
from synth_assets.profile import Profile, load_profile
from synth_assets.report.card.page import publish_card
from synth_assets_tests.explore.pages import PAGES
from synth_assets_tests.explore.site import Site

FIRST, SECOND = date(2026, 1, 1), date(2026, 1, 2)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The store, never written to by a test; those that write take a copy."""
    folder = tmp_path_factory.mktemp("explored")
    home = Home(folder / "home")
    profile = small(load_profile(home=home))
    store = Store(profile.root)
    for day, inputs in ((FIRST, first_inputs(folder)), (SECOND, second_inputs(folder))):
        (batch,) = plan_batches(store, [inputs], profile, day).batches
        for stage in build_line(profile):
            stage.run(StageRun(store, profile, batch.key, stage.code_version))
    built = build_release(store, profile, plan_release(store, profile, "everything"))
    publish_card(store, profile, built.folder)
    refresh(Shelf(store), IndexFolder.of(store, home))
    return Site(home, profile)


@pytest.fixture
def site(made: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A copy of the store and its index, in the home of the test."""
    home = Home(tmp_path / "home")
    shutil.copytree(made.home.path, home.path)
    copied = Site(home, made.profile.model_copy(update={"root": home.resolve("corpora")}))
    refresh(Shelf(copied.store), IndexFolder.of(copied.store, home))
    yield copied


@pytest.fixture(scope="session")
def explorer(made: Site) -> Explorer:
    shelf = Shelf(made.store)
    return Explorer(shelf, Index(shelf, IndexFolder.of(made.store, made.home)))


def small(profile: Profile) -> Profile:
    """The default profile with two recipes by rules and no translation."""
    recipes = {name: profile.rewriting.recipes[name] for name in ("faq", "table")}
    return profile.model_copy(
        update={
            "rewriting": profile.rewriting.model_copy(update={"recipes": recipes}),
            "translation": profile.translation.model_copy(update={"targets": {}}),
        }
    )


def first_inputs(folder: Path) -> Path:
    """A web archive of the sample, and pages of this project's own."""
    inputs = folder / "first"
    inputs.mkdir()
    shutil.copy(SAMPLE / "handbook.warc.gz", inputs)
    write_lines(inputs / "pages.jsonl.gz", PAGES)
    return inputs


def second_inputs(folder: Path) -> Path:
    """A later crawl: the last page once more, word for word."""
    inputs = folder / "second"
    inputs.mkdir()
    write_lines(inputs / "again.jsonl.gz", [PAGES[0] | {"title": "Seen again"}])
    return inputs


def write_lines(path: Path, rows: list[dict[str, str]]) -> None:
    with gzip.open(path, "wt") as stream:
        stream.writelines(json.dumps(row) + "\n" for row in rows)
