"""What will be made again, and why: every corpus and batch that a changed prompt, gate, setting or
input leads to.

Dagster marks as stale what a change touches directly, and what lies downstream only when that was
made again; here all of it stands at once, with the requests that have to be sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from synth_assets.corpus.store import Store
from synth_assets.dedup.late import is_fixed
from synth_assets.errors import CorpusError
from synth_assets.estimate import missing_requests
from synth_assets.generation.spec import REFERENCE
from synth_assets.ingest.plan import BatchManifest, all_manifests, load_manifest
from synth_assets.line import Stage, build_line
from synth_assets.modeling.reference import version
from synth_assets.parts import changes, parts_of, recorded
from synth_assets.profile import Profile

NOT_MADE = "not made yet"
ALL_BATCHES = "all"


@dataclass(frozen=True, slots=True)
class Follows:
    """A corpus of a batch that will be made. `requests` come next, `requests_at_most` are those of
    all steps; 0 where nothing is generated, None where they hang on an input that is still to be
    made."""

    batch: str
    corpus: str
    why: list[str]
    requests: int | None = 0
    requests_at_most: int | None = 0


def stale(profile: Profile, store: Store, batch: str | None = None) -> list[Follows]:
    """All that follows, batch by batch in the order of admission, each in the order of the line.

    A batch that was never finished counts up to where it came. Raises InputError for a batch that
    was never planned.
    """
    manifests = all_manifests(store) if batch is None else [load_manifest(store, batch)]
    line = build_line(profile)
    found = [
        one for manifest in manifests for one in _Batch(profile, store, line, manifest).follow()
    ]
    return found + list(_beyond(profile, store, found))


@dataclass(frozen=True, slots=True)
class _Batch:
    """One batch of the line."""

    profile: Profile
    store: Store
    line: Sequence[Stage]
    manifest: BatchManifest

    def follow(self) -> Iterator[Follows]:
        following: dict[str, Follows] = {}
        for stage in self.line:
            why = self._why(stage, following)
            if why:
                following[stage.corpus] = self._follows(stage, why, following)
        yield from following.values()

    def _why(self, stage: Stage, following: Mapping[str, Follows]) -> list[str]:
        key = self.manifest.key
        led = [f"follows {name}" for name in stage.inputs if name in following]
        if not self.store.has(stage.corpus, key):
            is_whole = self.store.has(self.line[-1].corpus, key)
            return [NOT_MADE, *led] if is_whole or led else []
        if stage.stays:
            return led
        footer = self.store.open(stage.corpus, key, lawful=False).footer
        newer = [*self._newer(footer.inputs, following), *self._other_models(stage, footer.inputs)]
        why = led + [f"{name} was made again" for name in newer]
        if footer.code_version == stage.code_version:
            return why
        before = recorded(self.store.files, stage.corpus, footer.code_version)
        return changes(before, parts_of(stage, self.profile)) + why

    def _newer(self, made_from: Mapping[str, str], following: Mapping[str, Follows]) -> list[str]:
        """Inputs that are another version than the corpus was made from."""
        key = self.manifest.key
        there = [n for n in made_from if n not in following and self.store.has(n, key)]
        return [
            name
            for name in there
            if self.store.open(name, key, lawful=False).data_version != made_from[name]
        ]

    def _other_models(self, stage: Stage, made_from: Mapping[str, str]) -> list[str]:
        there = {name: version(self.store, name.removeprefix(REFERENCE)) for name in stage.models}
        return [n for n, found in there.items() if found and found != made_from.get(n)]

    def _follows(self, stage: Stage, why: list[str], following: Mapping[str, Follows]) -> Follows:
        leading = [following[name] for name in stage.inputs if name in following]
        late = next((one.batch for one in leading if one.batch != self.manifest.key), None)
        if stage.stays and is_fixed(self.store, self.manifest):
            late = self._next_late()
        if late is not None:
            return Follows(late, stage.corpus, [*why, "as a batch of the rows that are new"])
        if stage.engine is None:
            return Follows(self.manifest.key, stage.corpus, why)
        counted = None if leading else self._requests(stage)
        return Follows(self.manifest.key, stage.corpus, why, *(counted or (None, None)))

    def _requests(self, stage: Stage) -> tuple[int, int] | None:
        try:
            return missing_requests(self.profile, self.store, stage, self.manifest.key)
        except CorpusError:
            return None

    def _next_late(self) -> str:
        origin = self.manifest.late_of or self.manifest.key
        before = sum(one.late_of == origin for one in all_manifests(self.store))
        return f"{origin}.late{before + 1}"


def _beyond(profile: Profile, store: Store, found: Sequence[Follows]) -> Iterator[Follows]:
    """What is made of all batches together: reference models, and the releases that were built."""
    corpora = {one.corpus for one in found}
    if "filtered" in corpora:
        for lang in profile.reference_lms:
            yield Follows(ALL_BATCHES, f"reference_lm/{lang}", ["follows filtered"])
    if "packed" in corpora:
        for name in profile.releases:
            if store.files.exists(f"releases/{name}"):
                yield Follows(ALL_BATCHES, f"release/{name}", ["follows packed"])
