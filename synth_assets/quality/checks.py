"""Checks of a corpus: files of SQL, and functions where SQL is not the tool.

    -- corpus: filtered, rewritten/*
    -- severity: error            (or warn)
    -- blocking: true             (or false; a blocking error stops what is downstream)
    -- tolerance: 2 %             (of the corpus's rows that may fail; or 3 rows; default none)
    -- description: Every doc_id occurs once.
    SELECT doc_id, count(*) AS times FROM this GROUP BY doc_id HAVING count(*) > 1

The query returns the failing rows; none is a pass. Views: see `views.batch_views`. The functions
stand in `frame_checks`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from synth_assets.corpus.store import Corpus, Store
from synth_assets.errors import SynthAssetsError
from synth_assets.profile.model import Profile
from synth_assets.quality.sql_files import (
    Report,
    SqlFileError,
    fault_of,
    find_files,
    in_file,
    read_file,
    report_broken,
)
from synth_assets.quality.tolerance import NONE, Tolerance
from synth_assets.quality.views import MEMORY_GB, batch_views

if TYPE_CHECKING:
    import duckdb

SHOWN_ROWS = 10
SETTINGS = ("corpus", "severity", "blocking", "tolerance", "description")
NEEDED = ("corpus", "severity", "description")
ALLOWED = {"severity": ("error", "warn"), "blocking": ("true", "false")}


@dataclass(frozen=True)
class Subject:
    """What a check looks at: one batch of a corpus, and the views of it in SQL."""

    store: Store
    corpus: Corpus
    inputs: tuple[str, ...]
    connection: "duckdb.DuckDBPyConnection"


@dataclass(frozen=True)
class Found:
    """The number of failing rows, and the first of them; what was measured, by name, and plots of
    it as SVG."""

    failing: int
    rows: pl.DataFrame
    figures: Mapping[str, float] = field(default_factory=dict)
    pictures: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: pl.DataFrame) -> "Found":
        return cls(rows.height, rows.head(SHOWN_ROWS))


@dataclass(frozen=True)
class Check:
    """One check. `look` raises duckdb.Error or SynthAssetsError where it cannot judge; `origin` is
    its file, `shown` its SQL or what it does, for people."""

    name: str
    corpora: tuple[str, ...]
    severity: str
    description: str
    look: Callable[[Subject], Found]
    origin: Path
    shown: str
    blocking: bool = False
    tolerance: Tolerance = NONE

    def concerns(self, corpus: str) -> bool:
        return any(fnmatch(corpus, pattern) for pattern in self.corpora)


@dataclass(frozen=True)
class Verdict:
    """A check's result on one batch of `rows` rows, or why it could not run, which is no pass."""

    check: Check
    found: Found
    rows: int
    error: str | None = None

    @property
    def passed(self) -> bool:
        return self.error is None and self.check.tolerance.admits(self.found.failing, self.rows)


def checks_of(profile: Profile, report: Report = report_broken) -> list[Check]:
    """All checks of a profile's corpora; see `load_checks`."""
    from synth_assets.quality.controls import control_checks

    return load_checks(profile.sql.folders, report, control_checks(profile))


def load_checks(
    folders: Sequence[str | Path] = (),
    report: Report = report_broken,
    also: Sequence[Check] = (),
) -> list[Check]:
    """All checks, by name: the shipped ones, those in `checks/` of the folders, and `also` others.
    A file whose header is wrong is reported and left out; one whose SQL is wrong fails when it
    runs."""
    from synth_assets.quality.frame_checks import FRAME_CHECKS

    checks = [*FRAME_CHECKS, *also]
    taken = {check.name for check in checks}
    for path in find_files("checks", folders, report):
        try:
            check = read_check(path)
        except SqlFileError as error:
            report(str(error))
            continue
        if check.name in taken:
            report(f"{path} is left out: a shipped check has the same name")
            continue
        checks.append(check)
    return sorted(checks, key=lambda check: check.name)


def read_check(path: Path) -> Check:
    """One check file. Raises SqlFileError for a header that is wrong; a fault of its SQL becomes
    the check's error."""
    file = read_file(path)
    settings = file.settings
    _refuse_wrong_header(path, settings)
    try:
        tolerance = Tolerance.parse(settings.get("tolerance", "0 rows"))
    except ValueError as error:
        raise SqlFileError(f"{path}: tolerance {error}") from None
    return Check(
        name=file.name,
        corpora=tuple(part.strip() for part in settings["corpus"].split(",")),
        severity=settings["severity"],
        blocking=settings.get("blocking") == "true",
        tolerance=tolerance,
        description=settings["description"],
        look=_query(file.sql),
        origin=path,
        shown=file.sql if (fault := fault_of(file)) is None else f"-- {fault}\n{file.sql}",
    )


def _refuse_wrong_header(path: Path, settings: Mapping[str, str]) -> None:
    for name in NEEDED:
        if not settings.get(name):
            raise SqlFileError(f"{path} lacks the header line '-- {name}: ...'")
    for name, value in settings.items():
        if name not in SETTINGS:
            raise SqlFileError(
                f"{path}: no header is called {name!r}; allowed are {', '.join(SETTINGS)}"
            )
        if name in ALLOWED and value not in ALLOWED[name]:
            allowed = " or ".join(ALLOWED[name])
            raise SqlFileError(f"{path}: {name} {value!r} is not allowed; it is {allowed}")


def _query(sql: str) -> Callable[[Subject], Found]:
    def look(subject: Subject) -> Found:
        """Counts all failing rows, but fetches few: a broken batch may have millions."""
        body = sql.strip().rstrip(";")
        connection = subject.connection
        connection.execute(f"CREATE OR REPLACE TEMP TABLE failing AS {body}")
        ((failing,),) = connection.execute("SELECT count(*) FROM failing").fetchall()
        return Found(failing, connection.sql(f"SELECT * FROM failing LIMIT {SHOWN_ROWS}").pl())

    return look


def run_checks(
    store: Store,
    corpus: str,
    batch: str,
    inputs: Sequence[str],
    checks: Sequence[Check],
    *,
    memory_gb: float = MEMORY_GB,
) -> list[Verdict]:
    """Run checks on one batch of a corpus; one that cannot run does not stop the others."""
    opened = store.open(corpus, batch, lawful=False)
    rows = opened.n_documents
    with batch_views(store, opened, inputs, memory_gb=memory_gb) as connection:
        subject = Subject(store, opened, tuple(inputs), connection)
        return [_run(check, subject, rows) for check in checks]


def _run(check: Check, subject: Subject, rows: int) -> Verdict:
    import duckdb

    try:
        return Verdict(check, check.look(subject), rows)
    except duckdb.Error as error:
        sentence = in_file(check.origin, error)
    except (SynthAssetsError, pl.exceptions.PolarsError) as error:
        sentence = f"{check.origin}: {error}"
    return Verdict(check, Found(0, pl.DataFrame()), rows, sentence)
