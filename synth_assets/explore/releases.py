"""The releases under a root, with what their manifests and a takedown say of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from synth_assets.corpus.files import Files
from synth_assets.errors import InputError
from synth_assets.explore.finder import RELEASES, releases_of
from synth_assets.packing.release.folder import MANIFEST
from synth_assets.report.card.page import FILE as CARD
from synth_assets.takedown.releases import documents_taken_down

CONTROLS = "controls"
NEWEST = "newest.json"


@dataclass(frozen=True, slots=True)
class Release:
    """A version of a release. `newest` is the one that its name stands for; `taken_down` counts
    documents that went since, `has_card` tells whether a corpus card lies beside its manifest."""

    name: str
    version: str
    newest: bool
    documents: int
    tokens: int
    sequences: int
    taken_down: int
    has_card: bool


def all_releases(files: Files) -> list[Release]:
    """By name, the newest version of each first; controls are parts of their release."""
    whole = (name for name in releases_of(files) if CONTROLS not in name.split("/"))
    found = [_release(files, *name.split("/", 1)) for name in whole]
    return sorted(found, key=lambda one: (one.name, not one.newest, one.version))


def card_of(files: Files, asked: str) -> bytes:
    """The corpus card of a release: `name/version`, or `name` for its newest version.

    Raises InputError where there is no such release, or no card of it.
    """
    releases = all_releases(files)
    names = {f"{one.name}/{one.version}": one for one in releases}
    names |= {one.name: one for one in releases if one.newest}
    found = names.get(asked)
    if found is None:
        raise InputError(f"there is no release {asked}; allowed are {_listed(sorted(names))}")
    if not found.has_card:
        raise InputError(
            f"release {asked} has no corpus card; `synth-assets release {found.name}` writes one"
        )
    return files.read(f"{RELEASES}/{found.name}/{found.version}/{CARD}")


def _release(files: Files, name: str, version: str) -> Release:
    folder = f"{RELEASES}/{name}/{version}"
    manifest = orjson.loads(files.read(f"{folder}/{MANIFEST}"))
    return Release(
        name,
        version,
        version == _newest(files, name),
        manifest["documents"],
        manifest["tokens"],
        manifest["sequences"],
        documents_taken_down(files, folder),
        files.exists(f"{folder}/{CARD}"),
    )


def _newest(files: Files, name: str) -> str | None:
    pointer = f"{RELEASES}/{name}/{NEWEST}"
    return orjson.loads(files.read(pointer))["version"] if files.exists(pointer) else None


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"
