"""The openai engine against a server that misbehaves: every request ends, with its reason."""

import itertools
import json
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from synth_assets.corpus.document import Document
from synth_assets.errors import EngineError
from synth_assets.generation.engines import open_engine
from synth_assets.generation.engines.openai import client, pace
from synth_assets.generation.engines.openai import engine as engine_module
from synth_assets.generation.journal import Journal
from synth_assets.generation.keys import make_request
from synth_assets.generation.protocol import Engine, Request, Result, Sampling
from synth_assets.generation.runner import Runner
from synth_assets.generation.stage import generate_corpus
from synth_assets.generation.work import Drop, Failed, Made, Need, Outcome, Results
from synth_assets_tests.corpora import BATCH, document, publish
from synth_assets_tests.generation.engines.http_server import (
    KEY,
    Reply,
    Seen,
    Server,
    answered,
    refused,
)
from synth_assets_tests.generation.engines.test_openai import ask, request, spec_for

ATTEMPTS = 3


def misbehave(seen: Seen) -> Reply:
    """What the prompt's first word says."""
    fine = answered(f"said {seen.prompt}")
    nth = seen.nth
    replies: dict[str, Callable[[], Reply]] = {
        "fine": lambda: fine,
        "limited": lambda: refused(429, "slow down", Retry_After="0.3") if nth < 1 else fine,
        "flaky": lambda: refused(500, "oops") if nth < 1 else fine,
        "busy": lambda: refused(503, "busy", Retry_After="0.1") if nth < 1 else fine,
        "conflict": lambda: refused(409, "again") if nth < 1 else fine,
        "garbled": lambda: Reply(body=b"\x00<html>") if nth < 1 else fine,
        "broken": lambda: refused(500, f"broken, key {KEY}"),
        "garbage": lambda: Reply(body=f"not json {KEY}".encode()),
        "half": lambda: Reply(body=fine.body[:20], promised=len(fine.body) - 20),
        "torn": lambda: Reply(body=fine.body[:-9]),
        "choiceless": lambda: Reply(body=b'{"choices": []}'),
        "unfinished": lambda: answered("half a text", None),
        "silent": lambda: Reply(delay_s=30),
        "bad": lambda: refused(400, f"bad prompt\nfor {KEY}"),
        "long": lambda: refused(400, "This model's maximum context length is 8 tokens."),
        "unprocessable": lambda: Reply(422, b'{"detail": [{"msg": "no such field"}]}'),
        "filtered": lambda: answered("", "content_filter"),
        "tool": lambda: answered(None, "tool_calls"),
        "null": lambda: answered(None, "stop"),
        "slow": lambda: Reply(body=fine.body, delay_s=0.1),
        "cut": lambda: answered("a cut text", "length"),
    }
    return replies[seen.prompt.split()[0]]()


WELL = ["fine", "limited", "flaky", "busy", "conflict", "garbled", "slow"]
FAILING = {
    "broken": "transport",
    "garbage": "transport",
    "half": "transport",
    "torn": "transport",
    "choiceless": "transport",
    "unfinished": "transport",
    "silent": "timeout",
    "bad": "refused",
    "long": "prompt_too_long",
    "unprocessable": "refused",
    "filtered": "content_filter",
    "tool": "tool_calls",
    "null": "no_text",
}
PASSING = [word for word, kind in FAILING.items() if kind in ("transport", "timeout")]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr(client, "BACKOFF_S", 0.01)
    monkeypatch.setattr(pace, "FIRST_PAUSE_S", 0.05)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(misbehave).running() as running:
        yield running


@pytest.fixture
def engine(server: Server) -> Engine:
    return open_engine(spec_for(server, timeout_s=0.7, attempts=ATTEMPTS, in_flight=16))


