"""Batches that were given up: no later one waits for their signatures or is judged by them.

Whatever is made of an abandoned batch after all is admitted under a new number, as rows that come
late are; see `dedup.late`.
"""

from synth_assets.corpus.store import Store
from synth_assets.errors import InputError
from synth_assets.ingest.plan import FOLDER, load_manifest


def is_abandoned(store: Store, key: str) -> bool:
    """Whether the batch was given up: `batches/<key>.abandoned` exists in the store."""
    return store.files.exists(_file(key))


def abandon(store: Store, key: str) -> None:
    """Give a batch up.

    Raises InputError where no such batch was planned, or nothing waits for it.
    """
    load_manifest(store, key)
    if store.has("signatures", key):
        raise InputError(
            f"batch {key} has signatures: no batch waits for it, and some may have been judged "
            f"by it; nothing was changed"
        )
    store.files.write(_file(key), b"")


def _file(key: str) -> str:
    return f"{FOLDER}/{key}.abandoned"
