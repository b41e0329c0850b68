"""Batches side by side: the same texts, errors come through, an early stop ends the threads."""

import threading
import time
from typing import Any

import pytest
import torch

from synth_assets.generation.engines.local.feed import Feed
from synth_assets.generation.protocol import Request, Sampling
from synth_assets_tests.generation.engines.conftest import Open
from synth_assets_tests.generation.engines.models import SENTENCES

WAYS = {
    "greedy": Sampling(max_new_tokens=12),
    "drawn": Sampling(temperature=1.2, top_p=0.9, top_k=9, max_new_tokens=12),
}


def requests(sampling: Sampling) -> list[Request]:
    return [
        Request(str(i), sentence, sampling, 100 + i, "eng_Latn", "cat_Latn")
        for i, sentence in enumerate(SENTENCES)
    ]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["llama", "marian"])
def test_texts_are_the_same_however_they_are_batched(open_model: Open, name: str, way: str) -> None:
    asked = requests(WAYS[way])
    settings = [
        {"replicas": 1, "batch_size": 1},
        {"replicas": 1, "batch_size": 16},
        {"replicas": 2, "batch_size": 3},
        {"replicas": 3, "batch_size": 4, "window": 7},
    ]
    orders = [asked, asked[::-1], asked, asked[5:] + asked[:5]]
    found = [
        {result.key: result.text for result in open_model(name, **setting).generate(order)}
        for setting, order in zip(settings, orders, strict=True)
    ]

    assert len(found[0]) == len(asked)
    assert all(texts == found[0] for texts in found)


def test_results_come_as_they_finish(open_model: Open) -> None:
    asked = [
        Request(str(room), [7, 8, 9], Sampling(temperature=1.0, max_new_tokens=room), 3)
        for room in (30, 20, 2)
    ]
    engine = open_model("llama", batch_size=3, replicas=1)
    engine._eos = frozenset()

    assert [result.key for result in engine.generate(asked)] == ["2", "20", "30"]


@pytest.mark.parametrize("name", ["llama", "llama-penalty"])
def test_a_caller_that_stops_early_leaves_no_thread(open_model: Open, name: str) -> None:
    before, cores = set(threading.enumerate()), torch.get_num_threads()
    results = open_model(name, replicas=2, batch_size=2).generate(requests(WAYS["drawn"]))
    next(results)
    results.close()

    assert set(threading.enumerate()) <= before  # threads of earlier tests may end meanwhile
    assert torch.get_num_threads() == cores


def test_what_breaks_a_thread_reaches_the_caller(open_model: Open) -> None:
    engine = open_model("llama", replicas=2)

    def broken(*_: Any) -> None:
        raise ZeroDivisionError("a bug")

    engine._model.register_forward_pre_hook(broken)
    before = set(threading.enumerate())
    with pytest.raises(ZeroDivisionError, match="a bug"):
        list(engine.generate(requests(WAYS["greedy"])))
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("name", ["llama", "llama-penalty", "marian"])
def test_every_step_is_a_sign_of_life(open_model: Open, name: str) -> None:
    engine = open_model(name, replicas=1)
    assert time.monotonic() - engine.alive_at < 60
    signs: list[float] = []
    words = engine._model.get_decoder().embed_tokens
    words.register_forward_hook(lambda *_: signs.append(engine.alive_at))
    begun = time.monotonic()
    list(engine.generate(requests(WAYS["greedy"])))

    assert signs[0] >= begun
    assert len(set(signs)) > len(signs) * 0.7  # a prefill comes between two steps
    assert engine.alive_at > signs[-1]


def test_the_next_window_is_made_ready_before_this_one_is_done(
    open_model: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: list[int] = []
    put = Feed.put
    monkeypatch.setattr(
        Feed, "put", lambda self, window: (waiting.append(len(self)), put(self, window))[1]
    )
    engine = open_model("llama", window=8, batch_size=2, replicas=1)
    assert len(list(engine.generate(requests(WAYS["greedy"])))) == len(SENTENCES)

    assert len(waiting) > 4
    assert all(rows <= 2 for rows in waiting)
