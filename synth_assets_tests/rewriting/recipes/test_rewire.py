"""REWIRE: rejects of the quality rules alone, notes that never become text, the best share kept."""

from pathlib import Path

import polars as pl
import pytest

from synth_assets.corpus.document import Document
from synth_assets.corpus.footer import Law
from synth_assets.corpus.store import Corpus, Store
from synth_assets.dedup.stage import run as run_deduped
from synth_assets.dedup.stage import run_signatures
from synth_assets.filtering.stage import run as run_filtered
from synth_assets.generation.engines import opening
from synth_assets.generation.protocol import Request, Result
from synth_assets.ingest.plan import BatchManifest
from synth_assets.ingest.stage import COLUMNS as RAW_COLUMNS
from synth_assets.profile import Profile
from synth_assets.quality.checks import load_checks, run_checks
from synth_assets.rewriting.catalogue import find_recipe
from synth_assets.rewriting.plain import rewrite_files
from synth_assets.rewriting.rejects import Rejects, signs
from synth_assets.rewriting.stage import code_version, rewrite
from synth_assets.takedown.apply import apply_takedowns
from synth_assets.takedown.entries import Entry
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import BATCH, document
from synth_assets_tests.engines import ScriptedEngine
from synth_assets_tests.rewriting.recipes.characters import BAD, Answer, turned_on

NAME = "rewire"
PLAN = "The text wants to tell people of the harbour. A better one says first where it lies."
GOOD = (
    "The harbour of the town lies at the mouth of a river, and it was built by people from the "
    "coast. Every morning workers walk to its gates, which open before the sun rises. Visitors ask "
    "why the roof of the hall is green. In spring, when the water rises, the lower rooms close for "
    "some weeks. A museum beside the market keeps tools, maps and letters of that time. The town "
    "pays for repairs. Many citizens wish for a new hall, and some of them have written to the "
    "council, which has not answered yet. Nobody knows what will become of it in later years."
)

KEPT = (
    "A sundial shows the hours with the shadow of a rod. To make it work in all months of the "
    "year, the rod has to point to the north, and it must stand as steep as the place lies far "
    "from the equator. At noon the shadow falls to the north. The lines of the other hours are "
    "drawn on both sides of it, and they are not as far from each other as those of a clock."
)


def rejected(number: int, what: str) -> Document:
    """A page whose lines are repeated; each is another."""
    line = f"This is the line of page {number} that says {what} to all of its readers here."
    return document(number, "\n".join([line] * 12), title=f"Page {number}")


MAIL = rejected(3, "write to jane.doe@debian.org or wait")
PAGES = [
    document(0, KEPT),
    rejected(1, "nothing of interest"),
    rejected(2, "even less than that"),
    MAIL,
    document(4, rejected(1, "nothing of interest").text),  # a copy
    document(5, "\n".join(["Buy the forbidden casino chips of this page now, dear reader."] * 12)),
]
QUALITY = [PAGES[n].doc_id for n in (1, 2, 3)]


@pytest.fixture
def profile(profile: Profile, tmp_path: Path) -> Profile:
    """With a list of words that no page may have."""
    words = tmp_path / "words.txt"
    words.write_text("casino\n")
    lists = {"lists": {"eng_Latn": str(words)}, "max_share": 0.0}
    bad = profile.filtering.bad_words.model_validate(lists)
    filtering = profile.filtering.model_copy(update={"bad_words": bad})
    return profile.model_copy(update={"filtering": filtering})


@pytest.fixture
def filtered(store: Store, profile: Profile, make_run: MakeRun) -> Corpus:
    """The real filter over the pages."""
    rows = pl.DataFrame([page.to_row() for page in PAGES], infer_schema_length=None)
    with store.write("raw_web", BATCH, schema=RAW_COLUMNS, code_version="1", inputs={}) as writer:
        writer.read(rows)
        writer.keep(rows)
        writer.commit(Law("documents", {"read": len(PAGES)}, {"kept": len(PAGES)}))
    run_filtered(make_run(BATCH, profile))
    return store.open("filtered", BATCH)