def test_every_request_ends_with_its_text_or_its_reason(server: Server, engine: Engine) -> None:
    prompts = [*WELL, *FAILING, "cut"]
    results = dict(zip(prompts, ask(engine, *prompts), strict=True))

    assert {word: results[word].text for word in WELL} == {word: f"said {word}" for word in WELL}
    assert {word: results[word].error_kind for word in FAILING} == FAILING
    assert (results["cut"].text, results["cut"].finish_reason) == ("a cut text", "length")
    assert all(results[word].text is None for word in FAILING)
    assert results["bad"].error == "400: bad prompt"
    assert results["unprocessable"].error == "422: no such field"
    assert results["silent"].error == "no whole answer within 0.7 s"
    sent = Counter(seen.prompt for seen in server.seen)
    assert all(1 < sent[word] <= ATTEMPTS for word in PASSING)  # a busy machine may see fewer
    assert {sent[word] for word in FAILING if word not in PASSING} == {1}


def test_through_the_runner_passing_failures_are_sent_again_and_lasting_ones_kept(
    store, server: Server, engine: Engine
) -> None:
    prompts = [*WELL, *FAILING]
    requests = [
        make_request(engine.identity, prompt, Sampling(), profile_seed=1, step="s")
        for prompt in prompts
    ]
    words = {item.key: prompt for item, prompt in zip(requests, prompts, strict=True)}
    with Journal(store.files, "rewritten/x", BATCH) as journal:
        results = list(Runner(engine, journal, attempts=2).generate(requests))
        kept = journal.lookup({item.key for item in requests})

    assert {words[item.key]: item.error_kind for item in results} == FAILING | dict.fromkeys(WELL)
    assert {words[key] for key in kept} == set(prompts) - set(PASSING)
    sent = Counter(seen.prompt for seen in server.seen)
    assert all(ATTEMPTS < sent[word] <= 2 * ATTEMPTS for word in PASSING)


class OneRequest:
    """Says what the document says; drops what was cut."""

    row_version = "v1"

    def __init__(self, engine: Engine) -> None:
        self._identity = engine.identity

    def advance(self, document: Document, results: Results) -> Outcome:
        asked = make_request(self._identity, document.text, Sampling(), profile_seed=1, step="say")
        result = results.get(asked.key)
        if result is None:
            return Need([asked])
        if result.failed:
            return Failed(result.error_kind or "", result.error or "")
        if result.finish_reason == "length":
            return Drop("cut", result.text or "")
        fields = {"generation_keys": [asked.key], "kind": "rewritten"}
        return Made([document.child(result.text or "", row_version="v1", **fields)])


def test_through_a_stage_the_totals_add_up_and_the_key_is_nowhere(
    make_run, store, profile, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    generation = profile.generation.model_copy(update={"attempts": 1})
    quick = profile.model_copy(update={"generation": generation})
    texts = [f"{word} {number}" for word in (*WELL, *FAILING, "cut") for number in range(2)]
    publish(store, [document(number, text) for number, text in enumerate(texts)])
    told: list[str] = []
    with caplog.at_level(logging.DEBUG):
        footer = generate_corpus(
            make_run(BATCH, profile=quick, log=told.append),
            "rewritten/say",
            [store.open("filtered", BATCH)],
            OneRequest(engine),
            engine,
            count_tokens=lambda rows: [1 for _ in rows],
        )

    assert not footer.broken_laws
    counts = footer.counts.other
    assert counts["parents_with_children"] == counts["requests_accepted"] == 2 * len(WELL)
    assert counts["parents_dropped"] == counts["requests_rejected"] == 2
    assert counts["parents_failed"] == counts["requests_failed"] == 2 * len(FAILING)
    corpus = store.open("rewritten/say", BATCH)
    assert set(corpus.read()["text"]) == {
        f"said {text}" for text in texts if text.split()[0] in WELL
    }
    reasons = Counter(corpus.dropped()["drop_reason"])
    assert reasons == Counter([f"failed_{kind}" for kind in FAILING.values()] * 2 + ["cut"] * 2)
    files = [path for path in Path(store.files.root).rglob("*") if path.is_file()]
    assert files and not any(KEY.encode() in path.read_bytes() for path in files)
    assert KEY not in caplog.text + "".join(told) + repr(engine) + repr(vars(engine))
    assert KEY not in corpus.dropped().write_json()


def test_a_429_pauses_every_request_of_the_engine(server: Server) -> None:
    pause_s = 1.0
    refusals: list[float] = []

    def once(seen: Seen) -> Reply:
        if len(server.seen) == 9:
            refusals.append(seen.at)
            return refused(429, "slow down", Retry_After=f"{pause_s:.0f}")
        return Reply(body=answered("text").body, delay_s=0.05)

    server.answer = once
    engine = open_engine(spec_for(server, in_flight=4))
    results = ask(engine, *(f"p{number}" for number in range(40)))

    assert all(result.text == "text" for result in results)
    during = [seen for seen in server.seen if 0.15 < seen.at - refusals[0] < pause_s]
    after = [seen for seen in server.seen if seen.at - refusals[0] >= pause_s]
    assert not during
    assert len(after) >= 25


def test_headers_that_say_the_allowance_is_used_up_are_believed(server: Server) -> None:
    def metered(seen: Seen) -> Reply:
        left = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "600ms"}
        return Reply(body=answered("text").body, headers=left if len(server.seen) == 3 else {})

    server.answer = metered
    engine = open_engine(spec_for(server, in_flight=1))
    ask(engine, *"abcdef")

    times = [seen.at for seen in server.seen]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert gaps.index(max(gaps)) == 2
    assert gaps[2] >= 0.6


