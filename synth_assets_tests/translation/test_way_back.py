"""The way back of a sample: what is asked for, what is dropped, and two engines as one."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest

from synth_assets.generation.keys import make_request
from synth_assets.generation.protocol import EngineIdentity, Request, Result
from synth_assets.generation.work import Drop, Made
from synth_assets.translation import way_back
from synth_assets.translation.gates import in_force
from synth_assets.translation.translators.translator import ModelTranslator
from synth_assets.translation.way_back import BackRequest, TwoWays, WayBack
from synth_assets_tests.engines import ScriptedEngine
from synth_assets_tests.translation.conftest import GREEDY

THERE = EngineIdentity("scripted", "there", "1", "")
BACK = EngineIdentity("scripted", "back", "1", "")


def way(share: float = 1.0, min_chrf: float = 30.0) -> WayBack:
    translator = ModelTranslator("cat_Latn", "eng_Latn")
    return WayBack(translator, BACK, GREEDY, 7, share, min_chrf)


def test_what_comes_back_is_scored_and_what_does_not_is_dropped(drive) -> None:
    text = "Open the file 7 now. Close `it` again."

    def translate(said: str) -> str:
        return said.lower() if said.isupper() else said.upper()

    driver = drive(translate)
    driver.way_back(way())
    outcome = driver.run(text)
    assert isinstance(outcome, Made)
    score = outcome.extra[0]["round_trip_chrf"]
    assert 40 < score < 100
    assert len(outcome.documents[0].generation_keys) == 2  # not those of the way back
    back = [request for request in driver.requests if isinstance(request, BackRequest)]
    assert [request.target_lang for request in back] == ["eng_Latn"] * 2

    lossy = drive(lambda said: "Res." if said.isupper() else said.upper())
    lossy.way_back(way())
    outcome = lossy.run(text)
    assert isinstance(outcome, Drop)
    assert (outcome.reason, outcome.limit) == ("round_trip", "at least 30")


def test_a_failed_way_back_says_nothing_of_the_translation(drive) -> None:
    def translate(said: str) -> str | Result:
        failed = Result("", None, "error", error_kind="memory", error="none")
        return failed if said.isupper() else said.upper()

    driver = drive(translate, gates=in_force({"part_language": None}))
    driver.way_back(way())
    outcome = driver.run("Open the file.")
    assert isinstance(outcome, Made) and outcome.extra[0]["round_trip_chrf"] is None


def test_documents_are_sampled_by_their_ids() -> None:
    ids = [f"{number:032x}" for number in range(2000)]
    tenth = {doc_id for doc_id in ids if way(0.1).samples(doc_id)}
    assert 150 < len(tenth) < 250
    assert tenth <= {doc_id for doc_id in ids if way(0.2).samples(doc_id)}
    assert not any(way(0.0).samples(doc_id) for doc_id in ids)


def test_each_engine_is_sent_its_own_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    engines = {
        name: ScriptedEngine(lambda request, name=name: Result(request.key, name, "stop"))
        for name in ("there", "back")
    }
    opened: list[str] = []

    @contextmanager
    def lend(spec: str) -> Iterator[ScriptedEngine]:
        opened.append(spec)
        yield engines[spec]

    monkeypatch.setattr(way_back, "use_engine", lend)
    monkeypatch.setattr(way_back, "AT_ONCE", 3)
    asked = list(requests(10))
    texts = {one.key: one.text for one in TwoWays("there", "back").generate(asked)}  # type: ignore[arg-type]
    assert texts == {one.key: "back" if isinstance(one, BackRequest) else "there" for one in asked}
    assert opened == ["there", "back"] * 2


def requests(count: int) -> Iterable[Request]:
    for number in range(count):
        text = f"text {number}"
        there = make_request(THERE, text, GREEDY, profile_seed=7, step="translate")
        yield way().request(text) if number % 2 else there
