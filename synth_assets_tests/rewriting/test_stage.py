"""The stage on a small batch: laws, rows, ids, versions, and nothing generated twice."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from synth_assets.corpus.footer import Footer
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Corpus, Store
from synth_assets.errors import InputError, ProfileError
from synth_assets.generation.engines import use_engine
from synth_assets.generation.gates.length import TooShort
from synth_assets.generation.protocol import Request, Result
from synth_assets.profile import Profile
from synth_assets.rewriting.catalogue import find_recipe
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.recipe import Recipe
from synth_assets.rewriting.stage import COLUMNS, code_version, rewrite, run
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import BATCH, document, publish
from synth_assets_tests.engines import ScriptedEngine, broken
from synth_assets_tests.rewriting.pages import CATALAN, EDITOR, FUNCTION, LETTER, PROSE
from synth_assets_tests.rewriting.played import with_step
from synth_assets_tests.rewriting.test_recipe import with_recipe

PAGES = [
    document(0, EDITOR, title="Contour Editor"),
    document(1, LETTER, title="Creating a Form Letter"),
    document(2, FUNCTION),
    document(3, CATALAN, "cat_Latn"),
    document(4, PROSE * 3),
    document(5, EDITOR, "swe_Latn"),
    document(6, "# Short\n\nToo short."),
    document(7, EDITOR, title="Contour Editor"),
]
RECIPES = ("encyclopedic", "faq", "table", "tutorial")


@pytest.fixture
def profile(profile: Profile) -> Profile:
    for name in RECIPES:
        profile = with_recipe(profile, name, min_words=0)
    return profile


@pytest.fixture
def go(make_run: MakeRun, profile: Profile) -> StageRun:
    return make_run(BATCH, profile)


def open_made(store: Store, recipe: str) -> Corpus:
    return store.open(f"rewritten/{recipe}", BATCH)


def journal(store: Store, recipe: str) -> dict[str, int]:
    path = Path(store.files.path(f"journal/rewritten/{recipe}/{BATCH}.json"))
    manifest: dict[str, int] = json.loads(path.read_text())
    return manifest


@pytest.mark.parametrize("name", RECIPES)
def test_by_rules(store: Store, go: StageRun, name: str):
    publish(store, PAGES)
    log: list[str] = []
    footer = run(replace(go, log=log.append), recipe=name)
    made = open_made(store, name)
    rows, dropped = made.read(), made.dropped()
    assert not footer.broken_laws and list(rows.columns) == list(COLUMNS)
    assert any(" 0 failed" in line for line in log)
    assert len(rows) >= 2
    assert set(dropped["drop_reason"]) == {"no_structure"}
    assert footer.counts.other["parents_not_selected"] == 2
    assert set(rows["relation"]) == {"adds"}
    assert set(rows["recipe_version"]) == {find_recipe(name).version}
    assert set(rows["model"]) == {"rules"} and set(rows["kind"]) == {"rewritten"}
    assert rows["recipe"].unique().to_list() == [name]
    first = rows.row(0, named=True)
    (parent,) = (page for page in PAGES if [page.doc_id] == first["parent_ids"])
    assert (first["title"], first["root_ids"]) == (parent.title, [parent.doc_id])
    assert first["n_tokens"] > 0 and 0.1 < first["length_ratio"] < 2.0


def test_two_runs_are_byte_identical_and_the_second_generates_nothing(store: Store, go: StageRun):
    publish(store, PAGES)
    files = []
    for _ in range(2):
        run(go, recipe="faq")
        files.append((Path(open_made(store, "faq").path).read_bytes(), journal(store, "faq")))
    assert files[0] == files[1]
    # Pages 0 and 7 are equal and asked about once; 5 and 6 are not selected.
    assert files[0][1]["lines"] == 5


def test_a_gate_makes_other_rows_of_the_same_generations(store: Store, go: StageRun):
    publish(store, PAGES)
    run(go, recipe="faq")
    before, rows = journal(store, "faq"), open_made(store, "faq").read()
    shortest = rows["n_words"].min()
    stricter = with_step(find_recipe("faq"), gates=(*BASIC, TooShort(shortest + 1)))
    by_rules(go, stricter)
    made = open_made(store, "faq")
    assert journal(store, "faq") == before
    assert "too_short" in set(made.dropped()["drop_reason"])
    assert 0 < made.read().height < rows.height
    assert not set(rows["doc_id"]) & set(made.read()["doc_id"])


def by_rules(go: StageRun, recipe: Recipe) -> Footer:
    from synth_assets.generation.engines.rules import RulesEngine, identity

    return rewrite(go, recipe, RulesEngine(), identity())


def test_what_was_changed_elsewhere_changes_no_id(store: Store, go: StageRun):
    publish(store, PAGES)
    run(go, recipe="faq")
    ids = open_made(store, "faq").read()["doc_id"].to_list()
    publish(store, [PAGES[3], PAGES[0]])
    run(go, recipe="faq")
    assert open_made(store, "faq").read()["doc_id"].to_list() == [ids[3], ids[0]]


# A long English page for models: three passages under a limit of 60 words.
LONG = document(
    20,
    "\n\n".join(
        f"## Part {part}\n\n" + " ".join(f"Fact {part} {n} is about thing {n}." for n in range(7))
        for part in ("one", "two", "three")
    ),
    title="Facts",
)
GOOD = (
    "# Facts\n\n## What is said about {part}?\n\n"
    + "Of the facts 0, 1, 2, 3, 4, 5 and 6 it tells. " * 3
)


def good(request: Request) -> Result:
    said = str(request.prompt)
    part = next(one for one in ("one", "two", "three") if f"## Part {one}" in said)
    return Result(request.key, f"Here is the FAQ:\n\n{GOOD.format(part=part)}", "stop")


def rambling(request: Request) -> Result:
    return Result(request.key, "and so on " * 200, "length", completion_tokens=1024)


def refusing(request: Request) -> Result:
    return Result(request.key, "I'm sorry, but I can't help with that request.", "stop")


def copying(request: Request) -> Result:
    return Result(request.key, str(request.prompt[-1]["content"].split("Document:")[1]), "stop")  # type: ignore[index, call-overload]


def by_model(go: StageRun, answer: Callable[[Request], Result]) -> tuple[Footer, ScriptedEngine]:
    publish(go.store, [LONG])
    engine = ScriptedEngine(answer)
    recipe = replace(find_recipe("faq"), passage_words=60)
    return rewrite(go, recipe, engine, engine.identity), engine


def test_a_good_model(store: Store, go: StageRun):
    footer, engine = by_model(go, good)
    (row,) = open_made(store, "faq").read().iter_rows(named=True)
    assert not footer.broken_laws
    assert row["n_answers"] == 3 and row["generation_keys"] == engine.sent
    questions = [line for line in row["text"].splitlines() if line.startswith("#")]
    assert questions == ["# Facts"] + [
        f"## What is said about {part}?" for part in ("one", "two", "three")
    ]
    assert (row["model"], row["model_revision"]) == ("scripted", "1")


@pytest.mark.parametrize(
    ("answer", "reason", "value"),
    [
        (rambling, "truncated", "passage 1 of 3: 1024 tokens"),
        (refusing, "refusal", "passage 1 of 3: I'm sorry, but I"),
        (copying, "copied", "passage 1 of 3: 1.00"),
        (broken, "failed_prompt_too_long", "passage 1 of 3: too long"),
    ],
)
def test_a_bad_model_loses_nothing_and_makes_nothing(
    store: Store, go: StageRun, answer: Callable[[Request], Result], reason: str, value: str
):
    footer, engine = by_model(go, answer)
    made = open_made(store, "faq")
    assert not footer.broken_laws and made.read().is_empty()
    (row,) = made.dropped().iter_rows(named=True)
    assert (row["drop_reason"], row["drop_value"]) == (reason, value)
    assert row["text"] == LONG.text and len(engine.sent) == 3


def test_one_bad_passage_takes_the_document_with_it(store: Store, go: StageRun):
    def second_fails(request: Request) -> Result:
        return broken(request) if "## Part two" in str(request.prompt) else good(request)

    by_model(go, second_fails)
    made = open_made(store, "faq")
    assert made.read().is_empty()
    assert made.dropped()["drop_value"].to_list() == ["passage 2 of 3: too long"]


def drawn(profile: Profile, **settings: object) -> Profile:
    """The faq recipe with a sampling that has chance in it."""
    sampling = {"temperature": 0.7, "max_new_tokens": 1024}
    engine = {"kind": "transformers", "task": "causal", "model": "x", "sampling": sampling}
    return with_recipe(profile, "faq", engine=engine, **settings)


def test_a_changed_gate_generates_nothing_unless_regenerate(
    store: Store, make_run: MakeRun, profile: Profile
):
    engine = by_model(make_run(BATCH, drawn(profile)), good)[1]
    assert len(engine.sent) == 3 and open_made(store, "faq").read().height == 1
    gates = {"too_short": {"min_words": 500}}
    again = by_model(make_run(BATCH, drawn(profile, gates=gates)), good)[1]
    assert again.sent == []
    assert open_made(store, "faq").dropped()["drop_reason"].to_list() == ["too_short"]
    paying = by_model(make_run(BATCH, drawn(profile, gates=gates, regenerate=True)), good)[1]
    assert len(paying.sent) == 3 and not set(paying.sent) & set(engine.sent)


def test_strict_names_what_has_no_prompt_before_the_first_request(
    store: Store, make_run: MakeRun, profile: Profile
):
    publish(store, PAGES)
    go = make_run(BATCH, with_recipe(profile, "faq", strict=True))
    engine = ScriptedEngine(good)
    recipe = find_recipe("faq")
    with pytest.raises(InputError, match=r"strict = true.*1 in cat_Latn, 1 in swe_Latn") as caught:
        rewrite(go, recipe, engine, engine.identity)
    assert "there are prompts in eng_Latn" in str(caught.value) and engine.sent == []
    narrowed = with_recipe(profile, "faq", strict=True, languages=["eng_Latn"])
    english = ScriptedEngine(refusing)
    rewrite(make_run(BATCH, narrowed), recipe, english, english.identity)
    assert english.sent
    by_rules(go, recipe)


def test_the_prompt_s_language_is_flagged(store: Store, go: StageRun):
    def answer(request: Request) -> Result:
        assert "Catalan" in str(request.prompt)
        return Result(request.key, CATALAN.replace("fitxer", "arxiu"), "stop")

    publish(store, [PAGES[3]])
    engine = ScriptedEngine(answer)
    recipe = find_recipe("faq").with_gates({"copied": None})
    rewrite(go, recipe, engine, engine.identity)
    assert open_made(store, "faq").read()["prompt_lang"].to_list() == ["eng_Latn"]
    by_rules(go, recipe)
    assert open_made(store, "faq").read()["prompt_lang"].to_list() == [None]


def test_samples_need_chance(store: Store, make_run: MakeRun, profile: Profile):
    publish(store, PAGES)
    with pytest.raises(ProfileError, match=r"faq.samples = 2 is not.*sampling.temperature above 0"):
        run(make_run(BATCH, with_recipe(profile, "faq", samples=2)), recipe="faq")


def test_samples_are_documents_of_their_own(store: Store, make_run: MakeRun, profile: Profile):
    engine = by_model(make_run(BATCH, drawn(profile, samples=2)), good)[1]
    rows = open_made(store, "faq").read()
    assert len(set(engine.sent)) == 6 and rows["doc_id"].n_unique() == 2
    keys = rows["generation_keys"].to_list()
    assert sorted(keys[0] + keys[1]) == sorted(engine.sent)
    one = by_model(make_run(BATCH, drawn(profile)), good)[1]
    assert one.sent == []  # the first of two is what one alone would be


def test_the_profile_s_languages_narrow_the_selection(
    store: Store, make_run: MakeRun, profile: Profile
):
    publish(store, PAGES)
    run(make_run(BATCH, with_recipe(profile, "faq", languages=["cat_Latn"])), recipe="faq")
    assert open_made(store, "faq").read()["lang"].to_list() == ["cat_Latn"]


def test_an_empty_batch_is_an_empty_corpus(store: Store, go: StageRun):
    publish(store, [])
    footer = run(go, recipe="table")
    assert not footer.broken_laws and open_made(store, "table").read().height == 0


def test_rules_cannot_follow_a_recipe_without_an_operation(store: Store, go: StageRun):
    publish(store, PAGES)
    with pytest.raises(ProfileError, match="needs a model"):
        by_rules(go, replace(find_recipe("faq"), operation=None))


def test_a_recipe_that_is_off_is_named(profile: Profile):
    off = profile.model_copy(
        update={"rewriting": profile.rewriting.model_copy(update={"recipes": {}})}
    )
    with pytest.raises(ProfileError, match="rewriting.recipes.faq is not turned on"):
        code_version(off, "faq")


def test_outcomes_name_every_parent(store: Store, go: StageRun):
    publish(store, PAGES)
    run(go, recipe="faq")
    outcomes = pl.concat(open_made(store, "faq").sidecar_frames("outcomes"))
    reasons = dict(zip(outcomes["doc_id"], outcomes["reason"], strict=True))
    assert [reasons[PAGES[n].doc_id] for n in (4, 5, 6)] == [
        "no_structure",
        "language",
        "too_short",
    ]


def test_columns_of_filtered_narrow_the_selection(
    store: Store, make_run: MakeRun, profile: Profile
):
    publish(store, [replace(PAGES[0], license="MIT"), replace(PAGES[1], license="CC0-1.0")])
    where = {"license": ["CC0-1.0"]}
    footer = run(make_run(BATCH, with_recipe(profile, "faq", where=where)), recipe="faq")
    made = open_made(store, "faq")
    assert made.read()["license"].to_list() == ["CC0-1.0"]
    outcomes = pl.concat(made.sidecar_frames("outcomes"))
    assert outcomes["reason"].to_list() == ["license", None] and not footer.broken_laws


def test_a_column_that_is_not_there_is_named(store: Store, make_run: MakeRun, profile: Profile):
    publish(store, PAGES)
    go = make_run(BATCH, with_recipe(profile, "faq", where={"quality_tier": ["high"]}))
    with pytest.raises(
        InputError, match=r"faq.where names quality_tier.*it has doc_id, parent_ids"
    ):
        run(go, recipe="faq")


def test_recipes_of_the_same_prompts_make_documents_of_their_own(
    store: Store, make_run: MakeRun, profile: Profile
):
    publish(store, PAGES[:1])
    settings = profile.rewriting.recipes["faq"]
    twins = profile.rewriting.model_copy(update={"recipes": {"faq": settings, "twin": settings}})
    go = make_run(BATCH, profile.model_copy(update={"rewriting": twins}))
    for name in ("faq", "twin"):
        with use_engine(settings.engine) as engine:
            rewrite(go, replace(find_recipe("faq"), name=name), engine, engine.identity)
    faq, twin = (open_made(store, name).read() for name in ("faq", "twin"))
    assert faq["generation_keys"].to_list() == twin["generation_keys"].to_list()
    assert faq["text"].to_list() == twin["text"].to_list() and not faq.is_empty()
    assert not {*faq["doc_id"]} & {*twin["doc_id"]}
