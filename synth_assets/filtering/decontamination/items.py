"""Evaluation sets as files give them: JSON Lines (gzip or not) or Parquet, one item a record."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from synth_assets.errors import InputError, ProfileError
from synth_assets.hashing import digest_stream
from synth_assets.profile.decontamination import EvaluationSet


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its texts, and what answers it. `choices` are groups of answers that stand
    together; each of them is one of `answers` too."""

    set: str
    name: str
    texts: tuple[str, ...]
    answers: tuple[str, ...] = ()
    choices: tuple[tuple[str, ...], ...] = ()

    def __str__(self) -> str:
        return f"{self.set}/{self.name}"


def read_items(name: str, settings: EvaluationSet) -> list[Item]:
    """All items of one set, in the order of its file.

    Raises InputError with one sentence for a file that cannot be read or holds no record, a record
    without a field that the profile names, and one whose text is empty.
    """
    items = [
        _item(name, settings, number, record)
        for number, record in enumerate(_records(name, settings.path), start=1)
    ]
    if not items:
        raise InputError(
            f"evaluation set {name}: {settings.path} holds no record; one item or more is needed"
        )
    return items


def digest_of(name: str, settings: EvaluationSet) -> str:
    """Digest of the set's file, for code versions; a local file is read again only when its size or
    time changes. Raises ProfileError where there is none."""
    path = Path(settings.path)
    try:
        stat = path.stat() if "://" not in settings.path else None
        return _digest(settings.path, *((stat.st_size, stat.st_mtime_ns) if stat else ()))
    except OSError as error:
        raise ProfileError(
            f"filtering.decontamination.sets.{name}.path = {settings.path} cannot be read "
            f"({error.strerror or error}); allowed are JSON Lines (.jsonl, .jsonl.gz) and Parquet"
        ) from None


@lru_cache(maxsize=1024)
def _digest(path: str, *_: int) -> str:
    import fsspec

    with fsspec.open(path, "rb") as stream:
        return digest_stream(stream)


def _records(name: str, path: str) -> Iterator[dict[str, Any]]:
    import pyarrow as pa

    read = _parquet_records if path.endswith(".parquet") else _json_records
    try:
        yield from read(name, path)
    except (OSError, EOFError, pa.ArrowException) as error:
        text = " ".join(str(error).split())
        raise InputError(
            f"evaluation set {name}: {path} cannot be read ({text}); allowed are JSON Lines "
            f"(.jsonl, .jsonl.gz) and Parquet"
        ) from None


def _parquet_records(_: str, path: str) -> Iterator[dict[str, Any]]:
    import fsspec
    import pyarrow.parquet as pq

    with fsspec.open(path, "rb") as stream, pq.ParquetFile(stream) as parquet:
        for batch in parquet.iter_batches():
            yield from batch.to_pylist()


def _json_records(name: str, path: str) -> Iterator[dict[str, Any]]:
    import fsspec

    with fsspec.open(path, "rb", compression="infer") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                record = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise InputError(
                    f"evaluation set {name}: {path}, line {number} is not JSON ({error}); "
                    f"each line must be one object"
                ) from None
            if not isinstance(record, dict):
                raise InputError(
                    f"evaluation set {name}: {path}, line {number} is a "
                    f"{type(record).__name__}; each line must be one object"
                )
            yield record


def _item(name: str, settings: EvaluationSet, number: int, record: dict[str, Any]) -> Item:
    id_field = settings.id
    where = f"evaluation set {name}: {settings.path}, item {number}"
    called = str(number) if id_field is None else str(_field(where, record, id_field))
    where = f"{where} ({called})" if id_field else where
    texts = tuple(
        text
        for field in settings.text
        for text in _texts(where, field, _field(where, record, field))
        if text.strip()
    )
    if not texts:
        raise InputError(
            f"{where} has no text in {', '.join(settings.text)}; every item must have some"
        )
    given = {field: record.get(field) for field in settings.answers}
    lists = [value for value in given.values() if isinstance(value, list)]
    answers = [
        text
        for field, value in given.items()
        if value is not None and not _is_label(value, lists)
        for text in _texts(where, field, value)
    ]
    choices = [_texts(where, "choices", group) for group in lists]
    return Item(name, called, texts, tuple(answers), tuple(tuple(group) for group in choices))


def _field(where: str, record: dict[str, Any], field: str) -> Any:
    """Its value, which may be null, as a passage that only some items have."""
    if field not in record:
        known = ", ".join(record) or "none"
        raise InputError(f"{where} has no field {field}; its fields are {known}")
    return record[field]


def _texts(where: str, field: str, value: Any) -> list[str]:
    match value:
        case None:
            return []
        case str():
            return [value]
        case bool() | int() | float():
            return [str(value)]
        case list() if all(isinstance(part, str | int | float | None) for part in value):
            return [str(part) for part in value if part is not None]
    raise InputError(
        f"{where}: field {field} is a {type(value).__name__}; allowed are a text, a number, or a "
        f"list of them"
    )


def _is_label(value: Any, lists: Sequence[list[Any]]) -> bool:
    """Whether an answer only points into a list of choices: `B`, or 2."""
    if isinstance(value, list) or not lists:
        return False
    text = str(value).strip()
    most = max(map(len, lists))
    return (len(text) == 1 and text.isalpha()) or (text.isdigit() and int(text) <= most)
