"""Files of SQL: where they lie, the comments at their head, and what DuckDB's parser says of them.

A file begins with comment lines, then comes one SELECT. Lines such as `-- severity: warn` are
settings; which there are depends on the kind of file.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING

from synth_assets.errors import SynthAssetsError
from synth_assets.quality.remembered import remembered

if TYPE_CHECKING:
    import duckdb

Report = Callable[[str], None]
"""Is told one sentence per broken file."""

report_broken: Report = getLogger("synth_assets.sql").warning

_LINE = re.compile(r"\bLINE (\d+):")
NO_SELECT = "must hold one SELECT and nothing else"
_SETTING = re.compile(r"([a-z_]+):\s*(.*)")


class SqlFileError(SynthAssetsError):
    """A file of SQL that cannot be read or run: names the file, the line and DuckDB's message."""


@dataclass(frozen=True)
class SqlFile:
    """One file. `settings` are the header's `key: value` lines, `comment` its other lines as one
    paragraph."""

    path: Path
    sql: str
    settings: Mapping[str, str]
    comment: str

    @property
    def name(self) -> str:
        return self.path.stem


def shipped_folder() -> Path:
    """`dbt_like_sql`: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "dbt_like_sql", package.parent / "dbt_like_sql"):
        if folder.is_dir():
            return folder
    raise SqlFileError(f"no folder dbt_like_sql in {package} or beside it; reinstall the package")


def find_files(kind: str, folders: Sequence[str | Path], report: Report) -> Iterator[Path]:
    """Files of a kind (`models` or `checks`), the shipped ones first. A name that is taken and a
    folder that is missing are reported."""
    taken: dict[str, Path] = {}
    for folder in (shipped_folder(), *map(Path, folders)):
        if not folder.is_dir():
            report(f"the folder {folder} of sql.folders does not exist; its {kind} are left out")
            continue
        for path in sorted((folder / kind).glob("**/*.sql")):
            if path.stem in taken:
                report(f"{path} is left out: {taken[path.stem]} has the same name")
                continue
            taken[path.stem] = path
            yield path


def read_file(path: Path) -> SqlFile:
    """Raises SqlFileError where it is not UTF-8 text."""
    try:
        sql = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SqlFileError(f"{path} cannot be read: {error}") from None
    settings: dict[str, str] = {}
    prose: list[str] = []
    for line in _head(sql):
        if found := _SETTING.fullmatch(line):
            settings[found[1]] = found[2].strip()
        else:
            prose.append(line)
    return SqlFile(path, sql, settings, " ".join(prose).strip())


def fault_of(file: SqlFile) -> str | None:
    """Why the file is not one SELECT that DuckDB can parse; it need not be able to run."""
    fault = remembered("fault", file.sql, _fault)
    if fault is None:
        return None
    return f"{file.path} {fault}" if fault == NO_SELECT else in_file(file.path, fault)


def _fault(sql: str) -> str | None:
    import duckdb

    try:
        statements = parser().extract_statements(sql)
    except duckdb.Error as error:
        return str(error)
    is_select = len(statements) == 1 and statements[0].type == duckdb.StatementType.SELECT
    return None if is_select else NO_SELECT


@cache
def parser() -> "duckdb.DuckDBPyConnection":
    """A connection for its parser alone. It has no threads, so that a process may fork with it."""
    import duckdb

    return duckdb.connect(":memory:", config={"threads": 1})


def in_file(path: Path, error: Exception | str) -> str:
    """One sentence with the file, the line and DuckDB's message."""
    text = str(error)
    line = _LINE.search(text)
    message = " ".join(text[: line.start()].split() if line else text.split())
    return f"{path}{f', line {line[1]}' if line else ''}: {message}"


def _head(sql: str) -> Iterator[str]:
    """The comment lines before the statement."""
    for line in sql.splitlines():
        if not line.startswith("--"):
            if line.strip():
                return
            continue
        yield line.removeprefix("--").strip()