def test_a_server_that_refuses_for_ever_is_not_asked_for_ever(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(client, "MAX_REFUSALS", 4)
    server.answer = lambda _: refused(429, "never")
    [result] = ask(open_engine(spec_for(server, attempts=2)), "a")

    assert result.error_kind == "transport"
    assert result.error == "turned away 4 times; last 429: never"
    assert len(server.seen) == 8


def test_too_long_a_pause_ends_the_run_with_one_sentence(server: Server) -> None:
    server.answer = lambda _: refused(429, "daily quota", Retry_After="86400")
    engine = open_engine(spec_for(server))
    with pytest.raises(EngineError) as told:
        ask(engine, "a", "b")

    assert str(told.value) == (
        f"{server.url} asks for a pause of 86,400 s (429: daily quota); max_pause_s allows 900 s: "
        f"what is finished is kept, and the next run goes on"
    )


def test_an_answer_that_uses_the_days_allowance_up_is_kept(server: Server) -> None:
    day = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "24h"}
    server.answer = lambda _: Reply(body=answered("text").body, headers=day)
    results = open_engine(spec_for(server, in_flight=1)).generate(
        request(name, number) for number, name in enumerate("ab")
    )
    assert next(results).text == "text"
    with pytest.raises(EngineError, match=r"pause of 86,400 s \(its headers"):
        next(results)
    assert len(server.seen) == 1


def test_what_is_under_way_when_the_engine_gives_up_is_kept(server: Server) -> None:
    server.answer = lambda seen: (
        refused(429, "daily quota", Retry_After="86400")
        if seen.prompt == "a"
        else Reply(body=answered(f"said {seen.prompt}").body, delay_s=0.5)
    )
    done: list[Result] = []
    with pytest.raises(EngineError, match="daily quota"):
        done.extend(
            open_engine(spec_for(server, in_flight=3)).generate(
                request(name, number) for number, name in enumerate("abcdef")
            )
        )
    assert sorted(result.text or "" for result in done) == ["said b", "said c"]


@pytest.mark.parametrize("reason", [{}, [], 3])
def test_a_finish_reason_that_is_no_word_fails_its_request_alone(
    server: Server, reason: object
) -> None:
    choice = {"index": 0, "text": "text", "finish_reason": reason}
    odd = Reply(body=json.dumps({"choices": [choice]}).encode())
    server.answer = lambda seen: odd if seen.prompt == "a" else answered("text")
    results = ask(open_engine(spec_for(server)), "a", "b")

    assert [result.error_kind for result in results] == ["finish_reason", None]


