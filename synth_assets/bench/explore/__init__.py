"""The document explorer on a million generated documents: its index, and every page it serves.

The documents lie in four batches. A view's time is what the server needs for the whole answer, by
the clock and in CPU time of all its threads, which other work on the machine hardly changes; no
network and no browser are in it.
"""

import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from synth_assets.bench.case import Case, Claim, Done, Watch

if TYPE_CHECKING:
    from synth_assets.corpus.store import Store

BATCHES = 4
PAGES = {"quick": 500, "full": 97_500}
LIMIT_MS = 300
REPEATS = 3


def cases(*, quick: bool) -> Sequence[Case]:
    """The cases; imports nothing heavy."""
    if quick:
        return [Case("views 5k", partial(_run, PAGES["quick"]), "documents")]
    claims = (Claim("slowest_view_cpu_ms", at_most=LIMIT_MS),)
    return [Case("views 1m", partial(_run, PAGES["full"]), "documents", claims=claims, rounds=1)]


def _run(pages: int, watch: Watch) -> Done:
    """The watch runs while the index is made; views are figures of their own."""
    from synth_assets.bench.explore.generated import write_batch
    from synth_assets.bench.explore.timing import time_views
    from synth_assets.corpus.store import Store
    from synth_assets.explore.web.serve import open_app
    from synth_assets.home import Home
    from synth_assets.profile import load_profile

    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        store = Store(Path(folder) / "corpora")
        documents = sum(
            write_batch(store, f"2026-01-0{number + 1}", number * pages, pages)
            for number in range(BATCHES)
        )
        with watch:
            app = open_app(store, home, load_profile(home=home))
        figures = time_views(app, dict(_views(store, pages)), REPEATS)
        size = sum(path.stat().st_size for path in Path(store.files.path("explore")).rglob("*.*"))
        return Done(documents, figures | {"index_mb": size / 1e6})


def _views(store: "Store", pages: int) -> Iterator[tuple[str, str]]:
    """What a reader opens: a page of each kind, in the last batch where they lie in one."""
    from synth_assets.bench.explore.generated import CATALAN, FAQ, REASONS

    batch = store.batches("raw_web")[-1]
    page, made, other = (_middle(store, name, batch) for name in ("raw_web", FAQ, CATALAN))
    duplicate = store.open("deduped", batch).dropped(["doc_id"])["doc_id"][0]
    words = " ".join(str(page["text"]).split()[:6])
    rare = pages * BATCHES - pages // 2
    common = str(page["text"]).split()[0]
    yield "home", "/"
    yield "page", f"/document/{page['doc_id']}"
    yield "rewritten", f"/document/{made['doc_id']}?view=changes"
    yield "translated", f"/document/{other['doc_id']}"
    yield "duplicate", f"/document/{duplicate}"
    yield "sequence", f"/sequence/packed:{batch}:7"
    yield "drops", f"/drops/filtered?reason={REASONS[0]}"
    yield "drops_of_deduped", f"/drops/deduped?reason=near_duplicate&batch={batch}"
    yield "search_id", f"/search?q={page['doc_id']}"
    yield "search_url", f"/search?q={page['url']}"
    yield "search_rare", f"/search?q=unique{rare}"
    yield "search_common", f"/search?q={common}"
    yield "search_words", f"/search?q={words}"
    yield "search_phrase", f'/search?q="{words}"'
    yield "search_nothing", "/search?q=nosuchwordanywhere"


def _middle(store: "Store", corpus: str, batch: str) -> dict[str, object]:
    frames = list(store.open(corpus, batch).frames(["doc_id", "url", "text"]))
    frame = frames[len(frames) // 2]
    return frame.row(frame.height // 2, named=True)
