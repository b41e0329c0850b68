"""A release in the order of relatedness, from pages to sequences."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from synth_assets.corpus.document import Document, measure, raw_id
from synth_assets.corpus.footer import Law
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.store import Store
from synth_assets.dedup.stage import run_signatures
from synth_assets.errors import CorpusError
from synth_assets.ingest.plan import BatchManifest
from synth_assets.packing import stage
from synth_assets.packing.release.build import build_release
from synth_assets.packing.release.planning import plan_release
from synth_assets.packing.tokenizer import token_counter
from synth_assets.profile import Profile
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.packing.corpora import small_tokenizer
from synth_assets_tests.packing.release.making import rows_of, with_release, write_deduped

TOPICS = 8
EACH = 6
BATCHES = ("2026-01-01", "2026-01-02")


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> str:
    return small_tokenizer(tmp_path_factory.mktemp("tokenizer") / "bpe")


@pytest.fixture
def bare(profile: Profile, tokenizer: str) -> Profile:
    """Without recipes and translations: `filtered` alone has signatures."""
    packing = {"tokenizer": tokenizer, "sequence_lengths": [512]}
    return profile.model_copy(
        update={
            "rewriting": profile.rewriting.model_copy(update={"recipes": {}}),
            "translation": profile.translation.model_copy(update={"targets": {}}),
            "packing": profile.packing.model_copy(update=packing),
        }
    )


def pages(seed: int) -> list[Document]:
    """Of each topic some pages that share half of their sentences, none of them duplicates."""
    random = np.random.default_rng(seed)
    found = []
    for topic in range(TOPICS):
        common = [f"common matter {topic} number {n} is told in these words" for n in range(10)]
        for number in range(EACH):
            own = [" ".join(f"w{word}" for word in random.integers(0, 999, 10)) for _ in range(5)]
            lines = [*random.permutation(common)[:6], *own]
            doc_id = raw_id(f"{seed}/{topic}", number)
            found.append(Document(doc_id=doc_id, text="\n".join(lines), url=f"https://t{topic}/"))
    return found


def write_filtered(store: Store, batch: str, found: list[Document], tokenizer: str) -> None:
    manifest = BatchManifest(batch, BATCHES.index(batch), [])
    store.files.write(f"batches/{batch}.json", manifest.to_json())
    measure(found, token_counter(tokenizer))
    frame = pl.DataFrame([item.to_row() for item in found], schema=DOCUMENT)
    with store.write("filtered", batch, schema=DOCUMENT, code_version="t", inputs={}) as writer:
        writer.keep(frame)
        writer.commit(Law("documents", {"in": frame.height}, {"kept": frame.height}))


def adjacent_topics(folder: str) -> float:
    """The share of neighbours, in the order of the release, that are of one topic."""
    topic = {item.doc_id: item.url for seed in range(2) for item in pages(seed)}
    ids = [span["doc_id"] for row in rows_of(folder) for span in row["spans"]]
    order = list(dict.fromkeys(ids))
    assert sorted(order) == sorted(topic), "each document once"
    return sum(topic[one] == topic[other] for one, other in pairwise(order)) / (len(order) - 1)


def test_related_documents_stand_together(
    store: Store, bare: Profile, tokenizer: str, make_run: MakeRun
) -> None:
    for seed, batch in enumerate(BATCHES):
        write_filtered(store, batch, pages(seed), tokenizer)
        run_signatures(make_run(batch, bare))
        write_deduped(store, batch, pages(seed), tokenizer)
        stage.run(make_run(batch, bare))
    shares = {}
    for by in ("relatedness", "random"):
        profile = with_release(bare, components={"all": {}}, order={"by": by})
        built = build_release(store, profile, plan_release(store, profile, "r"))
        assert all(law.holds for law in built.laws)
        shares[by] = adjacent_topics(built.path)
    assert shares["relatedness"] > 0.6
    assert shares["random"] < 0.3


def test_a_document_without_signature_is_named(
    store: Store, bare: Profile, tokenizer: str, make_run: MakeRun
) -> None:
    batch = BATCHES[0]
    write_filtered(store, batch, pages(0)[1:], tokenizer)
    run_signatures(make_run(batch, bare))
    write_deduped(store, batch, pages(0), tokenizer)
    stage.run(make_run(batch, bare))
    profile = with_release(bare, components={"all": {}}, order={"by": "relatedness"})
    plan = plan_release(store, profile, "r")
    with pytest.raises(CorpusError, match=f"document {pages(0)[0].doc_id} of batch {batch} has no"):
        build_release(store, profile, plan)
    assert not Path(store.files.path("releases")).exists()
