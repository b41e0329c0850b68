"""All checks of every corpus of one generated batch, with earlier batches to be compared with.

`filtered` has the documents that the case names, about 1,000 characters each; `raw_web` a tenth
more; the two made corpora 30 % of them each; `deduped` all together. `signatures` has rows without
bands, and `packed` sequences of 2048 tokens.
"""

import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from synth_assets.bench.case import Case, Claim, Done, Watch

if TYPE_CHECKING:
    import polars as pl

    from synth_assets.corpus.store import Store

AT_ONCE = 25_000
BATCH = "2026-01-09"
EARLIER = tuple(f"2026-01-0{day}" for day in range(1, 6))
LENGTH = 2048
PARAGRAPHS = 997
MADE = {"rewritten/faq": "rewritten", "translated/cat_Latn": "translated"}
INPUTS = {
    "raw_web": [],
    "filtered": ["raw_web"],
    "rewritten/faq": ["filtered"],
    "translated/cat_Latn": ["filtered"],
    "signatures": ["filtered", *MADE],
    "deduped": ["filtered", *MADE, "signatures"],
    "packed": ["deduped"],
}


def cases(*, quick: bool) -> Sequence[Case]:
    """The cases; imports nothing heavy."""
    if quick:
        return [Case("2k", partial(_run, 2_000), "documents")]
    limits = (Claim("wall_s", at_most=60), Claim("peak_mb", at_most=4000))
    return [
        Case("200k", partial(_run, 200_000), "documents", rounds=1),
        Case("1m", partial(_run, 1_000_000), "documents", claims=limits, rounds=1),
    ]


def _run(documents: int, watch: Watch) -> Done:
    from synth_assets.corpus.store import Store
    from synth_assets.quality.checks import load_checks, run_checks

    checks = load_checks()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for key in EARLIER:
            _write_documents(store, "filtered", key, 1_000, "natural")
        _write_batch(store, documents)
        ran = []
        with watch:
            for corpus, inputs in INPUTS.items():
                concerned = [check for check in checks if check.concerns(corpus)]
                ran += run_checks(store, corpus, BATCH, inputs, concerned)
    broken = {item.check.name: item.error for item in ran if item.error}
    blocked = [item.check.name for item in ran if not item.passed and item.check.blocking]
    if broken or blocked:
        raise AssertionError(f"checks fail on a good batch: {broken} {blocked}")
    return Done(documents, {"checks": len(ran), "warnings": sum(not one.passed for one in ran)})


