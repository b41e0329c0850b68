"""A work whose gate refuses texts and whose texts get cut, for tests and the kill drill."""

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import polars as pl

from synth_assets.corpus.document import Document
from synth_assets.corpus.footer import Footer
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Store
from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.keys import make_request
from synth_assets.generation.protocol import EngineIdentity, Request, Result, Sampling
from synth_assets.generation.stage import generate_corpus
from synth_assets.generation.work import Drop, Failed, Made, Need, NotSelected, Outcome, Results
from synth_assets.home import Home
from synth_assets.profile import load_profile
from synth_assets_tests.corpora import BATCH

IDENTITY = EngineIdentity("gated", "gated", "1", "")
SAMPLING = Sampling(temperature=0.7, max_new_tokens=16)
TABLES = {"pairs": {"doc_id": pl.String(), "text": pl.String()}}
CORPUS = "rewritten/gated"


def answer(request: Request) -> Result:
    """Every fifth text is cut at 16 tokens, every other fifth says `bad`, a few requests fail."""
    chance = int(request.key[:8], 16) % 20
    tokens = 10 + chance
    if chance == 0:
        return Result(request.key, None, "error", error_kind="operation", error="it cannot")
    if chance < 5 and request.sampling.max_new_tokens == SAMPLING.max_new_tokens:
        return Result(request.key, "cut", "length", tokens, SAMPLING.max_new_tokens)
    word = "bad" if chance < 9 else "good"
    return Result(request.key, f"{word} {request.prompt}", "stop", tokens, tokens)


@dataclass(frozen=True)
class GatedWork:
    """Takes a text without any of `banned`; asks once more with another seed, and once more with
    twice the tokens for a text that was cut."""

    banned: tuple[str, ...] = ("bad",)
    row_version: str = "1"

    def advance(self, document: Document, results: Results) -> Outcome:
        if document.lang != "eng_Latn":
            return NotSelected("language")
        first = request(document.text)
        second = request(document.text, attempt=1)
        faults: dict[str, Fault] = {}
        needed = [first]
        for item in (first, second):
            if item is second:
                needed = [*needed, second]
            longer = request(document.text, attempt=item is second, tokens=32)
            if item.key not in results:
                retries = {second.key: next(reversed(faults))} if item is second else {}
                return Need(needed, retries)
            result = results[item.key]
            if result.finish_reason == "length":
                faults[item.key] = Fault("finished", "cut", "whole")
                needed = [*needed, longer]
                if longer.key not in results:
                    return Need(needed)
                result = results[longer.key]
            if result.failed and result.error_kind != "declined":
                return Failed(result.error_kind or "", result.error or "", faults)
            text = result.text or ""
            if result.failed:
                break
            if text.split()[0] not in self.banned:
                return self._made(document, text, [item.key for item in needed], faults)
            faults[result.key] = Fault("banned", text, ", ".join(self.banned))
        return Drop("banned", faults=faults)

    def _made(
        self, document: Document, text: str, keys: list[str], faults: dict[str, Fault]
    ) -> Made:
        child = document.child(
            text, row_version=self.row_version, generation_keys=keys, kind="rewritten"
        )
        pairs = [{"doc_id": child.doc_id, "text": text}]
        return Made([child], [{}], {"pairs": pairs}, faults)


def request(prompt: str, *, attempt: int = 0, tokens: int = 16) -> Request:
    sampling = replace(SAMPLING, max_new_tokens=tokens)
    return make_request(
        IDENTITY, prompt, sampling, profile_seed=1, step="gated", attempt=int(attempt)
    )


@dataclass
class LoggingEngine:
    """Works on 8 requests at once and writes down, beyond the reach of a kill, which it was sent
    and which results were taken from it: lines of 35 bytes, `s <key>` and `d <key>`."""

    log: Path
    pause_s: float = 0.0
    sent: list[str] = field(default_factory=list)

    @property
    def identity(self) -> EngineIdentity:
        return IDENTITY

    @property
    def alive_at(self) -> float:
        return time.monotonic()

    def generate(self, requests: Iterable[Request]) -> Iterator[Result]:
        source = iter(requests)
        handle = os.open(self.log, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
        try:
            while window := list(islice(source, 8)):
                for item in window:
                    self.sent.append(item.key)
                    os.write(handle, f"s {item.key}\n".encode())
                for item in reversed(window):
                    time.sleep(self.pause_s)
                    yield answer(item)
                    os.write(handle, f"d {item.key}\n".encode())
        finally:
            os.close(handle)

    def close(self) -> None:
        return


def generate(run: StageRun, engine: LoggingEngine, **options: object) -> Footer:
    work = options.pop("work", GatedWork())
    return generate_corpus(
        run,
        CORPUS,
        [run.open("filtered")],
        work,  # type: ignore[arg-type]
        engine,
        count_tokens=lambda texts: [len(text.split()) for text in texts],
        tables=TABLES,
        **options,  # type: ignore[arg-type]
    )


def run_child(root: str, home: str, log: str) -> None:
    """The process that the drill kills."""
    run = StageRun(Store(root), load_profile(home=Home(Path(home))), BATCH, "1")
    generate(run, LoggingEngine(Path(log), pause_s=0.003))
