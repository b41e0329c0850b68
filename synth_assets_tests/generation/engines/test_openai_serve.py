"""A real server of the OpenAI API: `transformers serve` on loopback, with a tiny model."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
import transformers

from synth_assets.errors import EngineError
from synth_assets.generation.engines import open_engine
from synth_assets.generation.protocol import Engine, Request, Result, Sampling
from synth_assets.generation.spec import OpenAISpec, TransformersSpec
from synth_assets.rewriting.stage import run
from synth_assets_tests.corpora import BATCH, document, publish
from synth_assets_tests.generation.engines import models
from synth_assets_tests.rewriting.pages import EDITOR, LETTER
from synth_assets_tests.rewriting.test_recipe import with_recipe

NEEDED = ("accelerate", "fastapi", "openai", "uvicorn")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]
pytestmark = [
    pytest.mark.drill,
    pytest.mark.skipif(
        bool(MISSING),
        reason=f"transformers serve needs {', '.join(MISSING)}: install the extra test",
    ),
]

START_S = 180
SERVE = "from transformers.cli.transformers import main; main()"
GREEDY = Sampling(max_new_tokens=12)


@dataclass(frozen=True)
class Peer:
    url: str
    folder: Path

    def engine(self, **settings: object) -> Engine:
        usual = {"kind": "openai", "url": self.url, "model": str(self.folder), "timeout_s": 60}
        return open_engine(OpenAISpec.model_validate(usual | settings))


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    root = tmp_path_factory.mktemp("peer")
    folder = make_model(root / "llama")
    port = free_port()
    environment = os.environ | {
        "HF_HOME": str(root / "hub"),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-c", SERVE, "serve", str(folder), "--device", "cpu"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    with (root / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}/health", process, root / "log")
            yield Peer(f"http://127.0.0.1:{port}/v1", folder)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def make_model(folder: Path) -> Path:
    """A model whose end tokens are special ones, as real models have them, and which draws: the
    server draws nothing at any temperature where the model's own settings do not."""
    models.make_llama(folder, chat=True)
    settings = folder / "generation_config.json"
    generation = json.loads(settings.read_text()) | {"do_sample": True}
    settings.write_text(json.dumps(generation))
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    ends = tokenizer.convert_ids_to_tokens(generation["eos_token_id"][1:])
    tokenizer.add_special_tokens({"extra_special_tokens": ends})
    tokenizer.save_pretrained(folder)
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < end:
        try:
            if httpx2.get(url, trust_env=False).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not start: {log.read_text()[-2000:]}")


def ask(engine: Engine, requests: list[Request]) -> list[Result]:
    return sorted(engine.generate(requests), key=lambda result: result.key)


def test_it_says_what_the_same_model_says_here(peer: Peer) -> None:
    prompts: list[object] = list(models.SENTENCES[:8])
    prompts += [[{"role": "user", "content": text}] for text in models.SENTENCES[8:16]]
    requests = [Request(f"{n:032x}", prompt, GREEDY, 0) for n, prompt in enumerate(prompts)]
    here = open_engine(
        TransformersSpec(kind="transformers", task="causal", model=str(peer.folder), device="cpu")
    )
    expected = ask(here, requests)
    here.close()
    results = ask(peer.engine(in_flight=4), requests)

    assert [result.text for result in results] == [result.text for result in expected]
    for result, own in zip(results, expected, strict=True):
        assert result.prompt_tokens == own.prompt_tokens
        if result.completion_tokens < GREEDY.max_new_tokens:
            assert result.finish_reason == own.finish_reason == "stop"
        else:  # also where the last token that fits is the end token
            assert result.finish_reason == "length"
    assert len({result.finish_reason for result in results}) == 2


def test_a_seed_repeats_its_text(peer: Peer) -> None:
    drawn = Sampling(temperature=1.5, max_new_tokens=12)
    requests = [Request(f"{n:032x}", "open the file", drawn, seed=n) for n in range(6)]
    one_by_one = {"in_flight": 1}  # the server seeds its process, not the request
    texts = [result.text for result in ask(peer.engine(**one_by_one), requests)]

    assert texts == [result.text for result in ask(peer.engine(**one_by_one), requests)]
    assert len(set(texts)) > 1


def test_what_it_does_not_take_is_that_requests_error(peer: Peer) -> None:
    requests = [
        Request("0", [3, 4, 5], GREEDY, 0),
        Request("1", "open the file", Sampling(temperature=1.0, top_k=3), 0),
        Request("2", "open the file", GREEDY, 0),
    ]
    results = ask(peer.engine(), requests)

    assert [result.error_kind for result in results] == ["refused", "refused", None]
    assert results[0].error == "400: prompt must be a string."
    assert "top_k" in (results[1].error or "")


def test_another_model_is_refused_before_the_first_request(peer: Peer) -> None:
    with pytest.raises(EngineError, match="refuses model nobody .*Server is pinned to"):
        ask(peer.engine(model="nobody"), [Request("0", "a", GREEDY, 0)])


def test_a_recipe_rewrites_with_it_and_pays_once(peer: Peer, store, make_run, profile) -> None:
    engine = {
        "kind": "openai",
        "url": peer.url,
        "model": str(peer.folder),
        "revision": "1",
        "sampling": {"max_new_tokens": 12},
    }
    publish(store, [document(0, EDITOR), document(1, LETTER)])
    rewriting = with_recipe(profile, "encyclopedic", engine=engine, min_words=0)
    footer = run(make_run(BATCH, rewriting), recipe="encyclopedic")
    counts = footer.counts.other
    path = Path(store.open("rewritten/encyclopedic", BATCH).path)
    before = path.read_bytes()

    assert not footer.broken_laws
    asked = sum(count for name, count in counts.items() if name.startswith("requests_"))
    assert asked >= 2 and counts.get("requests_failed", 0) == 0
    engine |= {"url": "http://127.0.0.1:9/v1"}  # nobody answers there, and nobody needs to
    again = with_recipe(profile, "encyclopedic", engine=engine, min_words=0)
    run(make_run(BATCH, again), recipe="encyclopedic")
    assert path.read_bytes() == before