def _write_batch(store: "Store", documents: int) -> None:
    _write_documents(store, "raw_web", BATCH, documents * 11 // 10, "natural")
    _write_documents(store, "filtered", BATCH, documents, "natural")
    for corpus, kind in MADE.items():
        _write_documents(store, corpus, BATCH, documents * 3 // 10, kind)
    _write_signatures(store)
    _write_together(store)
    _write_packed(store)


def _write_documents(store: "Store", corpus: str, batch: str, count: int, kind: str) -> None:
    from synth_assets.corpus.schema import DOCUMENT
    from synth_assets.generation.tables import OUTCOMES, REQUESTS

    with store.write(corpus, batch, schema=DOCUMENT, code_version="1", inputs={}) as writer:
        made = kind != "natural"
        if made:
            writer.sidecar("outcomes", OUTCOMES)
            writer.sidecar("requests", REQUESTS)
            parents = store.open("filtered", batch)
            for frame in parents.frames(["doc_id"]):
                writer.add("outcomes", _of(frame, OUTCOMES, "with_children"))
                writer.add("requests", _of(frame, REQUESTS, "accepted"))
            writer.counts.other = {
                "requests_accepted": parents.n_documents,
                "parents_with_children": parents.n_documents,
            }
        for first in range(0, count, AT_ONCE):
            rows = _rows(first, min(AT_ONCE, count - first), kind)
            writer.read(rows)
            writer.keep(rows)
        writer.commit()


def _of(frame: "pl.DataFrame", columns: dict[str, "pl.DataType"], outcome: str) -> "pl.DataFrame":
    import polars as pl

    from synth_assets.corpus.schema import conform

    return conform(frame.with_columns(outcome=pl.lit(outcome)), columns, "bench")


def _rows(first: int, count: int, kind: str) -> "pl.DataFrame":
    """Documents with the numbers from `first`; made ones have the natural one of that number as
    their parent."""
    import polars as pl

    paragraphs = [f"Paragraph {n} of the town by the river. " * 12 for n in range(PARAGRAPHS)]
    numbers = pl.DataFrame({"n": range(first, first + count)})
    pool = pl.Series(paragraphs)
    texts = pool.gather(numbers["n"] % PARAGRAPHS) + pool.gather(numbers["n"] // 7 % PARAGRAPHS)
    root = pl.format("natural{}", "n")
    is_made = kind != "natural"
    lang = "cat_Latn" if kind == "translated" else "eng_Latn"
    return numbers.select(
        doc_id=pl.format("{}{}", pl.lit(kind), "n"),
        parent_ids=pl.concat_list(root) if is_made else pl.lit([], dtype=pl.List(pl.String)),
        root_ids=pl.concat_list(root),
        text=texts + numbers["n"].cast(pl.String),
        lang=pl.lit(lang),
        url=pl.format("https://site{}.example/{}", pl.col("n") % 5000, "n"),
        license=pl.lit("CC0-1.0"),
        kind=pl.lit(kind),
        recipe=pl.lit("faq" if is_made else None, dtype=pl.String),
        recipe_version=pl.lit("1.1" if is_made else None, dtype=pl.String),
        model=pl.lit("rules" if is_made else None, dtype=pl.String),
        content_hash=pl.format("{}-{}", pl.lit(kind), "n"),
    ).with_columns(
        n_chars=pl.col("text").str.len_chars(),
        n_words=pl.lit(200),
        n_tokens=pl.lit(250),
    )


def _write_signatures(store: "Store") -> None:
    from synth_assets.dedup.version import SIGNATURE_COLUMNS

    with store.write(
        "signatures", BATCH, schema=SIGNATURE_COLUMNS, code_version="1", inputs={}, documents=False
    ) as writer:
        for frame in _frames(store, ["doc_id", "kind", "content_hash", "parent_ids"]):
            writer.keep(frame)
        writer.commit()


def _write_together(store: "Store") -> None:
    from synth_assets.corpus.schema import DOCUMENT
    from synth_assets.dedup.stage import CLUSTER_COLUMNS

    with store.write("deduped", BATCH, schema=DOCUMENT, code_version="1", inputs={}) as writer:
        writer.sidecar("clusters", CLUSTER_COLUMNS)
        for frame in _frames(store, None):
            writer.read(frame)
            writer.keep(frame)
        writer.commit()


def _write_packed(store: "Store") -> None:
    """Eight documents of 250 tokens and an end-of-text token a sequence."""
    import polars as pl

    from synth_assets.corpus.schema import DOCUMENT, DROPPED, conform
    from synth_assets.packing.documents import DOCUMENTS
    from synth_assets.packing.version import COLUMNS

    with store.write(
        "packed", BATCH, schema=COLUMNS, code_version="1", inputs={}, documents=False
    ) as writer:
        writer.sidecar("dropped", DOCUMENT | DROPPED)
        writer.sidecar("documents", DOCUMENTS)
        for frame in store.open("deduped", BATCH).frames(["doc_id"]):
            for part in frame.iter_slices(AT_ONCE):
                ids = part.with_columns(n_tokens=pl.lit(251))
                writer.add("documents", conform(ids, DOCUMENTS, "bench"))
                writer.keep(_sequences(part))
        writer.commit()


def _sequences(documents: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    place = pl.int_range(pl.len())
    start = (place % 8) * 251
    spans = documents.select(
        sequence=place // 8,
        span=pl.struct(
            doc_id="doc_id", start=start, end=start + 251, doc_start=pl.lit(0, dtype=pl.Int64)
        ),
    )
    packed = spans.group_by("sequence", maintain_order=True).agg(spans="span")
    tokens = pl.col("spans").list.len() * 251
    ends = pl.col("spans").list.eval(pl.element().struct.field("end"))
    return packed.select(
        seq_id=pl.col("spans").list.first().struct.field("doc_id"),
        seq_len=pl.lit(LENGTH),
        input_ids=pl.int_ranges(0, tokens),
        cu_seqlens=pl.concat_list(pl.lit(0), ends),
        spans="spans",
        n_tokens=tokens,
        n_pad=LENGTH - tokens.cast(pl.Int64),
    )


def _frames(store: "Store", columns: list[str] | None) -> Iterator["pl.DataFrame"]:
    for corpus in ("filtered", *MADE):
        yield from store.open(corpus, BATCH).frames(columns)
