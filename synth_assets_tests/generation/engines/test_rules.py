"""The rules engine: what it answers, and that no request stops the rest."""

from collections.abc import Iterator

import orjson
import pytest

from synth_assets.generation.engines.rules import (
    NoStructureError,
    Operation,
    RulesEngine,
    identity,
    rules_prompt,
)
from synth_assets.generation.keys import make_request
from synth_assets.generation.protocol import Prompt, Request, Result, Sampling


def shout(text: str, title: str | None, lang: str) -> str:
    if not text:
        raise NoStructureError("shouting needs a text, and there is none")
    if text == "boom":
        raise ValueError("boom")
    return f"{title} ({lang}): {text.upper()}"


OPERATIONS = {"shout": Operation("1", shout)}


def request(prompt: Prompt) -> Request:
    return make_request(identity(), prompt, Sampling(), profile_seed=1, step="test")


def prompt(text: str, operation: str = "shout", version: str = "1") -> str:
    return rules_prompt(operation, version, text=text, title="T", lang="eng_Latn")


def answers(*prompts: Prompt) -> list[Result]:
    return list(RulesEngine(OPERATIONS).generate(request(one) for one in prompts))


def test_an_operation_is_applied():
    (result,) = answers(prompt("hello"))
    assert (result.text, result.finish_reason) == ("T (eng_Latn): HELLO", "stop")
    assert result.key == request(prompt("hello")).key


def test_a_text_without_structure_is_told_apart():
    (result,) = answers(prompt(""))
    assert (result.text, result.error_kind) == (None, "no_structure")
    assert result.error == "shouting needs a text, and there is none"


@pytest.mark.parametrize(
    ("wrong", "kind", "error"),
    [
        (
            prompt("x", operation="sing"),
            "request",
            "operation 'sing' is not known; known are shout",
        ),
        (prompt("x", version="0"), "request", "in version '0', and here it is '1'"),
        ("not JSON", "request", "must be JSON"),
        (orjson.dumps({"operation": "shout"}).decode(), "request", "must be JSON"),
        ([1, 2], "request", "must be JSON"),
        (prompt("boom"), "operation", "ValueError: boom"),
    ],
)
def test_a_bad_request_does_not_stop_the_rest(wrong: Prompt, kind: str, error: str):
    bad, good = answers(wrong, prompt("hello"))
    assert (bad.finish_reason, bad.error_kind) == ("error", kind)
    assert error in (bad.error or "")
    assert good.text == "T (eng_Latn): HELLO"


def test_requests_are_pulled_one_by_one():
    pulled: list[str] = []

    def requests() -> Iterator[Request]:
        for text in ("a", "b", "c"):
            pulled.append(text)
            yield request(prompt(text))

    next(iter(RulesEngine(OPERATIONS).generate(requests())))
    assert pulled == ["a"]


def test_the_version_makes_another_request():
    keys = {request(prompt("x", version=version)).key for version in ("1", "2")}
    assert len(keys) == 2


def test_it_finds_the_restructurings_by_itself():
    (result,) = RulesEngine().generate([request(prompt("x", operation="faq"))])
    assert "operation 'faq' is asked for in version '1'" in (result.error or "")
