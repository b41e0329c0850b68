"""Prompts that no journal keeps: asked again by the recipe, and proven by their keys."""

from synth_assets.corpus.store import Store
from synth_assets.explore.assemble import family_of
from synth_assets.explore.finder import Scan
from synth_assets.explore.prompts import Told, prompts_of
from synth_assets.explore.tables import Shelf
from synth_assets.generation.engines.identity import identify
from synth_assets.generation.protocol import Request, Result
from synth_assets.profile import Profile
from synth_assets.rewriting.stage import recipe_of, rewrite
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import BATCH, document, publish
from synth_assets_tests.engines import ScriptedEngine
from synth_assets_tests.rewriting.pages import PROSE
from synth_assets_tests.rewriting.test_recipe import with_recipe

ENGINE = {"kind": "openai", "url": "http://127.0.0.1:9/v1", "model": "small", "revision": "1"}
WRITTEN = "## What does the town keep?\n\nIt keeps its old mill by the river, and its bridge."


def answer(request: Request) -> Result:
    return Result(request.key, WRITTEN, "stop", 100, 100)


def shown(store: Store, profile: Profile) -> list[Told]:
    shelf = Shelf(store)
    (made,) = store.open("rewritten/faq", BATCH).read(["doc_id"])["doc_id"]
    family = family_of(shelf, Scan(shelf), [made])
    return prompts_of(shelf, profile, family, family.members[made])


def test_the_prompt_is_shown_where_its_key_is_the_journal_s(
    store: Store, profile: Profile, make_run: MakeRun
) -> None:
    gates = {gate.name: None for gate in recipe_of(profile, "faq").steps["write"].gates}
    profile = with_recipe(profile, "faq", engine=ENGINE, min_words=0, gates=gates)
    page = document(0, PROSE * 3)
    publish(store, [page])
    identity = identify(profile.rewriting.recipes["faq"].engine)
    engine = ScriptedEngine(answer)
    rewrite(make_run(BATCH, profile), recipe_of(profile, "faq"), engine, identity)
    told = shown(store, profile)
    assert [one.key for one in told] == engine.sent
    assert {one.answer for one in told} == {WRITTEN}
    assert all(one.prompt.startswith("[") for one in told)
    assert PROSE.split("\n")[0] in told[0].prompt

    other = with_recipe(profile, "faq", engine=ENGINE | {"model": "another"})
    assert shown(store, other) == []
