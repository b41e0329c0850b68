"""The web page: what it shows, what it escapes, whom it answers."""

import re

import pytest
from starlette.testclient import TestClient

from synth_assets.explore.ask import Explorer
from synth_assets.explore.index.look import Index
from synth_assets.explore.releases import all_releases
from synth_assets.explore.web.app import create_app
from synth_assets.explore.web.views import Views
from synth_assets_tests.explore.site import Site

BASE = "http://127.0.0.1:3100"


@pytest.fixture(scope="module")
def client(made: Site, explorer: Explorer) -> TestClient:
    assert isinstance(explorer.finder, Index)
    views = Views(explorer, explorer.finder, made.profile)
    return TestClient(create_app(lambda: views), base_url=BASE)


def page_of(explorer: Explorer, url: str) -> str:
    return explorer.resolve(url)[0]


def titled(client: TestClient, words: str, title: str) -> str:
    """The document page that a search for words leads to."""
    listed = client.get("/search", params={"q": words}).text
    (address,) = set(re.findall(rf'<a href="(/document/[^"]+)">{re.escape(title)}', listed))
    return client.get(address).text


def test_the_first_page_has_every_corpus_and_links_to_the_drops(client: TestClient) -> None:
    shown = client.get("/", params={"batch": "2026-01-01"}).text
    for corpus in ("raw_web", "filtered", "rewritten/faq", "deduped", "packed"):
        assert f"{corpus}</th>" in shown
    link = "/drops/filtered?reason=gopher_min_words&amp;batch=2026-01-01"
    assert link in shown
    dropped = client.get(link.replace("&amp;", "&")).text
    assert ">Short</a>" in dropped
    assert "at least 50" in dropped


def test_drops_without_a_reason_are_all_drops_with_theirs(client: TestClient) -> None:
    shown = client.get("/drops/filtered").text
    assert ">Short</a>" in shown
    assert "gopher_min_words: 15" in shown
    assert "dropped for any reason" in shown
    assert "no_structure: a FAQ needs" in client.get("/drops/rewritten/faq").text
    assert "Nothing was dropped so" in client.get("/drops/filtered?reason=none").text


def test_a_dropped_document_says_why(client: TestClient, explorer: Explorer) -> None:
    shown = client.get(f"/document/{page_of(explorer, 'garden.example/short')}").text
    assert "dropped: gopher_min_words" in shown
    assert "(allowed: at least 50)" in shown


def test_a_masked_text_is_shown_as_changes_within_its_family(
    client: TestClient, explorer: Explorer
) -> None:
    page = page_of(explorer, "https://garden.example/sea")
    (masked,) = [
        one for one, member in explorer.family([page]).members.items() if page in member.parent_ids
    ]
    shown = client.get(f"/document/{masked}").text
    assert "<del>rosa@garden.example</del><ins>&lt;EMAIL&gt;</ins>" in shown
    assert "words unchanged" in shown
    assert f'href="/document/{page}"' in shown
    assert 'release <a href="/card/everything/' in shown


def test_hostile_pages_are_text_and_nothing_else(client: TestClient) -> None:
    shown = titled(client, "onerror javascript alert", "&lt;i&gt;Hostile&lt;/i&gt;")
    assert "&lt;script&gt;document.title" in shown
    assert "<script>document" not in shown
    assert 'href="javascript:' not in shown
    asked = client.get("/search", params={"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in asked
    missing = client.get("/document/%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    assert missing.status_code == 404
    assert "<script>alert" not in missing.text


def test_ids_addresses_and_sequences_lead_straight_to_their_pages(
    client: TestClient, explorer: Explorer
) -> None:
    page = page_of(explorer, "garden.example/short")
    for asked in (page, "https://www.garden.example/short/", "garden.example/short"):
        answer = client.get("/search", params={"q": asked}, follow_redirects=False)
        assert answer.headers["location"] == f"/document/{page}"
    sequence = client.get("/search", params={"q": "packed:2026-01-01:0"})
    assert sequence.url.path == "/sequence/packed:2026-01-01:0"
    assert "/document/" in sequence.text
    twice = client.get("/search", params={"q": "https://garden.example/sea"}).text
    assert "Crawled more than once" in twice


def test_only_this_machine_is_answered_and_only_questions(client: TestClient) -> None:
    rebound = client.get("/", headers={"host": "evil.example:3100"})
    assert (rebound.status_code, "Batch" in rebound.text) == (400, False)
    assert client.get("/", headers={"host": "localhost:3100"}).status_code == 200
    assert client.post("/search").status_code == 405
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_nothing_is_loaded_from_elsewhere(client: TestClient) -> None:
    shown = client.get("/").text
    loaded = re.findall(r'<(?:link|script|img)[^>]*(?:href|src)="([^"]+)"', shown)
    assert loaded == ["data:,", "/style.css", "/keys.js"]
    style = client.get("/style.css")
    assert style.headers["content-type"].startswith("text/css")
    assert "url(" not in style.text
    assert "@import" not in style.text


def test_a_release_leads_to_its_card_which_can_run_nothing(
    client: TestClient, explorer: Explorer
) -> None:
    (release,) = all_releases(explorer.shelf.store.files)
    shown = client.get("/releases").text
    assert f"{release.tokens:,}" in shown
    (link,) = re.findall(r'href="(/card/[^"]+)"', shown)
    assert link == f"/card/everything/{release.version}"
    card = client.get(link)
    assert "Corpus card of version" in card.text
    policy = card.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox")
    assert client.get("/card/everything").text == card.text
    for asked in ("nothing", "everything/../../../home", "%2e%2e/everything"):
        missing = client.get(f"/card/{asked}")
        assert missing.status_code == 404
        assert "Corpus card" not in missing.text


def test_what_is_not_there_is_one_sentence(client: TestClient) -> None:
    for address in ("/document/nobody", "/sequence/packed:2026-01-01:99999"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "Not found" in answer.text
    for address in ("/drops/nothing", "/drops/filtered?batch=nope", "/?batch=nope"):
        answer = client.get(address)
        assert (answer.status_code, "allowed are" in answer.text) == (404, True)
    assert client.get("/drops/filtered?reason=none&from=x@y").status_code == 200
    assert "No document has all these words" in client.get("/search?q=nosuchword").text


def test_a_search_that_finds_nothing_says_what_was_wrong_with_it(
    client: TestClient, explorer: Explorer
) -> None:
    page = page_of(explorer, "garden.example/short")
    answer = client.get("/search", params={"q": page.upper()}, follow_redirects=False)
    assert answer.headers["location"] == f"/document/{page}"
    for asked, said in {
        " ": "Type words, a phrase",
        "https://garden.example/none": "page https://garden.example/none is in no corpus",
        page[:12]: "an id has 32 hex digits, all of which are needed",
        "0" * 32: f"document {'0' * 32} is in no corpus",
    }.items():
        shown = client.get("/search", params={"q": asked}).text
        assert said in shown
        assert "Words are searched whole" not in shown
