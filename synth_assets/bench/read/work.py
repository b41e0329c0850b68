"""What the cases of reading do."""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from synth_assets.bench.case import Done, Watch
from synth_assets.bench.read.peers import READERS
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Store
from synth_assets.errors import SynthAssetsError
from synth_assets.hashing import digest
from synth_assets.home import Home
from synth_assets.ingest import stage
from synth_assets.ingest.plan import plan_batches
from synth_assets.profile import load_profile

PAGES = ("web/pages.warc.gz", "web/docs_pages.warc.gz")
REPEATS = 4
QUICK = 1 << 20
DAY = date(2026, 1, 1)


def records(who: str, quick: bool, watch: Watch) -> Done:
    """One library over the pages of both files, several times; the bodies must be the same."""
    with TemporaryDirectory() as made:
        path = Path(made) / "pages.warc.gz"
        _fill(path, _sources(), sum(file.stat().st_size for file in _sources()))
        read = READERS[who]
        bodies = [digest(page.url or "", page.body.hex()) for page in read(path)]
        with watch:
            for _ in range(1 if quick else REPEATS):
                size = sum(len(page.body) for page in read(path))
        repeats = 1 if quick else REPEATS
        megabytes = repeats * size / 1e6 / max(watch.cpu_s, 1e-9)
        return Done(repeats * len(bodies), {"mb_per_cpu_s": megabytes}, bodies)


def batch(size: int, watch: Watch) -> Done:
    """raw_web of one batch of `size` bytes of packed pages."""
    with TemporaryDirectory() as made:
        _fill(Path(made) / "in" / "pages.warc.gz", _sources()[:1], size)
        with watch:
            read = _raw_web(Path(made))
        return Done(read)


def processes(quick: bool, watch: Watch) -> Done:
    """One batch by one process and by two of `ingest.processes`, their start included. `speedup` is
    of wall time, `overhead` what two cost more in CPU time."""
    with TemporaryDirectory() as made:
        _fill(Path(made) / "in" / "pages.warc.gz", _sources()[:1], QUICK if quick else 40 << 20)
        _raw_web(Path(made))  # what is compiled and cached at the first call
        took = {}
        for count in (1, 2):
            one = Watch(children=True)
            with watch, one:
                read = _raw_web(Path(made), count)
            took[count] = one
        speedup = took[1].wall_s / took[2].wall_s
        overhead = took[2].cpu_s / took[1].cpu_s - 1
        return Done(2 * read, {"speedup": speedup, "overhead": overhead})


def _raw_web(folder: Path, n_processes: int = 1) -> int:
    """How many records of the folder's inputs ended as documents or drops."""
    profile = load_profile(home=Home.find())
    with TemporaryDirectory(dir=folder) as root:
        store = Store(root)
        limits = profile.ingest.model_copy(
            update={"max_batch_bytes": 1 << 40, "processes": n_processes}
        )
        profile = profile.model_copy(update={"ingest": limits})
        (manifest,) = plan_batches(store, [folder / "in"], profile, DAY).batches
        footer = stage.run(StageRun(store, profile, manifest.key, stage.code_version(profile)))
    if footer.broken_laws:
        raise SynthAssetsError(f"records were lost: {footer.broken_laws[0]}")
    return footer.counts.read.documents


def _sources() -> Sequence[Path]:
    folder = os.environ.get("SYNTH_ASSETS_DATA")
    found = [Path(folder) / name for name in PAGES] if folder else []
    if not found or not all(path.exists() for path in found):
        raise SynthAssetsError(f"set SYNTH_ASSETS_DATA to the folder that holds {PAGES[0]}")
    return found


def _fill(path: Path, sources: Sequence[Path], size: int) -> None:
    """The files one after the other, until there are `size` bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    parts = [source.read_bytes() for source in sources]
    with path.open("wb") as stream:
        while stream.tell() < size:
            stream.writelines(parts)
