"""Compiles the kernels once, while an environment is set up: `python -m synth_assets.precompile`.

The first batch would wait for it otherwise, step after step; here two processes share the work.
Texts are too few for anything but the compiler to take time.
"""

import tempfile
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import orjson

from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Store
from synth_assets.home import Home
from synth_assets.profile import load_profile

SENTENCES = (
    "The mill beside the river was built in 1790.",
    "It still grinds flour for the village, and visitors may look on.",
    "Its wheel turns whenever the water is high enough.",
)
HAUSA = "Injin niƙa yana kusa da kogi tun shekara ta 1790, kuma har yanzu yana niƙa gari."
PAGES = tuple(" ".join([*SENTENCES[n:], *SENTENCES[:n]] * 4) for n in range(3))


def web_text(folder: Path) -> None:
    """From web pages to `filtered`, as a batch."""
    from synth_assets.ingest.plan import plan_batches
    from synth_assets.line import build_line

    for number, text in enumerate(PAGES):
        html = f"<html><head><title>Mill</title></head><body><p>{text}</p></body></html>"
        (folder / f"{number}.html").write_text(html)
    profile = load_profile(home=Home(folder / "home"))
    store = Store(folder / "store")
    (batch,) = plan_batches(store, [folder], profile, date.today()).batches
    for stage in build_line(profile)[:2]:
        stage.run(StageRun(store, profile, batch.key, stage.code_version))


def training_text(folder: Path) -> None:
    """Deduplication and packing, of plain files."""
    from synth_assets.dedup.plain import dedup_files
    from synth_assets.packing.plain import pack_files

    source, kept = folder / "texts.jsonl", folder / "kept.parquet"
    source.write_bytes(b"\n".join(orjson.dumps({"text": text}) for text in PAGES))
    profile = load_profile(home=Home(folder / "home"))
    dedup_files([source], kept, profile.dedup)
    pack_files([kept], folder / "packed", profile.packing)


def translated_text() -> None:
    """What is asked of an answer: whether it goes round in circles, and its language, for which the
    n-grams are asked where lid.176 does not know it."""
    from synth_assets.filtering.language import identify
    from synth_assets.generation.gates.gate import Generated
    from synth_assets.generation.gates.repetition import Loop

    identify(HAUSA)
    Loop()(Generated(PAGES[0], HAUSA))


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as scratch,
        ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool,
    ):
        done: list[Future[None]] = []
        for part in (web_text, training_text):
            folder = Path(scratch) / part.__name__
            folder.mkdir()
            done.append(pool.submit(part, folder))
        done.append(pool.submit(translated_text))
        for future in done:
            future.result()


if __name__ == "__main__":
    main()
