"""What a source of score columns is: measured once per document, judged by rules afterwards."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from synth_assets.corpus.schema import Schema
from synth_assets.filtering.rules import Rule
from synth_assets.hashing import digest

Measure = Callable[[pl.DataFrame], pl.DataFrame]
Survey = Callable[[Iterator[pl.DataFrame]], None]


@dataclass(frozen=True)
class Attribute:
    """Columns of every document, and the rules over them.

    `measure` is given documents with `lang_hint` and the columns of the attributes before it, and
    returns `columns`, one row per document in the same order; it must not depend on the document's
    neighbours, nor on a rule's limit. An attribute that depends on the whole batch has a `survey`,
    which is given `url` and `text` of all its documents before any is measured. `version` changes
    whenever a document may get other columns; `needs` names attributes whose columns it reads. Both
    decide whether columns of an earlier run are taken over.
    """

    name: str
    version: str
    columns: Schema
    measure: Measure
    rules: Sequence[Rule] = ()
    needs: tuple[str, ...] = ()
    survey: Survey | None = None


def versions(attributes: Sequence[Attribute]) -> dict[str, str]:
    """Of each attribute by name, that of what it needs included."""
    found: dict[str, str] = {}
    for attribute in attributes:
        needed = [found[name] for name in attribute.needs]
        found[attribute.name] = digest(attribute.name, attribute.version, *needed)
    return found


def score(documents: pl.DataFrame, attributes: Sequence[Attribute]) -> pl.DataFrame:
    """The documents with the columns of all attributes, in the same order."""
    for attribute in attributes:
        measured = attribute.measure(documents)
        documents = documents.with_columns(measured.select(attribute.columns.keys()))
    return documents


def survey(attributes: Sequence[Attribute], frames: Callable[[], Iterator[pl.DataFrame]]) -> None:
    """Shows the whole batch, `frames()`, to the attributes that depend on it."""
    for attribute in attributes:
        if attribute.survey is not None:
            attribute.survey(frames())