def writing(text: str = GOOD) -> Answer:
    """A model that thinks, then writes of every page something of its own."""

    def answer(request: Request) -> Result:
        said = str(request.prompt[-1]["content"])  # type: ignore[index]
        if "Notes:" not in said:
            return Result(request.key, PLAN, "stop", 100, 30)
        page = said.rpartition("line of page ")[2].partition(" ")[0]
        told = text if page == "2" else text.replace("harbour", f"harbour {page}")
        return Result(request.key, told, "stop", 200, 100)

    return answer


def play(make_run: MakeRun, profile: Profile, answer: Answer, **settings: object):
    go = make_run(BATCH, turned_on(profile, NAME, **settings))
    engine = ScriptedEngine(answer)
    footer = rewrite(go, find_recipe(NAME), engine, engine.identity)
    assert not footer.broken_laws
    return go.store.open(f"rewritten/{NAME}", BATCH), engine


def reasons(made: Corpus) -> dict[str, str | None]:
    frames = list(made.sidecar_frames("outcomes", ["doc_id", "reason"]))
    return dict(pl.concat(frames).iter_rows())


def test_only_what_quality_alone_speaks_against_is_taken_up(
    filtered: Corpus, make_run: MakeRun, profile: Profile
):
    dropped = dict(filtered.dropped().select("doc_id", "drop_reason").iter_rows())
    assert dropped[PAGES[5].doc_id].startswith("gopher_"), "quality is judged before listed words"
    made, engine = play(make_run, profile, writing(), options={"share": 1})
    rows = made.read()
    assert rows["parent_ids"].explode().to_list() == QUALITY
    said = reasons(made)
    assert said[PAGES[4].doc_id] == "dropped_for_exact_duplicate"
    assert said[PAGES[5].doc_id] == "dropped_for_bad_words"
    assert filtered.read()["doc_id"].to_list() == [PAGES[0].doc_id]
    assert set(said) == set(dropped), "every dropped row has its outcome, and no kept one"
    assert len(engine.sent) == 6
    assert rows["reasoning"].to_list() == [PLAN] * 3
    assert rows["parent_reason"].to_list() == [dropped[one] for one in QUALITY]
    assert set(rows["relation"]) == {"adds"} and not rows["text"].str.contains("better one").any()
    before, after = rows["parent_quality"].median(), rows["quality"].median()
    assert after > before  # type: ignore[operator]
    assert made.footer.inputs == {"filtered": filtered.data_version}
    assert made.footer.parts == {"filtered": "dropped"}


def test_personal_data_is_masked_before_a_model_sees_it(
    filtered: Corpus, make_run: MakeRun, profile: Profile
):
    seen: list[str] = []

    def answer(request: Request) -> Result:
        seen.append(str(request.prompt))
        return writing()(request)

    assert filtered.dropped()["text"].str.contains("jane.doe@debian.org").any()
    play(make_run, profile, answer)
    assert not any("jane.doe" in one for one in seen)
    assert any("<EMAIL>" in one for one in seen)


def test_the_best_share_is_kept_and_the_rest_says_why(
    filtered: Corpus, make_run: MakeRun, profile: Profile
):
    made, _ = play(make_run, profile, writing(), options={"share": 0.5})
    assert made.n_documents == 2
    (row,) = made.dropped().to_dicts()
    assert (row["drop_reason"], row["drop_limit"]) == ("not_among_the_best", "the best 2 of 3")
    assert 0 < float(row["drop_value"]) <= 1 and row["doc_id"] in QUALITY
    one, _ = play(make_run, profile, writing())
    assert one.n_documents == 1, "a tenth of three"
    again, engine = play(make_run, profile, writing())
    assert again.data_version == one.data_version and not engine.sent


@pytest.mark.parametrize("character", BAD)
def test_a_bad_model(character: str, filtered: Corpus, make_run: MakeRun, profile: Profile):
    answer, reason = BAD[character]
    made, _ = play(make_run, profile, answer)
    assert made.n_documents == 0
    assert set(made.dropped()["drop_reason"]) == {reason}
    assert sorted(made.dropped()["doc_id"]) == sorted(QUALITY)


def test_notes_in_the_text_are_refused(filtered: Corpus, make_run: MakeRun, profile: Profile):
    made, _ = play(make_run, profile, writing(f"{PLAN} {PLAN.upper()} It is a harbour of theirs."))
    assert set(made.dropped()["drop_reason"]) <= {"reasoning_leaked", "repetition"}
    assert made.n_documents == 0


