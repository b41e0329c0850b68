"""Small corpora for tests."""

from collections.abc import Sequence

import polars as pl

from synth_assets.corpus.document import Document, content_hash, raw_id
from synth_assets.corpus.footer import Law
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.store import Corpus, Store

BATCH = "2026-01-01"


def document(number: int, text: str, lang: str = "eng_Latn", **fields: object) -> Document:
    """A natural document with counts of its own words as tokens."""
    doc_id = raw_id("test", number)
    words = len(text.split())
    settings: dict[str, object] = {
        "doc_id": doc_id,
        "root_ids": [doc_id],
        "text": text,
        "lang": lang,
        "url": f"https://example.org/{number}",
        "source": {"file": "test.warc.gz", "offset": number},
        "content_hash": content_hash(text),
        "n_chars": len(text),
        "n_words": words,
        "n_tokens": words,
    }
    return Document(**(settings | fields))  # type: ignore[arg-type]


def frame(documents: Sequence[Document]) -> pl.DataFrame:
    return pl.DataFrame([item.to_row() for item in documents], schema=DOCUMENT)


def publish(
    store: Store, documents: Sequence[Document], corpus: str = "filtered", batch: str = BATCH
) -> Corpus:
    """A published batch that keeps all documents."""
    with store.write(corpus, batch, schema=DOCUMENT, code_version="1", inputs={}) as writer:
        writer.read(frame(documents))
        writer.keep(frame(documents))
        writer.commit(Law("documents", {"read": len(documents)}, {"kept": len(documents)}))
    return store.open(corpus, batch)
