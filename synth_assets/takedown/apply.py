"""A takedown carried out: every corpus and batch, the journals, the releases.

Files are written again in the order of the line, so that what was made of a document that goes is
known when the next corpus is looked at. Each file is replaced at once, and a takedown that was
killed is carried out again from the start: what has gone already is found gone. Signatures stay,
which hold hashes only: copies of what was taken down, seen before or to come, stay out until
`reinstate` is asked for.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field

import orjson
import polars as pl

from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Corpus, Store
from synth_assets.explore.index.refresh import discard
from synth_assets.generation.journal.names import names
from synth_assets.home import Home
from synth_assets.ingest.plan import all_manifests
from synth_assets.line import build_line
from synth_assets.profile.model import Profile
from synth_assets.takedown.corpora import corpora_of_documents, corpora_of_pairs, in_order
from synth_assets.takedown.entries import Entry
from synth_assets.takedown.journals import bury_generations
from synth_assets.takedown.pairs import rewrite_pairs
from synth_assets.takedown.register import REASON, Register
from synth_assets.takedown.releases import withdraw
from synth_assets.takedown.rewriting import ids_to_go, rewrite
from synth_assets.takedown.unsettled import mark

REPORTS = "takedowns/reports"

PASSES = 2
"""A step that looked at the register just before it was saved publishes while the first runs."""


@dataclass
class Report:
    """What went. `files` are the documents that each file lost, by corpus and batch, and the pairs
    that bitexts lost; `waiting` the journals of stopped batches and previews that may still hold a
    text, so that the takedown is not complete until these batches ran to their end; `duplicates`
    are documents that had left for one that was taken down."""

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
    profile: Profile
    register: Register
    report: Report
    log: Callable[[str], None]

    def everything(self) -> None:
        """All that there is under the root, also what the profile no longer makes."""
        pairs = corpora_of_pairs(self.store.files)
        corpora = [*corpora_of_documents(self.store.files), *pairs]
        for batch in _all_batches(self.store, corpora):
            for corpus in _in_order(self.store, corpora, batch):
                opened = self.store.open(corpus, batch, lawful=False)
                if corpus in pairs:
                    self._pairs(opened)
                else:
                    self._file(opened)
            if _packed_is_older(self.store, batch):
                self._pack(batch)

    def _file(self, corpus: Corpus) -> None:
        ids = ids_to_go(corpus, self.register)
        if ids.is_empty():
            return
        self.register = self.register.with_ids(ids)
        self.register.save(self.store.files)  # the writer reads it
        for name in names(self.store.files):
            if name.batch == corpus.batch:
                mark(self.store.files, name.corpus, name.batch)
        rewrite(self.store, corpus, self.register.ids, _present(self.store, corpus))
        self._say(corpus, len(ids), "documents")

    def _pairs(self, corpus: Corpus) -> None:
        if count := rewrite_pairs(self.store, corpus, self.register, _present(self.store, corpus)):
            self._say(corpus, count, "pairs")

    def _say(self, corpus: Corpus, count: int, what: str) -> None:
        file = f"{corpus.name}/{corpus.batch}"
        self.report.files[file] = self.report.files.get(file, 0) + count
        self.log(f"{corpus.name}, batch {corpus.batch}: {count:,} {what} taken down")

    def _pack(self, batch: str) -> None:
        (stage,) = (stage for stage in build_line(self.profile) if stage.corpus == "packed")
        stage.run(StageRun(self.store, self.profile, batch, stage.code_version))
        self.report.repacked.append(batch)
        self.log(f"packed, batch {batch}: packed again")


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
    work = _Takedown(store, profile, register, report, log)
    for _ in range(PASSES):
        work.everything()
    gone = work.register.ids
    report.documents = len(gone) - len(register.ids)
    for corpus in sorted({name.corpus for name in names(store.files)}):
        bury_generations(store, corpus, gone, report.generations, report.waiting)
    report.releases = withdraw(store.files, gone)
    discard(store, Home.find())
    _write_cards_again(store, profile, report.releases)
    report.duplicates = _duplicates(store, gone)
    store.files.write(_report_file(report.number), orjson.dumps(asdict(report), option=_PRETTY))
    return report


def _write_cards_again(store: Store, profile: Profile, releases: Iterable[str]) -> None:
    """They say that the release is withdrawn, and show none of its texts that are gone."""
    from synth_assets.report.card.page import FILE, publish_card  # needed where a release is hit

    for folder in releases:
        if store.files.exists(f"{folder}/{FILE}"):
            publish_card(store, profile, folder)


def reports(store: Store) -> list[Report]:
    """Of all takedowns, the first one first."""
    names = store.files.list(REPORTS, ".json")
    return [Report(**orjson.loads(store.files.read(name))) for name in names]


_PRETTY = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS


def _all_batches(store: Store, corpora: Sequence[str]) -> list[str]:
    """In the order of admission; published batches without a manifest come last."""
    planned = [manifest.key for manifest in all_manifests(store)]
    found = {batch for corpus in corpora for batch in store.batches(corpus)}
    return [*planned, *sorted(found - set(planned))]


def _in_order(store: Store, corpora: Sequence[str], batch: str) -> list[str]:
    """Those that have the batch, each after what it was made from."""
    there = [corpus for corpus in corpora if store.has(corpus, batch)]
    return in_order({name: store.open(name, batch, lawful=False).footer.inputs for name in there})


def _present(store: Store, corpus: Corpus) -> dict[str, str]:
    """Data versions of the corpus's inputs as they are now, also of those that an earlier, killed
    application wrote again. What a late batch was made from lies in the batch that it is late of.
    """
    late = {manifest.key: manifest.late_of for manifest in all_manifests(store)}
    batches = (corpus.batch, late.get(corpus.batch) or corpus.batch)
    found = {}
    for name in corpus.footer.inputs:
        for batch in batches:
            if name not in found and store.has(name, batch):
                found[name] = store.open(name, batch, lawful=False).data_version
    return found


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
