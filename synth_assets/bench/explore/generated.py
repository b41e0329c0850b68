"""A store of generated documents with everything in it that the explorer looks at.

Of every 100 web pages `filtered` keeps 90; of those `rewritten/faq` makes 80 documents and
`translated/cat_Latn` 75; `deduped` drops a tenth of all. Texts are some 150 words drawn by Zipf's
law, as words of a language are.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from synth_assets.corpus.store import Store

AT_ONCE = 25_000
VOCABULARY = 60_000
SENTENCES = 40_000
SENTENCE_WORDS = 12
TEXT_SENTENCES = 12
SEQUENCE_DOCUMENTS = 8
TOKENS = 251
REASONS = ("gopher_min_words", "gopher_duplicate_lines", "exact_duplicate")
FAQ, CATALAN = "rewritten/faq", "translated/cat_Latn"

Columns = dict[str, "pl.DataType"]


def write_batch(store: "Store", batch: str, first: int, pages: int) -> int:
    """A batch of pages with the numbers from `first`; returns how many documents it has."""
    with_all = list(_pages(first, pages))
    _write(store, "raw_web", batch, with_all, [])
    seen = [_measured(frame) for frame in with_all]
    kept = [_where(frame, "n % 10 < 9") for frame in seen]
    _write(store, "filtered", batch, kept, [_left(_where(one, "n % 10 = 9")) for one in seen])
    made = [_child(_where(frame, "n % 9 < 8"), "rewritten", "faq") for frame in kept]
    _write(store, FAQ, batch, made, [], parents=kept)
    translated = [_child(_where(frame, "n % 6 < 5"), "translated", "translate") for frame in kept]
    _write(store, CATALAN, batch, translated, [], parents=kept)
    together = [_plain(frame) for frame in (*kept, *made, *translated)]
    stays = [_where(frame, "n % 13 > 0") for frame in together]
    _write(store, "deduped", batch, stays, [_duplicates(frame) for frame in together])
    _write_packed(store, batch, stays)
    return sum(frame.height for frame in (*with_all, *made, *translated))


def _pages(first: int, pages: int) -> Iterator["pl.DataFrame"]:
    import polars as pl

    texts = _Texts()
    for begin in range(first, first + pages, AT_ONCE):
        numbers = pl.DataFrame({"n": range(begin, min(begin + AT_ONCE, first + pages))})
        ids = _ids(numbers["n"], "raw")
        yield numbers.with_columns(
            doc_id=ids,
            parent_ids=pl.lit([], dtype=pl.List(pl.String)),
            root_ids=pl.concat_list(ids),
            text=texts.of(numbers["n"]),
            title=pl.format("Page {} of the town by the river", "n"),
            lang=pl.lit("eng_Latn"),
            url=pl.format("https://site{}.example/articles/{}.html", pl.col("n") % 5000, "n"),
            source=pl.struct(file=pl.lit("crawl.warc.gz"), offset=pl.col("n") * 4096),
            license=pl.lit("CC0-1.0"),
            kind=pl.lit("natural"),
            n_chars=pl.lit(1000),
            n_words=pl.lit(SENTENCE_WORDS * TEXT_SENTENCES),
            n_tokens=pl.lit(TOKENS - 1),
        )


class _Texts:
    """Sentences drawn once, and texts made of them; every text has one word of its own."""

    def __init__(self) -> None:
        import numpy as np
        import polars as pl

        random = np.random.default_rng(7)
        letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
        drawn = random.choice(letters, size=(VOCABULARY, 7))
        lengths = random.integers(2, 8, VOCABULARY)
        words = ["".join(row[:length]) for row, length in zip(drawn.tolist(), lengths, strict=True)]
        ranks = np.minimum(random.zipf(1.25, (SENTENCES, SENTENCE_WORDS)) - 1, VOCABULARY - 1)
        self.sentences = pl.Series(
            [" ".join(words[at] for at in row).capitalize() + "." for row in ranks.tolist()]
        )

    def of(self, numbers: "pl.Series") -> "pl.Series":
        import polars as pl

        parts = [
            self.sentences.gather((numbers * (2 * at + 1) + at * 9973) % SENTENCES)
            for at in range(TEXT_SENTENCES)
        ]
        frame = pl.DataFrame({f"s{at}": part for at, part in enumerate(parts)} | {"n": numbers})
        names = [f"s{at}" for at in range(TEXT_SENTENCES)]
        joined = pl.concat_str(names, separator=" ") + pl.format("\n\nunique{}", "n")
        return frame.select(joined.alias("text"))["text"]


def _ids(numbers: "pl.Series", kind: str) -> "pl.Series":
    import polars as pl

    from synth_assets.hashing import digest

    return pl.Series("doc_id", [digest(kind, str(n)) for n in numbers])


def _measured(frame: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    return frame.with_columns(gopher_words=pl.col("n_words"), lang_share=pl.lit(0.98))


def _where(frame: "pl.DataFrame", condition: str) -> "pl.DataFrame":
    import polars as pl

    return frame.filter(pl.sql_expr(condition))


def _left(frame: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    reasons = pl.Series(REASONS)
    return frame.with_columns(
        drop_reason=reasons.gather(frame["n"] % len(REASONS)),
        drop_value=pl.lit("37"),
        drop_limit=pl.lit("at least 50"),
    )


def _child(parents: "pl.DataFrame", kind: str, recipe: str) -> "pl.DataFrame":
    import polars as pl

    ids = _ids(parents["n"], kind)
    return _plain(parents).with_columns(
        doc_id=ids,
        parent_ids=pl.concat_list(parents["doc_id"]),
        generation_keys=pl.concat_list(ids),
        text=pl.lit(f"# In other words, {kind}\n\n") + pl.col("text"),
        lang=pl.lit("cat_Latn" if kind == "translated" else "eng_Latn"),
        kind=pl.lit(kind),
        recipe=pl.lit(recipe),
        recipe_version=pl.lit("1.1"),
        model=pl.lit("a-model"),
        seed=pl.lit(7),
    )


def _plain(frame: "pl.DataFrame") -> "pl.DataFrame":
    return frame.drop("gopher_words", "lang_share", strict=False)


def _duplicates(frame: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    lead = frame["doc_id"].first()
    return _where(frame, "n % 13 = 0").with_columns(
        drop_reason=pl.lit("near_duplicate"),
        drop_value=pl.lit("0.9444"),
        drop_limit=pl.lit("jaccard < 0.8"),
        duplicate_of=pl.lit(lead),
        cluster_root=pl.lit(lead),
        similarity=pl.lit(0.9444),
    )


def _write(
    store: "Store",
    corpus: str,
    batch: str,
    kept: list["pl.DataFrame"],
    dropped: list["pl.DataFrame"],
    *,
    parents: list["pl.DataFrame"] | None = None,
) -> None:
    import polars as pl

    from synth_assets.corpus.schema import DOCUMENT, conform
    from synth_assets.generation.tables import OUTCOMES, REQUESTS

    extra: dict[str, Columns] = {
        "filtered": {"gopher_words": pl.Int64(), "lang_share": pl.Float64()},
        "deduped": {"cluster_root": pl.String(), "similarity": pl.Float64()},
    }
    schema = DOCUMENT | extra.get(corpus, {})
    with store.write(corpus, batch, schema=schema, code_version="1", inputs={}) as writer:
        if corpus == "filtered":
            attributes: Columns = {
                "doc_id": pl.String(),
                "lang": pl.String(),
                **extra[corpus],
            }
            writer.sidecar("attributes", attributes)
            for frame in (*kept, *dropped):
                writer.add("attributes", frame.select(*attributes))
        if parents is not None:
            writer.sidecar("outcomes", OUTCOMES)
            writer.sidecar("requests", REQUESTS)
            for frame in parents:
                asked = frame.select("doc_id", key="doc_id", outcome=pl.lit("accepted"))
                writer.add("requests", conform(asked, REQUESTS, corpus))
                told = frame.select("doc_id", outcome=pl.lit("with_children"))
                writer.add("outcomes", conform(told, OUTCOMES, corpus))
        for frame in kept:
            writer.read(frame)
            writer.keep(frame.drop("n"))
        for frame in dropped:
            writer.read(frame)
            writer.drop(frame.drop("n"))
        writer.commit()


def _write_packed(store: "Store", batch: str, documents: list["pl.DataFrame"]) -> None:
    from synth_assets.packing.version import COLUMNS

    with store.write(
        "packed", batch, schema=COLUMNS, code_version="1", inputs={}, documents=False
    ) as writer:
        for frame in documents:
            writer.keep(_sequences(frame.select("doc_id")))
        writer.commit()


def _sequences(documents: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    place = pl.int_range(pl.len())
    start = (place % SEQUENCE_DOCUMENTS) * TOKENS
    span = pl.struct(
        doc_id="doc_id", start=start, end=start + TOKENS, doc_start=pl.lit(0, dtype=pl.Int64)
    )
    spans = documents.select(sequence=place // SEQUENCE_DOCUMENTS, span=span)
    packed = spans.group_by("sequence", maintain_order=True).agg(spans="span")
    tokens = pl.col("spans").list.len().cast(pl.Int64) * TOKENS
    ends = pl.col("spans").list.eval(pl.element().struct.field("end"))
    return packed.select(
        seq_id=pl.col("spans").list.first().struct.field("doc_id"),
        seq_len=pl.lit(2048),
        input_ids=pl.int_ranges(0, tokens) % 200,
        cu_seqlens=pl.concat_list(pl.lit(0, dtype=pl.Int64), ends.cast(pl.List(pl.Int64))),
        spans="spans",
        n_tokens=tokens,
        n_pad=2048 - tokens,
    )