def test_checks_dedup_and_takedown_accept_a_dropped_parent(
    filtered: Corpus, make_run: MakeRun, profile: Profile, store: Store
):
    corpus = f"rewritten/{NAME}"
    play(make_run, profile, writing(), options={"share": 1})
    checks = [check for check in load_checks() if check.concerns(corpus)]
    names = {check.name for check in checks}
    assert {"parents_exist", "outcomes_complete", "made_text_has_provenance"} <= names

    def failed() -> list[str]:
        found = run_checks(store, corpus, BATCH, ["filtered"], checks)
        return [one.check.name for one in found if not one.passed]

    assert failed() == []
    _dedup(make_run, profile, store)
    report = apply_takedowns(store, profile, [Entry("url", "example.org/2")])
    assert report.files["filtered/2026-01-01"] == 1 == report.files[f"{corpus}/2026-01-01"]
    now = store.open(corpus, BATCH)
    assert now.n_documents == 2 and now.footer.parts == {"filtered": "dropped"}
    assert failed() == []
    rejects = Rejects(store.open("filtered", BATCH), profile)
    assert rejects.n_documents == sum(frame.height for frame in rejects.frames())
    again, _ = play(make_run, profile, writing(), options={"share": 1})
    assert again.n_documents == 2 and failed() == []


def _dedup(make_run: MakeRun, profile: Profile, store: Store) -> None:
    """What is made of a dropped page is of its family, and judged as a document like any other."""
    recipes = {NAME: turned_on(profile, NAME).rewriting.recipes[NAME]}
    rewriting = profile.rewriting.model_copy(update={"recipes": recipes})
    translation = profile.translation.model_copy(update={"targets": {}})
    go = make_run(
        BATCH, profile.model_copy(update={"rewriting": rewriting, "translation": translation})
    )
    store.files.write(f"batches/{BATCH}.json", BatchManifest(BATCH, 1, []).to_json())
    run_signatures(go)
    footer = run_deduped(go)
    assert not footer.broken_laws
    kept = store.open("deduped", BATCH).read(["kind", "parent_ids"])
    made = kept.filter(pl.col("kind") == "rewritten")
    assert set(made["parent_ids"].explode()) <= set(QUALITY) and made.height >= 1


def test_a_file_of_rejects(tmp_path: Path, profile: Profile, monkeypatch: pytest.MonkeyPatch):
    """As `synth-assets filter --dropped` writes it: what else than quality dropped stays out."""
    given, out = tmp_path / "rejects.jsonl", tmp_path / "out.parquet"
    pl.DataFrame(
        {
            "text": [PAGES[1].text, PAGES[2].text, MAIL.text],
            "drop_reason": ["gopher_duplicate_lines", "block_list", None],
            "lang": ["eng_Latn"] * 3,
        }
    ).write_ndjson(given)
    monkeypatch.setattr(opening, "open_engine", lambda _: ScriptedEngine(writing()))
    engine = {"kind": "openai", "url": "http://localhost:9", "model": "m"}
    settings = {"engine": engine, "options": {"share": 1}}
    dropped = tmp_path / "dropped.parquet"
    found = rewrite_files([given], out, turned_on(profile, NAME, **settings), NAME, dropped=dropped)
    assert found.not_selected == {"dropped_for_block_list": 1}
    assert pl.read_parquet(out)["parent_reason"].to_list() == ["gopher_duplicate_lines", "given"]
    assert pl.read_parquet(dropped)["text"].to_list() == [PAGES[2].text]


def test_what_is_read_is_part_of_the_version(profile: Profile):
    usual = turned_on(profile, NAME)
    assert code_version(usual, NAME) != code_version(
        turned_on(profile, NAME, options={"share": 0.2}), NAME
    )


def test_equal_signs_are_told_apart_and_together_count_less_than_one_sign():
    line = "In the year {} the people of town {} met in the hall and spoke about bridge {}."
    prose = "\n".join(line.format(n, n, 7 * n) for n in range(20))
    texts = [prose, f"{prose}\nMenu\nHome\nSearch", "The town met in the hall.", ""]
    best, with_menu, short, empty = signs([document(n, text) for n, text in enumerate(texts)])
    assert best > with_menu > short > empty == 0
    assert best - with_menu < 1 / 9
