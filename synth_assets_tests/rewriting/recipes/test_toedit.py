"""ToEdit: an exact log, the same text under the same seed, nothing paid twice, a check of yield."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.corpus.store import Store
from synth_assets.errors import EngineError, ProfileError
from synth_assets.generation.engines.local.tasks import read_task
from synth_assets.generation.protocol import Request, Result
from synth_assets.modeling.reference import Training, train_reference
from synth_assets.profile import Profile, load_profile
from synth_assets.profile.modeling import ReferenceModel
from synth_assets.quality.checks import load_checks, run_checks
from synth_assets.rewriting.edits import Edit, apply_edits, undoing
from synth_assets.rewriting.passages import cut_exactly
from synth_assets.rewriting.recipes.toedit import read_resampled
from synth_assets.rewriting.stage import check_engine, code_version, models_of, run
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import BATCH, document, publish
from synth_assets_tests.rewriting.recipes.characters import (
    BAD,
    ENGLISH,
    SPANISH,
    Answer,
    makes_nothing,
    play,
    saying,
    turned_on,
)

NAME = "toedit"
PLACES = ("harbour", "market", "library", "station")
STORY = document(
    5,
    "\n\n".join(
        f"When the {one} of the town is closed, the people of the town walk to the {other} and "
        f"wait there for the {third} to {do}, but nobody of them knows when it will {do}."
        for one in PLACES
        for other in PLACES
        for third in PLACES
        for do in ("begin", "start")
    ),
)


@given(st.text(alphabet="ab \n\té", max_size=300), st.integers(1, 20))
def test_pieces_are_the_text(text: str, words: int):
    assert "".join(cut_exactly(text, words)) == text


def scripted(*edits: list[object]) -> Answer:
    """An engine that gives these edits of every piece that has room for them."""

    def answer(request: Request) -> Result:
        text = read_task(request).text
        made = [edit for edit in edits if text[edit[0] : edit[1]] == edit[2]]  # type: ignore[misc]
        value = {"edits": made, "tokens": len(text.split()), "eligible": 9, "threshold": 0.5}
        return Result(request.key, orjson.dumps(value).decode(), "stop", 100, 0)

    return answer


def test_the_log_leads_there_and_back(make_run: MakeRun, profile: Profile):
    answer = scripted([3, 6, "The", "A"], [0, 2, "El", "Un"], [8, 8, "", "old "])
    made = play(make_run, profile, NAME, answer)
    for page in (ENGLISH, SPANISH):
        (row,) = made.made_of(page)
        edits = [Edit(**edit) for edit in row["edits"]]  # type: ignore[attr-defined]
        assert apply_edits(page.text, edits) == row["text"] != page.text
        assert apply_edits(str(row["text"]), undoing(edits)) == page.text
        assert (row["relation"], row["kind"], row["n_eligible"]) == ("supersedes", "edited", 9)
        assert row["edit_share"] == round(len(edits) / int(row["n_tokens_scored"]), 6)  # type: ignore[call-overload]
    assert made.not_selected == 1 and len(made.engine.sent) == 2


def test_a_long_document_goes_in_pieces(make_run: MakeRun, profile: Profile):
    page = document(0, "\n".join(f"The line {n} of a long list of lines." for n in range(400)))
    made = play(make_run, profile, NAME, scripted([0, 3, "The", "One"]), [page])
    (row,) = made.made_of(page)
    assert len(made.engine.sent) == 5 == len(row["edits"])  # type: ignore[arg-type]
    assert apply_edits(page.text, [Edit(**one) for one in row["edits"]]) == row["text"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (scripted(), "nothing_edited"),
        (saying("Here is the text."), "unreadable"),
        (saying('{"edits": [[0, 1, "?", "x"]], "tokens": 1, "eligible": 1, "threshold": 1}'),
         "edits_do_not_fit"),
        (BAD["refusing"][0], "unreadable"),
        (BAD["rambling"][0], "unreadable"),
        BAD["broken"],
    ],
)  # fmt: skip
def test_an_engine_that_edits_nothing_or_nonsense(
    answer: Answer, reason: str, make_run: MakeRun, profile: Profile
):
    makes_nothing(play(make_run, profile, NAME, answer), reason)


@pytest.fixture
def with_model(profile: Profile, store: Store) -> Profile:
    """ToEdit by a reference model of English."""
    publish(store, [STORY, SPANISH])
    settings = ReferenceModel(order=3, min_counts=[1, 1, 1])
    profile = profile.model_copy(
        update={"reference_lms": {"eng_Latn": settings}, "root": store.files.root}
    )
    trained = train_reference(Training(store, profile, "eng_Latn"))
    words = Path(store.files.path("words.txt"))
    words.write_text("begin start\n")
    engine = {"kind": "ngram", "models": {"eng_Latn": trained.path}}
    engine |= {"stand_ins": {"eng_Latn": str(words)}}
    options = {"quantile": 0}  # the words that may change are the least probable ones here
    return turned_on(profile, NAME, engine=engine, languages=["eng_Latn"], options=options)


def test_a_reference_model_edits_the_same_words_every_time(
    make_run: MakeRun, with_model: Profile, store: Store
):
    go = make_run(BATCH, with_model)
    footer = run(go, recipe=NAME)
    made = store.open(f"rewritten/{NAME}", BATCH)
    first, version = made.read(), made.data_version
    (row,) = first.to_dicts()
    edits = [Edit(**edit) for edit in row["edits"]]
    assert apply_edits(STORY.text, edits) == row["text"] and edits
    assert 0.001 < row["edit_share"] < 0.2 and 0 < row["threshold"] < 1
    assert {(edit.before, edit.after) for edit in edits} == {("begin", "start"), ("start", "begin")}
    assert footer.inputs[f"reference_lm/{ENGLISH.lang}"]
    assert row["model"] == "reference_lm" and not footer.broken_laws
    said: list[str] = []
    run(make_run(BATCH, with_model, log=said.append), recipe=NAME)
    assert store.open(f"rewritten/{NAME}", BATCH).data_version == version
    assert any(": 0 generated" in line for line in said), said
    run(make_run(BATCH, with_model.model_copy(update={"seed": 5})), recipe=NAME)
    assert (
        store.open(f"rewritten/{NAME}", BATCH).read()["text"].to_list() != first["text"].to_list()
    )


def test_a_model_that_the_profile_trains_is_an_input_and_any_other_makes_the_version(
    with_model: Profile, store: Store
):
    path = Path(store.files.path("reference_lm/eng_Latn.ngram"))
    other = with_model.model_copy(update={"reference_lms": {}})
    before = code_version(with_model, NAME), code_version(other, NAME)
    path.write_bytes(path.read_bytes() + b"\0")
    after = code_version(with_model, NAME), code_version(other, NAME)
    assert before[0] == after[0] and before[1] != after[1]
    settings = ReferenceModel(order=2, min_counts=[1, 1])
    trained = with_model.model_copy(update={"reference_lms": {"eng_Latn": settings}})
    assert code_version(trained, NAME) != before[0]
    assert models_of(with_model, NAME) == ("reference_lm/eng_Latn",) and not models_of(other, NAME)


def test_a_model_that_no_part_of_the_profile_trains_is_told(tmp_path: Path):
    path = tmp_path / "profile.yaml"
    engine = "{kind: ngram, models: {eng_Latn: reference_lm/eng_Latn}}"
    path.write_text(f"rewriting: {{recipes: {{toedit: {{engine: {engine}}}}}}}")
    with pytest.raises(ProfileError, match=r"names reference_lm/eng_Latn, which this profile does"):
        load_profile(path)


@pytest.mark.parametrize(
    ("lang", "change", "sentence"),
    [
        ("eng_Latn", {"languages": ["eng_Latn"], "options": {"below": 0.001}}, "no words out"),
        ("spa_Latn", {"languages": ["spa_Latn"]}, "stand in for each other in spa_Latn"),
    ],
)
def test_what_a_reference_model_cannot_do_is_told(
    lang: str,
    change: dict[str, Any],
    sentence: str,
    make_run: MakeRun,
    with_model: Profile,
    store: Store,
):
    path = store.files.path("reference_lm/eng_Latn.ngram")
    engine = {"kind": "ngram", "models": {lang: path}}
    profile = turned_on(with_model, NAME, engine=engine, **change)
    run(make_run(BATCH, profile), recipe=NAME)
    (row,) = store.open(f"rewritten/{NAME}", BATCH).dropped().to_dicts()
    assert sentence in row["drop_value"]


def test_a_model_that_is_not_there_yet(make_run: MakeRun, profile: Profile, store: Store):
    publish(store, [ENGLISH])
    engine = {"kind": "ngram", "models": {"eng_Latn": "corpora/reference_lm/eng_Latn.ngram"}}
    go = make_run(BATCH, turned_on(profile, NAME, engine=engine))
    with pytest.raises(EngineError, match=r"eng_Latn.ngram does not exist; materialize the asset"):
        run(go, recipe=NAME)


def test_a_language_without_a_model_is_told(make_run: MakeRun, with_model: Profile, store: Store):
    spanish = with_model.rewriting.recipes[NAME].model_copy(update={"languages": None})
    rewriting = with_model.rewriting.model_copy(update={"recipes": {NAME: spanish}})
    run(make_run(BATCH, with_model.model_copy(update={"rewriting": rewriting})), recipe=NAME)
    (row,) = store.open(f"rewritten/{NAME}", BATCH).dropped().to_dicts()
    assert row["doc_id"] == SPANISH.doc_id and row["drop_reason"] == "failed_request"
    assert "no model of spa_Latn" in row["drop_value"]


@pytest.mark.parametrize(("share", "passes"), [(0.01, True), (0.0005, False)])
def test_a_yield_under_a_thousandth_is_warned_of(
    share: float, passes: bool, make_run: MakeRun, profile: Profile, store: Store
):
    def answer(request: Request) -> Result:
        value = {"edits": [[3, 6, "The", "A"]], "tokens": int(1 / share), "eligible": 1,
                 "threshold": 0.9}  # fmt: skip
        return Result(request.key, orjson.dumps(value).decode(), "stop")

    play(make_run, profile, NAME, answer, [ENGLISH])
    checks = [check for check in load_checks() if check.name == "edit_yield"]
    (verdict,) = run_checks(store, f"rewritten/{NAME}", BATCH, ["filtered"], checks)
    assert verdict.error is None and verdict.passed is passes
    assert not verdict.check.blocking and verdict.check.severity == "warn"


@pytest.mark.parametrize("kind", ["rules", "openai", "transformers-causal", "vllm-float16"])
def test_an_engine_that_writes_is_refused(kind: str):
    from synth_assets.generation.protocol import EngineIdentity
    from synth_assets.rewriting.catalogue import find_recipe

    with pytest.raises(
        ProfileError, match=r"is not allowed: this recipe edits by a model's scores"
    ):
        check_engine(find_recipe(NAME), EngineIdentity(kind, "m", "1", ""))
    for one in ("ngram", "transformers-resample", "transformers-resample-bfloat16"):
        check_engine(find_recipe(NAME), EngineIdentity(one, "m", "1", ""))
        with pytest.raises(ProfileError, match="this recipe needs a model"):
            check_engine(find_recipe("faq"), EngineIdentity(one, "m", "1", ""))


@pytest.mark.parametrize("answer", ["", "[]", '{"edits": 3}', '{"edits": []}'])
def test_what_is_no_result_of_the_task(answer: str):
    with pytest.raises(ValueError, match="edits, tokens, eligible and threshold"):
        read_resampled(answer)
