"""SQL checks: one file each, whose header comments say for which corpora and how grave.

    -- corpus: filtered, rewritten/*
    -- severity: error            (or warn)
    -- blocking: true             (or false; a blocking error stops what is downstream)
    -- description: Every doc_id occurs once.
    SELECT doc_id, count(*) AS times FROM this GROUP BY doc_id HAVING count(*) > 1

The query returns the failing rows; none is a pass. Views: see `views.batch_views`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import duckdb
import polars as pl

from synth_assets.corpus.store import Store
from synth_assets.errors import SynthAssetsError
from synth_assets.quality.views import batch_views

SHOWN_ROWS = 10
SEVERITIES = ("error", "warn")


class CheckError(SynthAssetsError):
    """A check file that cannot be read or run: names the file and DuckDB's message."""


@dataclass(frozen=True)
class SqlCheck:
    """One check file."""

    name: str
    corpora: tuple[str, ...]
    severity: str
    blocking: bool
    description: str
    sql: str
    path: Path

    def concerns(self, corpus: str) -> bool:
        return any(fnmatch(corpus, pattern) for pattern in self.corpora)


@dataclass(frozen=True)
class Verdict:
    """A check's result on one batch: the number of failing rows and the first of them, or the
    error of a query that DuckDB refuses, which is no pass."""

    check: SqlCheck
    failing: int
    rows: pl.DataFrame
    error: str | None = None

    @property
    def passed(self) -> bool:
        return self.failing == 0 and self.error is None


def check_folder() -> Path:
    """`dbt_like_sql/checks`: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "dbt_like_sql", package.parent / "dbt_like_sql"):
        if folder.is_dir():
            return folder / "checks"
    raise CheckError(f"no folder dbt_like_sql in {package} or beside it; reinstall the package")


def load_checks(folder: Path | None = None) -> list[SqlCheck]:
    """All checks in a folder, by name. Raises CheckError for a header that is wrong."""
    return [read_check(path) for path in sorted((folder or check_folder()).glob("**/*.sql"))]


def read_check(path: Path) -> SqlCheck:
    """One check file."""
    text = path.read_text(encoding="utf-8")
    header = dict(_header(text))
    missing = {"corpus", "severity", "description"} - header.keys()
    if missing:
        raise CheckError(f"{path} lacks the header line '-- {min(missing)}: ...'")
    if header["severity"] not in SEVERITIES:
        raise CheckError(
            f"{path}: severity {header['severity']!r} is not allowed; it is error or warn"
        )
    return SqlCheck(
        name=path.stem,
        corpora=tuple(part.strip() for part in header["corpus"].split(",")),
        severity=header["severity"],
        blocking=header.get("blocking", "false") == "true",
        description=header["description"],
        sql=text,
        path=path,
    )


def _header(text: str) -> list[tuple[str, str]]:
    lines = (line[2:].strip() for line in text.splitlines() if line.startswith("--"))
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    return [(key.strip(), value.strip()) for key, value in pairs]


def run_checks(
    store: Store, corpus: str, batch: str, inputs: Sequence[str], checks: Sequence[SqlCheck]
) -> list[Verdict]:
    """Run checks on one batch of a corpus; one that cannot run does not stop the others."""
    opened = store.open(corpus, batch, lawful=False)
    with batch_views(store, opened, inputs) as connection:
        return [_run(connection, check) for check in checks]


def _run(connection: duckdb.DuckDBPyConnection, check: SqlCheck) -> Verdict:
    try:
        rows = connection.sql(check.sql).pl()
    except duckdb.Error as error:
        message = " ".join(str(error).split())
        return Verdict(check, 0, pl.DataFrame(), f"{check.path.name} cannot run: {message}")
    return Verdict(check, rows.height, rows.head(SHOWN_ROWS))
