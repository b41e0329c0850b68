"""A user's error as Dagster shows it."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from synth_assets.errors import SynthAssetsError


@contextmanager
def final_failures(**where: str) -> Iterator[None]:
    """A user's error inside is final and is shown as its one sentence; `where` is its metadata."""
    try:
        yield
    except SynthAssetsError as error:
        raise dg.Failure(description=str(error), metadata=where, allow_retries=False) from error