def test_a_spent_quota_and_a_withdrawn_key_end_the_run(server: Server) -> None:
    quota = b'{"error": {"message": "pay first", "code": "insufficient_quota"}}'
    for reply, sentence in [
        (Reply(429, quota), r"refuses model tiny \(429: pay first\)"),
        (refused(401, f"Incorrect API key provided: {KEY}"), r"refuses the key \(401: Incorrect"),
        (refused(404, "the model `tiny` does not exist"), r"refuses model tiny \(404: the model"),
    ]:
        server.answer = lambda _, reply=reply: reply
        with pytest.raises(EngineError, match=sentence) as told:
            ask(open_engine(spec_for(server)), "a")
        assert KEY not in str(told.value)


def test_a_403_of_one_request_is_that_requests_own(server: Server) -> None:
    server.answer = lambda seen: (
        refused(403, "input was flagged") if seen.prompt == "b" else answered("text")
    )
    results = ask(open_engine(spec_for(server)), *"abc")

    assert [result.error_kind for result in results] == [None, "refused", None]
    assert results[1].error == "403: input was flagged"


def test_a_server_that_dies_ends_the_run_before_all_requests_are_burnt(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "GIVEN_UP_IN_ROW", 5)
    server.answer = lambda seen: (
        answered("text") if len(server.seen) <= 50 else Reply(500, b"Internal Server Error")
    )
    engine = open_engine(spec_for(server, in_flight=4, attempts=2))
    done: list[Result] = []
    pulled: list[int] = []

    def source() -> Iterator[Request]:
        for number in range(10_000):
            pulled.append(number)
            yield request(f"p{number}", number)

    with pytest.raises(EngineError, match="cannot be used: 500: Internal Server Error"):
        done.extend(engine.generate(source()))
    assert len(pulled) < 100


def test_failing_requests_among_good_ones_do_not_end_the_run(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "GIVEN_UP_IN_ROW", 3)
    prompts = [f"broken {number}" for number in range(12)]
    engine = open_engine(spec_for(server, attempts=2))
    server.answer = lambda seen: answered("a") if seen.prompt == "a" else misbehave(seen)
    results = ask(engine, *prompts)  # the server answers what the engine asks to be sure

    assert {result.error_kind for result in results} == {"transport"}


def test_before_the_first_request_the_server_is_looked_at() -> None:
    with Server(lambda _: answered("text")).running() as server:
        gone = spec_for(server)
        open_engine(gone)
    with pytest.raises(EngineError, match=r"http://127.0.0.1:\d+/v1 cannot be used: .*allowed is"):
        ask(open_engine(gone), "a")

    refusing = refused(401, f"bad key {KEY}")
    with Server(lambda _: refusing, models=refusing).running() as server:
        with pytest.raises(EngineError, match="refuses the key.*OPENAI_API_KEY") as told:
            ask(open_engine(spec_for(server)), "a")
        assert KEY not in str(told.value)
        assert not server.seen

    missing = refused(404, "no such model")
    with Server(lambda _: missing).running() as server:
        with pytest.raises(EngineError, match=r"refuses model other .*it serves tiny"):
            ask(open_engine(spec_for(server, model="other")), "a")
        assert len(server.seen) == 1


def test_a_model_that_is_not_listed_is_asked_for_one_token() -> None:
    broken_list = Reply(500, b"Internal Server Error")
    with Server(lambda _: answered("text"), models=broken_list).running() as server:
        [result] = ask(open_engine(spec_for(server)), "hello")

        assert result.text == "text"
        assert [seen.body["max_tokens"] for seen in server.seen] == [1, 512]
        [chat] = ask(open_engine(spec_for(server)), [{"role": "user", "content": "hello"}])
        assert chat.text == "text" and server.seen[2].path == "/v1/chat/completions"


def test_no_thread_is_left(server: Server) -> None:
    server.answer = lambda _: refused(401, "no")
    with pytest.raises(EngineError):
        ask(open_engine(spec_for(server)), "a")
    assert not [item for item in threading.enumerate() if item.name == "openai-engine"]
