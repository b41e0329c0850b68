"""The openai engine against a server that works: what is sent, what comes back, how it ends."""

import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from synth_assets.errors import EngineError
from synth_assets.generation.engines import open_engine
from synth_assets.generation.engines.openai import client
from synth_assets.generation.protocol import Engine, Request, Result, Sampling
from synth_assets.generation.spec import OpenAISpec
from synth_assets_tests.generation.engines.http_server import (
    KEY,
    MODEL,
    Reply,
    Seen,
    Server,
    answered,
    refused,
)

Serve = Callable[..., tuple[Server, Engine]]


def echo(seen: Seen) -> Reply:
    return answered(f"said {seen.prompt}", chat=seen.path.endswith("chat/completions"))


def request(prompt: object, number: int = 0, **sampling: object) -> Request:
    return Request(f"{number:032x}", prompt, Sampling(**sampling), seed=number)


def ask(engine: Engine, *prompts: object, **sampling: object) -> list[Result]:
    requests = [request(prompt, number, **sampling) for number, prompt in enumerate(prompts)]
    return sorted(engine.generate(requests), key=lambda result: result.key)


def spec_for(server: Server, **settings: object) -> OpenAISpec:
    usual = {"kind": "openai", "model": MODEL, "url": server.url, "timeout_s": 10}
    return OpenAISpec.model_validate(usual | settings)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr(client, "BACKOFF_S", 0.01)
    with ExitStack() as stack:

        def start(
            answer: Callable[[Seen], Reply] = echo, models: Reply | None = None, **settings: object
        ) -> tuple[Server, Engine]:
            server = stack.enter_context(Server(answer, models).running())
            return server, open_engine(spec_for(server, **settings))

        yield start


def test_text_and_tokens_go_to_completions_and_messages_to_chat(serve: Serve) -> None:
    server, engine = serve()
    messages = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hello"}]
    texts = [result.text for result in ask(engine, "hi", [5, 6], messages)]

    assert texts == ["said hi", "said [5, 6]", "said hello"]
    paths = {seen.prompt: (seen.path, seen.body) for seen in server.seen}
    assert paths["hi"][0] == paths["[5, 6]"][0] == "/v1/completions"
    assert paths["hello"][0] == "/v1/chat/completions"
    assert paths["hello"][1]["messages"] == messages
    assert paths["[5, 6]"][1]["prompt"] == [5, 6]


def test_sampling_seed_and_key_are_sent(serve: Serve) -> None:
    server, engine = serve()
    drawn = Sampling(temperature=0.7, top_p=0.9, top_k=5, max_new_tokens=7)
    greedy = Sampling(top_p=0.9, top_k=5, max_new_tokens=7)
    list(engine.generate([Request("0", "drawn", drawn, seed=(1 << 62) + 9)]))
    list(engine.generate([Request("1", "greedy", greedy, seed=0)]))

    bodies = {seen.prompt: seen.body for seen in server.seen}
    assert bodies["drawn"] == {
        "model": MODEL,
        "prompt": "drawn",
        "temperature": 0.7,
        "top_p": 0.9,
        "top_k": 5,
        "max_tokens": 7,
        "seed": 9,
    }
    assert not {"top_p", "top_k"} & bodies["greedy"].keys()
    assert {seen.headers["Authorization"] for seen in server.seen} == {f"Bearer {KEY}"}


def test_an_extra_body_adds_and_takes_out(serve: Serve) -> None:
    extra = {"chat_template_kwargs": {"enable_thinking": False}, "seed": None}
    server, engine = serve(extra_body=extra)
    ask(engine, "hi")

    assert server.seen[0].body["chat_template_kwargs"] == {"enable_thinking": False}
    assert "seed" not in server.seen[0].body


def test_counts_and_finish_reasons_are_the_servers(serve: Serve) -> None:
    reasons = {"a": "stop", "b": "length", "c": "eos_token"}
    _, engine = serve(lambda seen: answered("two words", reasons[seen.prompt]))
    results = ask(engine, "a", "b", "c")

    assert [result.finish_reason for result in results] == ["stop", "length", "stop"]
    assert {(result.prompt_tokens, result.completion_tokens) for result in results} == {(3, 2)}
    assert all(0 < result.latency_s < 10 for result in results)


