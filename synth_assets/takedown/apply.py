"""A takedown carried out: every corpus and batch, the journals, the releases.

Files are written again in the order of the line, so that what was made of a document that goes is
known when the next corpus is looked at. Each file is replaced at once, and a takedown that was
killed is carried out again from the start: what has gone already is found gone. Signatures stay,
which hold hashes only: copies of what was taken down, seen before or to come, stay out until
`reinstate` is asked for.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

import orjson
import polars as pl

from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Corpus, Store
from synth_assets.ingest.plan import all_manifests
from synth_assets.line import Stage, build_line
from synth_assets.profile.model import Profile
from synth_assets.takedown.entries import Entry
from synth_assets.takedown.journals import bury_generations
from synth_assets.takedown.register import REASON, Register
from synth_assets.takedown.releases import withdraw
from synth_assets.takedown.rewriting import ids_to_go, rewrite

REPORTS = "takedowns/reports"

WITHOUT_DOCUMENTS = ("signatures", "packed")


@dataclass
class Report:
    """What went. `files` are the documents that each file lost, by corpus and batch; `waiting` the
    journals of stopped batches that still hold a text, so that the takedown is not complete until
    they ran to their end and it was applied again; `duplicates` are documents that had left for
    one that was taken down."""

    number: int
    entries: list[str]
    documents: int = 0
    files: dict[str, int] = field(default_factory=dict)
    repacked: list[str] = field(default_factory=list)
    generations: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    releases: dict[str, int] = field(default_factory=dict)
    duplicates: int = 0

    @property
    def changed(self) -> list[tuple[str, str]]:
        """Corpus and batch of every file that was written again."""
        names = [*self.files, *(f"packed/{batch}" for batch in self.repacked)]
        return [(name.rpartition("/")[0], name.rpartition("/")[2]) for name in names]


@dataclass
class _Takedown:
    """One application under way; the register grows by what is found."""

    store: Store
    line: Sequence[Stage]
    profile: Profile
    register: Register
    report: Report
    log: Callable[[str], None]

    def batch(self, batch: str) -> None:
        versions: dict[str, str] = {}
        for stage in self.line:
            if stage.corpus not in WITHOUT_DOCUMENTS and self.store.has(stage.corpus, batch):
                self._file(self.store.open(stage.corpus, batch, lawful=False), versions)
        if _packed_is_older(self.store, batch):
            (stage,) = (stage for stage in self.line if stage.corpus == "packed")
            stage.run(StageRun(self.store, self.profile, batch, stage.code_version))
            self.report.repacked.append(batch)
            self.log(f"packed, batch {batch}: packed again")

    def _file(self, corpus: Corpus, versions: dict[str, str]) -> None:
        ids = ids_to_go(corpus, self.register)
        if ids.is_empty():
            return
        self.register = self.register.with_ids(ids)
        self.register.save(self.store.files)  # the writer reads it
        rewrite(self.store, corpus, self.register.ids, versions)
        written = self.store.open(corpus.name, corpus.batch, lawful=False)
        versions[corpus.name] = written.data_version
        self.report.files[f"{corpus.name}/{corpus.batch}"] = len(ids)
        self.log(f"{corpus.name}, batch {corpus.batch}: {len(ids):,} documents taken down")


def apply_takedowns(
    store: Store,
    profile: Profile,
    entries: Sequence[Entry],
    log: Callable[[str], None] = lambda _: None,
) -> Report:
    """Take down what these entries, and all earlier ones, name. Once more does no harm."""
    register = Register.load(store.files) or Register([], pl.Series("doc_id", [], dtype=pl.String))
    register = Register(sorted({*register.entries, *entries}), register.ids)
    register.save(store.files)
    report = Report(_next_number(store), [str(entry) for entry in register.entries])
    line = build_line(profile)
    work = _Takedown(store, line, profile, register, report, log)
    for batch in _all_batches(store, line):
        work.batch(batch)
    gone = work.register.ids
    report.documents = len(gone) - len(register.ids)
    for corpus in (stage.corpus for stage in line if stage.engine is not None):
        bury_generations(store, corpus, gone, report.generations, report.waiting)
    report.releases = withdraw(store.files, gone)
    report.duplicates = _duplicates(store, gone)
    store.files.write(_report_file(report.number), orjson.dumps(asdict(report), option=_PRETTY))
    return report


def reports(store: Store) -> list[Report]:
    """Of all takedowns, the first one first."""
    names = store.files.list(REPORTS, ".json")
    return [Report(**orjson.loads(store.files.read(name))) for name in names]


_PRETTY = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS


def _all_batches(store: Store, line: Sequence[Stage]) -> list[str]:
    """In the order of admission; published batches without a manifest come last."""
    planned = [manifest.key for manifest in all_manifests(store)]
    found = {batch for stage in line for batch in store.batches(stage.corpus)}
    return [*planned, *sorted(found - set(planned))]


def _packed_is_older(store: Store, batch: str) -> bool:
    """Also where a takedown was killed between `deduped` and `packed`."""
    if not store.has("packed", batch) or not store.has("deduped", batch):
        return False
    packed_from = store.open("packed", batch, lawful=False).footer.inputs.get("deduped")
    deduped = store.open("deduped", batch, lawful=False)
    return packed_from != deduped.data_version and REASON in deduped.footer.counts.dropped


def _duplicates(store: Store, ids: pl.Series) -> int:
    counts: Counter[str] = Counter()
    for batch in store.batches("deduped"):
        columns = ["cluster_root", "drop_reason"]
        for frame in store.open("deduped", batch, lawful=False).sidecar_frames("dropped", columns):
            chosen = pl.col("cluster_root").is_in(ids.implode())
            counts[batch] += frame.filter(chosen & (pl.col("drop_reason") != REASON)).height
    return counts.total()


def _next_number(store: Store) -> int:
    return len(store.files.list(REPORTS, ".json")) + 1


def _report_file(number: int) -> str:
    return f"{REPORTS}/{number:06}.json"
