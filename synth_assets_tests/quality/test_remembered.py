"""What DuckDB's parser said is asked for once, and is the same ever after."""

from pathlib import Path

import pytest

from synth_assets.corpus.store import Store
from synth_assets.home import Home
from synth_assets.line import build_line
from synth_assets.profile import Profile
from synth_assets.quality import sql_files
from synth_assets.quality.checks import load_checks
from synth_assets.quality.models import load_models
from synth_assets.quality.remembered import FOLDER, remembered
from synth_assets.quality.sql_files import fault_of, read_file
from synth_assets.quality.warehouse import relations


def test_a_question_about_a_text_is_asked_once_and_again_where_the_answer_is_torn(
    home: Home,
) -> None:
    asked = []

    def ask(sql: str) -> list[str]:
        asked.append(sql)
        return [sql, str(len(asked))]

    assert remembered("reads", "SELECT 1", ask) == ["SELECT 1", "1"]
    assert remembered("reads", "SELECT 1", ask) == ["SELECT 1", "1"]
    assert remembered("fault", "SELECT 1", ask) == ["SELECT 1", "2"]
    assert remembered("reads", "SELECT 2", ask) == ["SELECT 2", "3"]
    for kept in (home.path / FOLDER).iterdir():
        kept.write_bytes(b"[")
    assert remembered("reads", "SELECT 1", ask) == ["SELECT 1", "4"]


@pytest.mark.parametrize(
    ("sql", "said"),
    [("SELECT\nFROM WHERE", ", line 2: Parser Error"), ("DROP TABLE x", "must hold one SELECT")],
)
def test_a_fault_is_told_in_the_same_words_each_time(tmp_path: Path, sql: str, said: str) -> None:
    path = tmp_path / "own.sql"
    path.write_text(sql)
    faults = [fault_of(read_file(path)) for _ in range(2)]
    assert faults[0] == faults[1]
    assert str(faults[0]).startswith(str(path)) and said in str(faults[0])


def test_checks_and_models_that_are_known_need_no_parser(profile: Profile, monkeypatch) -> None:
    def load() -> tuple[list[str], list[object]]:
        known = relations(Store(profile.root), profile, build_line(profile))
        return [check.shown for check in load_checks()], list(load_models(known))

    def asked() -> None:
        raise AssertionError("DuckDB is asked again")

    before = load()
    monkeypatch.setattr(sql_files, "parser", asked)
    monkeypatch.setattr("synth_assets.quality.reads.parser", asked)
    assert load() == before