def test_a_server_that_counts_no_tokens_is_named_once(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    server, engine = serve(lambda _: answered("text", usage=None))
    with caplog.at_level(logging.WARNING):
        results = ask(engine, "a", "b")

    assert {result.completion_tokens for result in results} == {0}
    warnings = [record.getMessage() for record in caplog.records if "counts no" in record.message]
    assert len(warnings) == 1 and server.url in warnings[0]


def test_what_the_api_has_no_word_for_is_one_requests_error(serve: Serve) -> None:
    server, engine = serve()
    beams = Request("0", "a", Sampling(num_beams=4), 0)
    languages = Request("1", "a", Sampling(), 0, "eng_Latn", "cat_Latn")
    empty = Request("2", [], Sampling(), 0)
    mixed = Request("3", [1, {"role": "user", "content": "a"}], Sampling(), 0)
    fine = Request("4", "a", Sampling(), 0)
    results = {item.key: item for item in engine.generate([beams, languages, empty, mixed, fine])}

    kinds = [results[str(number)].error_kind for number in range(5)]
    assert kinds == ["unsupported", "unsupported", "bad_prompt", "bad_prompt", None]
    assert len(server.seen) == 1


def test_a_model_that_knows_max_tokens_by_its_new_name(serve: Serve) -> None:
    def reasoning(seen: Seen) -> Reply:
        if "max_tokens" in seen.body:
            message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
            return refused(400, message)
        return echo(seen)

    server, engine = serve(reasoning, in_flight=2)
    results = ask(engine, *(f"p{number}" for number in range(10)))

    assert all(result.text for result in results)
    assert server.seen[-1].body["max_completion_tokens"] == 512
    assert len(server.seen) <= 12  # learned from the first answers


def test_requests_are_pulled_lazily_and_results_come_as_they_finish(serve: Serve) -> None:
    server, engine = serve(
        lambda seen: Reply(body=echo(seen).body, delay_s=0.5 if seen.prompt == "p0" else 0.0),
        in_flight=3,
    )
    pulled = itertools.count()
    done: list[str] = []
    most_open = 0

    def source() -> Iterator[Request]:
        nonlocal most_open
        for number in range(20):
            most_open = max(most_open, next(pulled) + 1 - len(done))
            yield request(f"p{number}", number)

    for result in engine.generate(source()):
        done.append(result.key)

    assert len(done) == 20
    assert most_open == 3
    assert server.most_under_way <= 3
    assert done[0] != f"{0:032x}"  # the slow one did not hold the others up


def test_closing_cancels_what_is_under_way_and_leaves_nothing(serve: Serve) -> None:
    def slow(seen: Seen) -> Reply:
        return echo(seen) if seen.prompt == "p0" else Reply(delay_s=60)

    server, engine = serve(slow, in_flight=8)
    before = threading.active_count()
    results = engine.generate(request(f"p{number}", number) for number in range(100))
    assert next(results).text == "said p0"
    engine_threads = [item for item in threading.enumerate() if item.name == "openai-engine"]
    assert len(engine_threads) == 1
    begun = time.monotonic()
    results.close()

    assert time.monotonic() - begun < 2
    assert not engine_threads[0].is_alive()
    server.ended.set()
    wait_until(lambda: server.under_way == 0)
    wait_until(lambda: threading.active_count() <= before)


def test_an_engine_closed_by_another_thread_ends_the_wait(serve: Serve) -> None:
    _, engine = serve(lambda _: Reply(delay_s=60))
    threading.Timer(0.3, engine.close).start()
    begun = time.monotonic()
    with pytest.raises(EngineError, match="engine tiny is closed"):
        list(engine.generate([request("a")]))
    assert time.monotonic() - begun < 5
    with pytest.raises(EngineError, match="closed"):
        next(engine.generate([request("a")]))


def test_it_is_alive_while_the_server_is_silent(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    from synth_assets.generation.engines.openai import session

    monkeypatch.setattr(session, "HEARTBEAT_S", 0.05)
    _, engine = serve(lambda seen: Reply(body=echo(seen).body, delay_s=0.8))
    ages: list[float] = []

    def watch() -> None:
        time.sleep(0.5)
        ages.append(time.monotonic() - engine.alive_at)

    watcher = threading.Thread(target=watch)
    watcher.start()
    list(engine.generate([request("a")]))
    watcher.join()
    assert ages[0] < 0.4


def test_a_proxy_of_the_environment_does_not_stand_before_this_machine(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    _, engine = serve()

    assert ask(engine, "hi")[0].text == "said hi"


def wait_until(condition: Callable[[], bool], limit_s: float = 5.0) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)
