"""Recipes played through on one document, by answers that the test gives."""

from collections.abc import Callable
from dataclasses import replace

from synth_assets.corpus.document import Document
from synth_assets.generation.protocol import EngineIdentity, Request, Result
from synth_assets.generation.work import DECLINED, Drop, Failed, Made, Need, Outcome
from synth_assets.rewriting.recipe import Recipe
from synth_assets.rewriting.work import RecipeWork
from synth_assets_tests.corpora import document

PARTS = ("one", "two", "three")
PAGE = document(
    0,
    "\n\n".join(
        f"## Part {part}\n\n" + " ".join(f"Fact {part} is about thing {n}." for n in "abcdefg")
        for part in PARTS
    ),
)
GOOD = "## What is said?\n\n" + "It tells us of many a thing, and of all that follows from it. " * 2
ROUND = "and so on " * 200
IDENTITY = EngineIdentity("scripted", "m", "1", "")


def with_step(recipe: Recipe, **changes: object) -> Recipe:
    """The recipe with its last step changed."""
    step = replace(recipe.writes, **changes)  # type: ignore[arg-type]
    return replace(recipe, steps={**recipe.steps, recipe.last_step: step})


def good(request: Request) -> Result:
    return Result(request.key, GOOD, "stop")


def refusal(request: Request) -> Result:
    return Result(request.key, "I'm sorry, but I can't help with that.", "stop")


def cut_off(request: Request) -> Result:
    return Result(request.key, GOOD, "length", completion_tokens=request.sampling.max_new_tokens)


def round_and_round(request: Request) -> Result:
    return Result(request.key, ROUND, "length", completion_tokens=request.sampling.max_new_tokens)


def too_long(request: Request) -> Result:
    return Result(request.key, None, "error", error_kind="prompt_too_long", error="too long")


def declined(request: Request) -> Result:
    return Result(request.key, None, "error", error_kind=DECLINED)


class Played:
    """The work on a document until it ends; the n-th round of requests is answered by the n-th
    answer."""

    def __init__(
        self, work: RecipeWork, *answers: Callable[[Request], Result], page: Document = PAGE
    ) -> None:
        self.needs: list[Need] = []
        results: dict[str, Result] = {}
        for answer in (*answers, None):
            self.end: Outcome = work.advance(page, results)
            if not isinstance(self.end, Need):
                return
            assert answer is not None, "more is asked for than expected"
            self.needs.append(self.end)
            results |= {request.key: answer(request) for request in self.end.requests}

    def keys(self, round_: int) -> list[str]:
        return [request.key for request in self.needs[round_].requests]

    @property
    def made(self) -> Made:
        assert isinstance(self.end, Made), self.end
        return self.end

    @property
    def dropped(self) -> Drop:
        assert isinstance(self.end, Drop), self.end
        return self.end

    @property
    def faults(self) -> dict[str, str]:
        assert isinstance(self.end, Made | Drop | Failed)
        return {key: fault.gate for key, fault in self.end.faults.items()}
