"""A running explorer: it follows the index, and says where the corpora have moved on."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from synth_assets.explore.index.refresh import IndexFolder, discard, refresh
from synth_assets.explore.tables import Shelf
from synth_assets.explore.web.app import create_app
from synth_assets.explore.web.live import Live
from synth_assets_tests.explore.site import Site
from synth_assets_tests.explore.test_web import BASE

LATER = "2026-01-02"


@pytest.fixture
def client(site: Site) -> TestClient:
    live = Live(site.store, site.home, site.profile, look_s=0)
    return TestClient(create_app(live.views), base_url=BASE)


def index_of(site: Site) -> tuple[Shelf, IndexFolder]:
    return Shelf(site.store), IndexFolder.of(site.store, site.home)


def test_a_batch_shows_once_it_is_indexed_and_before_is_said_to_be_missing(
    site: Site, client: TestClient
) -> None:
    _, place = index_of(site)
    files = sorted(Path(site.store.files.root).rglob(f"{LATER}.parquet"))
    for path in files:
        path.rename(path.with_suffix(".away"))
    refresh(Shelf(site.store), place)
    shown = client.get("/").text
    assert LATER not in shown
    assert "The index is behind" not in shown

    for path in files:
        path.with_suffix(".away").rename(path)
    shown = client.get("/").text
    assert f"The index is behind: batch {LATER} is not in it" in shown
    assert "Seen again" not in client.get("/search?q=tamarisk").text

    refresh(Shelf(site.store), place)
    shown = client.get("/").text
    assert f"Batch {LATER}" in shown
    assert "The index is behind" not in shown
    assert "Seen again" in client.get("/search?q=tamarisk").text


def test_documents_stay_readable_while_another_corpus_of_their_batch_is_made_again(
    site: Site, client: TestClient
) -> None:
    listed = client.get("/search?q=nobody+tide").text
    (address,) = {part.split('"')[0] for part in listed.split('href="')[1:] if "/document/" in part}
    batch = next(iter(Shelf(site.store).batches))
    packed = Path(site.store.open("packed", batch).path)
    packed.touch()
    shown = client.get(address)
    assert shown.status_code == 200
    assert "gopher_min_words" in shown.text
    assert f"The index is behind: batch {batch}" in shown.text


def test_an_index_that_was_removed_is_no_empty_store(site: Site, client: TestClient) -> None:
    discard(site.store, site.home)
    shown = client.get("/").text
    assert "No batch is indexed" in shown
    assert "There is no corpus" not in shown
    assert "The index is behind: batch 2026-01-01" in shown
