"""Documents in two languages: both sides come out again exactly."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.corpus.document import Document
from synth_assets.errors import InputError
from synth_assets.line import build_bitexts, build_line
from synth_assets.profile import Profile
from synth_assets.profile.translation_methods import Bidirectional, CodeSwitch, Interlinear
from synth_assets.translation.lexicon import Lexicon
from synth_assets.translation.methods import stage
from synth_assets.translation.methods.code_switch import Switched, restored
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.corpora import document, publish
from synth_assets_tests.translation.methods.conftest import Publish, parent, target_from

MakeProfile = Callable[..., Profile]
LEXICON = Lexicon(
    ("eng_Latn", "cat_Latn"),
    [["file", "fitxer"], ["file", "arxiu"], ["the menu", "el menú"]],
    "eng_Latn",
)


def test_interlinear_lines_alternate_and_come_apart_again(
    make_run: MakeRun, with_methods: MakeProfile, translated: Publish
) -> None:
    sentences = [("One.", "Un."), ("--", "--"), ("Two\nlines.", "Dues línies.")]
    translated("cat_Latn", {parent(1): sentences, parent(2): [("42", "42")]})
    method = Interlinear(kind="interlinear", of="cat_Latn")
    profile = with_methods({"cat_Latn": target_from("eng_Latn")}, lines=method)
    run = make_run(profile=profile)
    stage.run(run, name="lines")
    corpus = run.store.open("mixed/lines", run.batch)
    (row,) = corpus.read().rows(named=True)

    assert row["text"].split("\n")[0::2] == ["One.", "Two lines."]
    assert row["text"].split("\n")[1::2] == ["Un.", "Dues línies."]
    assert (row["lang"], row["other_lang"], row["n_segments"]) == ("cat_Latn", "eng_Latn", 2)
    assert row["parent_ids"] == [f"cat_Latn-{parent(1)}"]
    assert row["root_ids"] == [parent(1)]
    assert row["n_tokens"] > 5
    assert corpus.footer.counts.other == {"parents_made": 1, "parents_no_sentence": 1}


def test_methods_that_are_set_alike_make_documents_of_their_own(
    make_run: MakeRun, with_methods: MakeProfile, translated: Publish
) -> None:
    translated("cat_Latn", {parent(1): [("One.", "Un.")]})
    alike = Interlinear(kind="interlinear", of="cat_Latn")
    profile = with_methods({"cat_Latn": target_from("eng_Latn")}, lines=alike, lines_too=alike)
    ids = set()
    for name in ("lines", "lines_too"):
        version = stage.code_version(profile, name)
        run = make_run(profile=profile, code_version=version)
        stage.run(run, name=name)
        ids |= {*run.store.open(f"mixed/{name}", run.batch).read()["doc_id"]}
    assert len(ids) == 2


def test_switched_words_can_be_put_back(
    make_run: MakeRun, with_methods: MakeProfile, tmp_path: Path
) -> None:
    path = tmp_path / "lexicon.tsv"
    path.write_text("en\tca\nfile\tfitxer\n")
    method = CodeSwitch(
        kind="code_switch", lexicon=str(path), source="eng_Latn", target="cat_Latn", rate=1
    )
    profile = with_methods({}, switched=method)
    run = make_run(profile=profile)
    text = "File a file.\n\n```\nfile\n```\n\nRun `file` on file.txt, a file."
    publish(run.store, [document(1, text), document(2, "Fitxer", lang="cat_Latn")], batch=run.batch)
    stage.run(run, name="switched")
    (row,) = run.store.open("mixed/switched", run.batch).read().rows(named=True)

    assert row["text"] == text.replace("File a file", "Fitxer a fitxer").replace(
        "a file.", "a fitxer."
    )
    assert row["n_switched"] == 3
    assert restored(row["text"], row["switched"]) == text
    assert (row["kind"], row["recipe"], row["model"]) == ("edited", "code_switch", None)


@given(
    st.lists(
        st.sampled_from(["file", "The menu", "`file`", "the", "menu", "\n", "x."]), max_size=30
    ),
    st.floats(0, 1),
)
def test_putting_back_gives_the_text_whatever_was_drawn(words: list[str], rate: float) -> None:
    text = " ".join(words)
    method = Switched(LEXICON, "eng_Latn", "cat_Latn", rate, 7, "v")
    made = method._of(Document(doc_id="0", text=text, lang="eng_Latn"))

    if made.child is not None:
        assert made.child.text != text
        assert restored(made.child.text, made.columns["switched"]) == text


def test_the_rate_is_that_of_the_terms() -> None:
    text = "\n".join("Open file and close." for _ in range(4000))
    method = Switched(LEXICON, "eng_Latn", "cat_Latn", 0.05, 7, "v")
    made = method._of(Document(doc_id="0", text=text, lang="eng_Latn"))

    assert abs(made.columns["n_switched"] / 4000 - 0.05) < 0.01
    assert {"fitxer", "arxiu"} <= set(made.child.text.split())


def test_a_lexicon_of_other_languages_is_refused(
    make_run: MakeRun, with_methods: MakeProfile, tmp_path: Path
) -> None:
    path = tmp_path / "lexicon.tsv"
    path.write_text("en\tfr\nfile\tfichier\n")
    method = CodeSwitch(kind="code_switch", lexicon=str(path), source="eng_Latn", target="cat_Latn")
    run = make_run(profile=with_methods({}, switched=method))
    publish(run.store, [document(1, "A file.")], batch=run.batch)
    with pytest.raises(InputError, match="is a lexicon of eng_Latn, fra_Latn and has no cat_Latn"):
        stage.run(run, name="switched")


def test_methods_are_corpora_of_the_line(with_methods: MakeProfile) -> None:
    targets = {
        "eng_Latn": target_from("cat_Latn", "translated/cat_Latn"),
        "cat_Latn": target_from("eng_Latn"),
    }
    profile = with_methods(
        targets,
        lines=Interlinear(kind="interlinear", of="cat_Latn"),
        both=Bidirectional(kind="bidirectional", of="cat_Latn"),
    )
    line = {made.corpus: made for made in build_line(profile)}

    names = list(line)
    assert names.index("translated/cat_Latn") < names.index("translated/eng_Latn")
    assert line["mixed/lines"].inputs == ("translated/cat_Latn",)
    assert line["mixed/lines"].engine is None
    assert "mixed/lines" in line["deduped"].inputs
    assert "bitext/both" not in line
    beside = {made.corpus: made for made in build_bitexts(profile)}
    assert beside["bitext/both"].description.startswith("Every pair in both directions")
