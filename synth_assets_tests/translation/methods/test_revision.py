"""A model goes over translations: what it is asked, what is taken, what stays byte for byte."""

from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from synth_assets.corpus.store import Corpus
from synth_assets.generation.protocol import Request, Result
from synth_assets.generation.spec import OpenAISpec
from synth_assets.profile import Profile
from synth_assets.profile.translation_methods import Polish, Terminology
from synth_assets.translation.methods import stage
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.engines import ScriptedEngine
from synth_assets_tests.translation.methods.conftest import Publish, parent, target_from

SERVED = OpenAISpec(kind="openai", url="http://localhost:1/v1", model="m")
MakeProfile = Callable[..., Profile]
Revise = Callable[..., tuple[Corpus, ScriptedEngine]]


@pytest.fixture
def revise(make_run: MakeRun, with_methods: MakeProfile, monkeypatch: pytest.MonkeyPatch) -> Revise:
    """Runs a method over translated/cat_Latn with answers by the last line of the prompt."""

    def make(
        method: Terminology | Polish, answers: dict[str, str]
    ) -> tuple[Corpus, ScriptedEngine]:
        def answer(request: Request) -> Result:
            asked = request.prompt[-1]["content"].rsplit("Translation: ", 1)[1]
            return Result(request.key, answers[asked], "stop", 1, 1)

        engine = ScriptedEngine(answer)

        @contextmanager
        def lend(_: object) -> object:
            yield engine

        monkeypatch.setattr(stage, "use_engine", lend)
        profile = with_methods({"cat_Latn": target_from("eng_Latn")}, better=method)
        run = make_run(profile=profile)
        stage.run(run, name="better")
        corpus = run.store.open("translated/better", run.batch)
        assert not corpus.footer.broken_laws
        return corpus, engine

    return make


def test_only_segments_without_their_term_are_edited(
    revise: Revise, translated: Publish, tmp_path: Path
) -> None:
    path = tmp_path / "terms.tsv"
    path.write_text("en\tca\nfile\tfitxer\nmenu\tmenú\n")
    translated(
        "cat_Latn",
        {
            parent(1): [
                ("Open the file.", "Obriu l'arxiu."),
                ("Close the file.", "Tanqueu el fitxer."),
                ("File 7.", "Arxiu 7."),
                ("The menu.", "La carta."),
            ],
            parent(2): [("Nothing here.", "Res.")],
        },
    )
    method = Terminology(kind="terminology", of="cat_Latn", glossary=str(path), engine=SERVED)
    answers = {
        "Obriu l'arxiu.": "Obriu el fitxer.",
        "Arxiu 7.": "Fitxer.",  # loses its number
        "La carta.": "La llista.",  # still without the term
    }
    corpus, engine = revise(method, answers)
    (row,) = corpus.read().rows(named=True)

    assert len(engine.sent) == 3
    assert row["text"] == "Obriu el fitxer.\n\nTanqueu el fitxer.\n\nArxiu 7.\n\nLa carta."
    assert (row["n_terms"], row["n_terms_before"], row["n_terms_hit"]) == (4, 1, 2)
    assert (row["n_asked"], row["n_edited"], row["relation"]) == (3, 1, "supersedes")
    assert row["parent_ids"] == [f"cat_Latn-{parent(1)}"]
    requests = pl.concat(corpus.sidecar_frames("requests"))
    assert sorted(requests["reason"].drop_nulls()) == ["no_better", "numbers_kept"]
    assert corpus.footer.counts.other["parents_not_selected"] == 1


def test_polish_takes_what_moves_away_from_the_source_and_keeps_code(
    revise: Revise, translated: Publish
) -> None:
    pages = {parent(1): [("Run `ls` now.", "Executi `ls` ara."), ("Click it.", "Feu clic.")]}
    translated("cat_Latn", pages)
    answers = {"Executi `ls` ara.": "Executeu `LS` ja.", "Feu clic.": "Cliqueu-hi."}
    corpus, engine = revise(Polish(kind="polish", of="cat_Latn", engine=SERVED), answers)
    (row,) = corpus.read().rows(named=True)

    assert len(engine.sent) == 2
    assert row["text"] == "Executi `ls` ara.\n\nCliqueu-hi."
    again, engine = revise(Polish(kind="polish", of="cat_Latn", engine=SERVED), answers)
    assert engine.sent == []
    assert again.data_version == corpus.data_version
