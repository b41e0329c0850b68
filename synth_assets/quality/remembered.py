"""What DuckDB's parser says of files of SQL, kept in the home.

The definitions ask it of every file whether it can be parsed and what it reads. Files seldom
change, and where all answers are at hand DuckDB is not loaded, which takes 0.15 s.
"""

import os
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from typing import TypeVar

import orjson

from synth_assets.hashing import digest
from synth_assets.home import Home

FOLDER = "parsed_sql"
"""May be removed at any time."""

Answer = TypeVar("Answer")


def remembered(question: str, sql: str, ask: Callable[[str], Answer]) -> Answer:
    """What `ask` answers to a question about a text, a JSON-like value; asked once in a home for
    each version of DuckDB."""
    kept = Home.find().path / FOLDER / f"{digest(question, _version(), sql)}.json"
    try:
        answer: Answer = orjson.loads(kept.read_bytes())
    except (FileNotFoundError, ValueError):
        answer = ask(sql)
        kept.parent.mkdir(parents=True, exist_ok=True)
        staged = kept.with_suffix(f".{os.getpid()}")
        staged.write_bytes(orjson.dumps(answer))
        staged.replace(kept)
    return answer


@cache
def _version() -> str:
    return version("duckdb")
