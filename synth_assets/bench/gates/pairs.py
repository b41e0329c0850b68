"""Sentences and their human translations: the folder that `SYNTH_ASSETS_DATA` names holds them.

`parallel/test/*.tsv.gz`: WMT22 (news, talk, shops, social media; lines in the order of their
documents), FLORES v1 (Wikipedia), LAFAND-MT (news).
"""

import csv
import gzip
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from synth_assets.bench.gates.faults import Line
from synth_assets.errors import InputError
from synth_assets.filtering.language_codes import to_flores

FILES = (
    "floresv1.dev.ne-en", "floresv1.dev.si-en", "lafand.dev.en-amh", "lafand.dev.en-hau",
    "lafand.dev.en-ibo", "lafand.dev.en-kin", "lafand.dev.en-pcm", "lafand.dev.en-swa",
    "lafand.dev.en-yor", "lafand.dev.en-zul", "lafand.dev.fr-bam", "lafand.dev.fr-wol",
    "wmt22.cs-uk", "wmt22.de-fr", "wmt22.en-cs", "wmt22.en-de", "wmt22.en-hr", "wmt22.en-ja",
    "wmt22.en-ru", "wmt22.en-uk", "wmt22.en-zh", "wmt22.liv-en", "wmt22.sah-ru",
)  # fmt: skip
NAMED = {"liv": "liv_Latn", "pcm": "pcm_Latn"}
"""Languages that have no code of FLORES."""

LINES = 10
"""Consecutive lines that are one document."""

_FOREIGN = (("deu", "wmt22.en-de"), ("ces", "wmt22.en-cs"))


@dataclass(frozen=True)
class Pair:
    """Documents of one file."""

    source_lang: str
    target_lang: str
    documents: list[list[Line]]


def languages(file: str) -> tuple[str, str]:
    """FLORES codes of a file's two sides."""
    source, target = (_code(tag) for tag in file.rsplit(".", 1)[1].split("-"))
    return source, target


def load_pair(file: str, *, odd: bool) -> Pair:
    """Every other document, the second, fourth and so on where not `odd`. Lines of another
    language are German, or Czech where German is one of the two. Raises InputError without the
    folder."""
    source, target = languages(file)
    other = next(name for lang, name in _FOREIGN if lang not in (source[:3], target[:3]))
    foreign = [text for _, text in _rows(other)]
    lines = [Line(*row, foreign[at % len(foreign)]) for at, row in enumerate(_rows(file))]
    starts = range(0, len(lines) - LINES + 1, LINES)
    documents = [lines[start : start + LINES] for start in starts]
    return Pair(source, target, documents[0 if odd else 1 :: 2])


def _code(tag: str) -> str:
    return NAMED.get(tag) or to_flores(tag)


@cache
def _rows(file: str) -> list[tuple[str, str]]:
    path = Path(os.environ.get("SYNTH_ASSETS_DATA", "")) / "parallel" / "test" / f"{file}.tsv.gz"
    if not path.is_file():
        raise InputError("set SYNTH_ASSETS_DATA to the folder that holds parallel/test/")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        return [(source, target) for source, target in rows if source.strip() and target.strip()]
