"""Small batches of natural and made documents, for the tests of this room."""

from collections.abc import Sequence

import polars as pl

from synth_assets.corpus.document import Document, measure
from synth_assets.corpus.footer import Footer
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.store import Corpus, Store
from synth_assets.dedup import stage
from synth_assets.ingest.plan import BatchManifest
from synth_assets.profile import Profile
from synth_assets_tests.conftest import MakeRun

RECIPE = "faq"
MADE = f"rewritten/{RECIPE}"
WORDS = [
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "heath",
    "islet",
    "jetty",
    "knoll",
    "ledge",
    "marsh",
]


def only_faq(profile: Profile, **dedup: object) -> Profile:
    """The default profile with one recipe and no translation."""
    recipes = {RECIPE: profile.rewriting.recipes[RECIPE]}
    return profile.model_copy(
        update={
            "rewriting": profile.rewriting.model_copy(update={"recipes": recipes}),
            "translation": profile.translation.model_copy(update={"targets": {}}),
            "dedup": profile.dedup.model_copy(update=dedup),
        }
    )


def essay(topic: str, sentences: int = 40) -> list[str]:
    """Sentences that no other topic shares a 5-gram with."""
    return [
        f"{topic} {WORDS[number % 10]} {topic}{number} is {WORDS[number % 7]} number {number}."
        for number in range(sentences)
    ]


def natural(doc_id: str, text: str) -> Document:
    return Document(doc_id=doc_id, root_ids=[doc_id], text=text)


def child(doc_id: str, parent: Document, text: str) -> Document:
    made = parent.child(text, row_version="1", generation_keys=[doc_id], kind="rewritten")
    made.doc_id = doc_id
    return made


def write_batch(
    store: Store,
    batch: str,
    natural: Sequence[Document],
    made: Sequence[Document] = (),
    *,
    admission: int,
    relation: str = "adds",
) -> None:
    """The batch's manifest, its `filtered`, and its `rewritten/faq`."""
    manifest = BatchManifest(batch, admission, [])
    store.files.write(f"batches/{batch}.json", manifest.to_json())
    write_corpus(store, "filtered", batch, natural, None)
    write_corpus(store, MADE, batch, made, relation)


def deduplicate(make_run: MakeRun, profile: Profile, batch: str, **changes: object) -> Footer:
    """Signatures, then deduped."""
    run = make_run(batch, profile, **changes)
    stage.run_signatures(run)
    return stage.run(run)


def kept(corpus: Corpus) -> list[str]:
    return sorted(corpus.read(["doc_id"])["doc_id"].to_list())


def verdicts(corpus: Corpus) -> dict[str, tuple[str, str, str]]:
    """Reason, verified neighbour and cluster root of every dropped document."""
    columns = ["doc_id", "drop_reason", "duplicate_of", "cluster_root"]
    return {row[0]: row[1:] for row in corpus.dropped(columns).iter_rows()}


def write_corpus(
    store: Store, name: str, batch: str, documents: Sequence[Document], relation: str | None
) -> None:
    measure(documents, lambda texts: [len(text.split()) for text in texts])
    frame = pl.DataFrame([document.to_row() for document in documents], schema=DOCUMENT)
    extra = {} if relation is None else {"relation": pl.String()}
    with store.write(
        name, batch, schema=DOCUMENT | extra, code_version="test", inputs={}
    ) as writer:
        writer.keep(frame.with_columns(pl.lit(relation).alias(column) for column in extra))
        writer.commit()
