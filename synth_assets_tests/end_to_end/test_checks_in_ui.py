"""Checks in the real UI: what they stop, what they show, and new files of SQL without a restart."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from synth_assets_tests.defs.test_guards import TEXT
from synth_assets_tests.end_to_end.conftest import Site
from synth_assets_tests.end_to_end.dagster_ui import GraphQl, open_page, save
from synth_assets_tests.end_to_end.served import BATCH, served

pytestmark = [pytest.mark.end_to_end, pytest.mark.drill]

CHECK = """-- corpus: raw_web
-- severity: {severity}
-- blocking: {blocking}
-- description: {description}
SELECT doc_id, url, 'zebra' AS found FROM this
"""
PROFILE = """
rewriting:
  recipes: {{faq: null, tutorial: null, table: null, encyclopedic: null, grammatical_errors: null}}
translation: {{targets: {{cat_Latn: null}}}}
sql: {{folders: ["{folder}"]}}
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of SQL with a check that fails and stops, and one that fails and warns."""
    folder = tmp_path_factory.mktemp("sql")
    for kind in ("checks", "models"):
        (folder / kind).mkdir()
    write_check(folder, "no_zebra", severity="error", blocking="true")
    write_check(folder, "zebra_seen", severity="warn", blocking="false")
    return folder


def write_check(folder: Path, name: str, **header: str) -> None:
    path = folder / "checks" / f"{name}.sql"
    path.write_text(CHECK.format(description="No page has a zebra.", **header))


@pytest.fixture(scope="module")
def graphql(
    site: Site, browser: str, own: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GraphQl]:
    del browser  # without one the module is skipped before a server is started
    data = tmp_path_factory.mktemp("data")
    pages = [
        {"text": TEXT.replace("river", water), "url": f"https://example.org/{n}"}
        for n, water in enumerate(("river", "lake", "harbour"))
    ]
    (data / "pages.jsonl").write_text("".join(json.dumps(page) + "\n" for page in pages))
    profile = tmp_path_factory.mktemp("profile") / "own.yaml"
    profile.write_text(PROFILE.format(folder=own))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYNTH_ASSETS_PROFILE", str(profile))
        with served(site, data, None) as asked:
            yield asked


def run(graphql: GraphQl) -> str:
    """Materialize raw_web and filtered of the batch; the run's last status."""
    return graphql.end_of(graphql.launch_corpora(BATCH, "raw_web", "filtered"), 240)


def test_what_fails_stops_the_line_and_what_warns_does_not(
    graphql: GraphQl, browser: str, own: Path, shots: Path
) -> None:
    assert run(graphql) == "FAILURE"
    assert graphql.materialization(["raw_web"], BATCH) is not None
    assert graphql.materialization(["filtered"], BATCH) is None
    found = graphql.check_results(["raw_web"])
    assert (found["no_zebra"], found["zebra_seen"]) == ("FAILED", "FAILED")
    with open_page(browser) as page:
        page.goto(f"{graphql.url}/assets/raw_web?view=checks&checkDetail=no_zebra")
        page.get_by_text("failing_rows").first.wait_for(timeout=60_000)
        page.get_by_text("Show Markdown", exact=False).first.click()
        page.get_by_text("https://example.org/0").first.wait_for(timeout=30_000)
        assert page.get_by_text("zebra", exact=True).count() >= 3
        save(page, shots, "failing_check")

    write_check(own, "no_zebra", severity="warn", blocking="false")
    write_check(own, "added_later", severity="warn", blocking="false")
    (own / "models" / "sites.sql").write_text("-- Sites.\nSELECT url FROM raw_web")
    assert "model/sites" not in graphql.asset_keys()
    graphql.reload()
    assert "model/sites" in graphql.asset_keys()
    assert graphql.check_results(["raw_web"])["added_later"] == "none"

    assert run(graphql) == "SUCCESS"
    assert graphql.check_results(["raw_web"])["added_later"] == "FAILED"
    made = graphql.materialization(["filtered"], BATCH)
    assert made is not None
    with open_page(browser) as page:
        page.goto(f"{graphql.url}/assets/filtered?view=partitions&partition={BATCH}")
        for shown in ("dagster/row_count", "funnel", "documents_by_length"):
            page.get_by_text(shown).first.wait_for(timeout=60_000)
        save(page, shots, "filtered_batch")
        page.goto(f"{graphql.url}/assets/filtered?view=overview")
        page.get_by_text("FLORES style language", exact=False).first.wait_for(timeout=60_000)
        save(page, shots, "filtered_columns")
