"""The bundled tokenizer, and documents driven through the work with a scripted translator."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import pytest

from synth_assets.corpus.document import Document
from synth_assets.generation.engines.loading import load_tokenizer
from synth_assets.generation.protocol import EngineIdentity, Request, Result, Sampling
from synth_assets.generation.spec import TransformersSpec
from synth_assets.generation.work import Need, Outcome
from synth_assets.translation.characters import Characters, Vocabulary
from synth_assets.translation.gates import Gates, in_force
from synth_assets.translation.way_back import WayBack
from synth_assets.translation.work import Languages, Translation, Versions

GREEDY = Sampling(max_new_tokens=40)
Translate = Callable[[str], str | Result]
SPEAKS_ENGLISH = in_force({"part_language": None})
"""Most translators here say the source again, in capitals."""

REPLACE: Mapping[str, str] = {"\u2013": "-", "\u00d7": "x", "\u00f7": "/"}


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    bundled = TransformersSpec(kind="transformers", task="seq2seq", model="bundled:en-ca")
    return Vocabulary(load_tokenizer(bundled))


@pytest.fixture
def characters(vocabulary: Vocabulary) -> Characters:
    return Characters(vocabulary, REPLACE)


class Driver:
    """Asks the work until it needs nothing; `sent` are the prompts of `requests`, in order, and
    `retries` are those of all needs."""

    def __init__(
        self,
        characters: Characters,
        translate: Translate,
        target: str,
        sampling: Sampling,
        gates: Gates | None,
        segment_tokens: int,
    ) -> None:
        self.sent: list[str] = []
        self.requests: list[Request] = []
        self.retries: dict[str, str] = {}
        self._translate = translate
        self._make = partial(
            Translation,
            Languages("eng_Latn", target),
            EngineIdentity("transformers-seq2seq", "scripted", "r1", "t1"),
            sampling,
            characters,
            Versions("a" * 32, "b" * 32),
            max_segment_tokens=segment_tokens,
            profile_seed=7,
            gates=gates or SPEAKS_ENGLISH,
        )
        self._work = self._make()

    def way_back(self, way: WayBack) -> None:
        """Ask for the way back too."""
        self._work = self._make(way_back=way)

    def run(self, text: str, title: str | None = None, lang: str = "eng_Latn") -> Outcome:
        document = Document(doc_id="0" * 32, text=text, title=title, lang=lang)
        results: dict[str, Result] = {}
        for _ in range(10):
            outcome = self._work.advance(document, results)
            if not isinstance(outcome, Need):
                return outcome
            self.retries |= outcome.retries
            for request in outcome.requests:
                assert request.key not in results
                results[request.key] = self._answer(request)
        raise AssertionError("the work never ends")

    def _answer(self, request: Request) -> Result:
        assert isinstance(request.prompt, str)
        self.sent.append(request.prompt)
        self.requests.append(request)
        made = self._translate(request.prompt)
        if isinstance(made, Result):
            return replace(made, key=request.key)
        return Result(request.key, made, "stop")


@pytest.fixture
def drive(characters: Characters) -> Callable[..., Driver]:
    def make(
        translate: Translate = str.upper,
        target: str = "cat_Latn",
        sampling: Sampling = GREEDY,
        gates: Gates | None = None,
        readable: Characters | None = None,
        segment_tokens: int = 40,
    ) -> Driver:
        known = readable or characters
        return Driver(known, translate, target, sampling, gates, segment_tokens)

    return make
