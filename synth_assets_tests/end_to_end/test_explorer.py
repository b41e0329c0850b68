"""The explorer in headless Chromium, served by the real command."""

import os
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.store import Store
from synth_assets_tests.corpora import document, frame
from synth_assets_tests.end_to_end.conftest import Site
from synth_assets_tests.end_to_end.dagster_ui import find_browser, open_page, save
from synth_assets_tests.end_to_end.served import free_port
from synth_assets_tests.explore.pages import GARDEN, HOSTILE, SHORT

pytestmark = pytest.mark.end_to_end

BATCH = "2026-01-01"
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def publish(store: Store) -> None:
    """Three pages, of which the filter keeps two, one of them masked, and drops one."""
    garden = document(1, GARDEN, title="A garden by the sea")
    hostile = document(2, HOSTILE, title="<i>Hostile</i>", url="javascript:alert(1)")
    short = document(3, SHORT, title="Short")
    text = GARDEN.replace("rosa@garden.example", "<EMAIL>")
    masked = garden.child(text, row_version="1", generation_keys=[])
    pages = frame([garden, hostile, short])
    with store.write("raw_web", BATCH, schema=DOCUMENT, code_version="1", inputs={}) as writer:
        writer.read(pages)
        writer.keep(pages)
        writer.commit()
    why = {"drop_reason": "gopher_min_words", "drop_value": "15", "drop_limit": "at least 50"}
    with store.write("filtered", BATCH, schema=DOCUMENT, code_version="1", inputs={}) as writer:
        writer.read(pages)
        writer.keep(frame([masked, hostile]))
        writer.drop(pages[2:].with_columns(**{name: pl.lit(said) for name, said in why.items()}))
        writer.commit()


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots are kept: $SYNTH_ASSETS_SCREENSHOTS, or the test run's own folder."""
    named = os.environ.get("SYNTH_ASSETS_SCREENSHOTS")
    return Path(named) if named else tmp_path_factory.mktemp("screenshots")


@pytest.fixture
def browser() -> str:
    found = find_browser()
    if found is None:
        pytest.skip("no Chromium on this machine")
    return found


@pytest.fixture
def address(site: Site, browser: str) -> Iterator[str]:
    """The explorer, ended by SIGTERM."""
    publish(site.store)
    port = free_port()
    served = site.start("explore", "--port", str(port))
    assert served.stdout is not None
    said = next(line for line in served.stdout if "the explorer is on" in line)
    assert f"http://127.0.0.1:{port}" in said
    yield f"http://127.0.0.1:{port}"
    served.terminate()
    served.communicate(timeout=20)


def test_a_dropped_page_is_found_with_its_reason_and_a_family_with_its_changes(
    address: str, browser: str, shots: Path
) -> None:
    with open_page(browser, 1360, 900) as page:
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(address)
        page.keyboard.press("/")
        page.keyboard.type("tide is out and nobody")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Short").click()
        page.get_by_text("dropped: gopher_min_words").first.wait_for()
        assert page.get_by_text("(allowed: at least 50)").is_visible()
        save(page, shots, "explorer_dropped")

        page.goto(f"{address}/search?q=tamarisk+hedge")
        page.locator(".entries a").first.click()
        family = page.get_by_role("navigation", name="Family")
        assert family.get_by_role("link").count() == 2
        family.get_by_role("link").last.click()  # the page without its address
        assert page.locator("del").first.inner_text() == "rosa@garden.example"
        assert page.locator("ins").first.inner_text() == "<EMAIL>"
        save(page, shots, "explorer_family")

        page.goto(f"{address}/search?q=onerror")
        page.locator(".entries a").first.click()
        assert page.title().startswith("<i>Hostile</i>")
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate(WIDE) is False
        save(page, shots, "explorer_narrow")
        assert all(one.startswith((address, "data:")) for one in requests)
