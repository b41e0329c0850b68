"""Four models to put a recipe before: a good one, one that rambles, one that refuses, and one that
is broken; a few small pages; and a stage to play on."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from synth_assets.corpus.document import Document
from synth_assets.corpus.footer import Footer
from synth_assets.generation.protocol import Request, Result
from synth_assets.profile import Profile
from synth_assets.profile.rewriting import RecipeProfile
from synth_assets.rewriting.catalogue import find_recipe
from synth_assets.rewriting.stage import COLUMNS, rewrite
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import BATCH, document, publish
from synth_assets_tests.engines import ScriptedEngine, broken

Answer = Callable[[Request], Result]

_PLACES = ("harbour", "market", "library", "station")
_SENTENCES = (
    "The old {place} of the town was built in {year} by people who came from the northern coast.",
    "Every morning some {count} workers walk along the river to reach the gates before sunrise.",
    "Visitors often ask why the roof of the {place} is green, and nobody knows a certain answer.",
    "When the water rises in spring, the lower rooms are closed for about {weeks} weeks.",
    "A small museum beside the {place} keeps the tools, the maps and the letters of that time.",
    "The council pays for repairs, although many citizens would rather see a new building there.",
)


def _section(number: int, place: str) -> str:
    told = [
        one.format(place=place, year=1701 + 13 * number, count=140 + number, weeks=3 + number)
        for one in _SENTENCES
    ]
    return f"## The {place}\n\n{' '.join(told[:3])}\n\n{' '.join(told[3:])}"


ENGLISH = document(
    0, "\n\n".join(_section(n, place) for n, place in enumerate(_PLACES)), title="The town"
)
SPANISH = document(
    1,
    "El puerto antiguo de la ciudad fue construido en 1732 por gente que vino de la costa del "
    "norte. Cada mañana unos 140 trabajadores caminan junto al río para llegar a las puertas "
    "antes del amanecer. Los visitantes preguntan a menudo por qué el tejado es verde, y nadie "
    "sabe una respuesta segura. Cuando el agua sube en primavera, las salas bajas se cierran "
    "durante unas 3 semanas.",
    "spa_Latn",
    title="El puerto",
)
SHORT = document(2, "The harbour of the town is closed today.")
PAGES = (ENGLISH, SPANISH, SHORT)
"""About 380 English words under four headings, 65 Spanish ones, and too few for any recipe."""


def asked_about(request: Request) -> str:
    """The text that a prompt ends with: what stands below its last label."""
    said = request.prompt[-1]["content"]  # type: ignore[index]
    return re.split(r"\n\n[^\n]*:\n\n", str(said), maxsplit=2)[-1]


def in_other_words(text: str) -> str:
    """As a good rewrite: the same facts in as many words, no eight of them in a row the same."""
    filler = "pues" if " el " in text else "indeed"
    return re.sub(r"((?:\S+ ){4}\S+) ", rf"\1 {filler} ", text)


def good(write: Callable[[str], str] = in_other_words) -> Answer:
    """A model that makes of each text what `write` says, with a word to the user before it."""

    def answer(request: Request) -> Result:
        text = write(asked_about(request))
        return Result(request.key, f"Here is the text:\n\n{text}", "stop", 100, 100)

    return answer


def saying(text: str) -> Answer:
    """A model that always says the same."""
    return lambda request: Result(request.key, text, "stop", 100, 100)


def rambling(request: Request) -> Result:
    limit = request.sampling.max_new_tokens
    return Result(request.key, "and so on " * 200, "length", 100, limit)


def refusing(request: Request) -> Result:
    return Result(request.key, "I'm sorry, but I can't help with that request.", "stop")


BAD: dict[str, tuple[Answer, str]] = {
    "rambling": (rambling, "truncated"),
    "refusing": (refusing, "refusal"),
    "broken": (broken, "failed_prompt_too_long"),
}
"""Models that make nothing, with the reason that their documents are dropped for."""


@dataclass(frozen=True)
class Outcome:
    """What a recipe made of the pages, and what it sent."""

    rows: pl.DataFrame
    dropped: pl.DataFrame
    footer: Footer
    engine: ScriptedEngine

    @property
    def not_selected(self) -> int:
        return self.footer.counts.other.get("parents_not_selected", 0)

    def made_of(self, page: Document) -> list[dict[str, object]]:
        """The rows whose parent the page is."""
        return [
            row for row in self.rows.iter_rows(named=True) if row["parent_ids"] == [page.doc_id]
        ]


def turned_on(profile: Profile, name: str, **settings: object) -> Profile:
    """The profile with a recipe on, for documents of any length that the recipe itself takes."""
    on = RecipeProfile.model_validate({"engine": {"kind": "rules"}, "min_words": 0, **settings})
    rewriting = profile.rewriting.model_copy(
        update={"recipes": {**profile.rewriting.recipes, name: on}}
    )
    return profile.model_copy(update={"rewriting": rewriting})


def play(
    make_run: MakeRun,
    profile: Profile,
    name: str,
    answer: Answer,
    pages: Sequence[Document] = PAGES,
    **settings: object,
) -> Outcome:
    """One batch of pages through the recipe's stage; the laws hold, and every column is there."""
    go = make_run(BATCH, turned_on(profile, name, **settings))
    publish(go.store, pages)
    engine = ScriptedEngine(answer)
    recipe = find_recipe(name)
    footer = rewrite(go, recipe, engine, engine.identity)
    made = go.store.open(f"rewritten/{name}", BATCH)
    rows = made.read()
    assert not footer.broken_laws
    assert rows.columns == [*COLUMNS, *recipe.columns]
    assert set(rows["relation"]) <= {recipe.relation} and set(rows["kind"]) <= {recipe.kind}
    assert len(engine.sent) == len(set(engine.sent))
    return Outcome(rows, made.dropped(), footer, engine)


def makes_nothing(outcome: Outcome, reason: str) -> None:
    """Nothing is made, and both pages that were asked about lie whole among the dropped."""
    assert outcome.rows.is_empty() and outcome.not_selected == 1
    assert set(outcome.dropped["drop_reason"]) == {reason}
    assert outcome.dropped["text"].to_list() == [ENGLISH.text, SPANISH.text]
