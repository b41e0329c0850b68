"""Plots of a packed batch, and the strata that they show."""

import base64
import re
from pathlib import Path

import polars as pl
import pytest

from synth_assets.corpus.document import Document, measure
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.store import Store
from synth_assets.packing import stage
from synth_assets.packing.pictures import pictures
from synth_assets.packing.tokenizer import token_counter
from synth_assets.profile import Profile
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.packing.corpora import small_tokenizer, with_packing

BATCH = "2026-01-01"


@pytest.fixture
def mixed(store: Store, profile: Profile, tmp_path: Path, make_run: MakeRun):
    """Two lengths, three languages, a recipe, and a named source."""
    tokenizer = small_tokenizer(tmp_path / "bpe")
    documents = [
        Document(
            doc_id=f"{number:032x}",
            text="the quick brown fox " * (1 + number % 7),
            lang=("eng_Latn", "cat_Latn", "hau_Latn")[number % 3],
            kind="rewritten" if number % 4 == 0 else "natural",
            recipe="faq" if number % 4 == 0 else None,
            url=f"https://{'wiki' if number % 2 else 'blog'}.example/{number}",
        )
        for number in range(60)
    ]
    measure(documents, token_counter(tokenizer))
    frame = pl.DataFrame([document.to_row() for document in documents], schema=DOCUMENT)
    with store.write("deduped", BATCH, schema=DOCUMENT, code_version="1", inputs={}) as writer:
        writer.keep(frame)
        writer.commit()
    changes = {"sequence_lengths": [32, 64], "sources": {"wiki": ["https://wiki.example/"]}}
    small = with_packing(profile, tokenizer, 32)
    packing = small.packing.model_copy(update=changes)
    footer = stage.run(make_run(profile=small.model_copy(update={"packing": packing})))
    return footer, store.open("packed", BATCH), frame


def test_every_sequence_holds_documents_of_its_stratum_alone(mixed) -> None:
    _, packed, frame = mixed
    rows = packed.read()
    spans = rows.select("kind", "recipe", "lang", "source", "spans").explode("spans")
    found = spans.unnest("spans").join(
        frame.select("doc_id", "kind", "recipe", "lang", "url"), on="doc_id", suffix="_of"
    )
    for name in ("kind", "recipe", "lang"):
        assert found[name].eq_missing(found[f"{name}_of"]).all()
    wiki = found["url"].str.starts_with("https://wiki.")
    assert (found["source"].fill_null("") == "wiki").eq(wiki).all()
    assert rows.select("kind", "recipe", "lang", "source").n_unique() == 9


def test_every_document_lies_once_in_the_rows_of_each_length(mixed) -> None:
    footer, packed, frame = mixed
    for (_,), rows in packed.read().group_by("seq_len"):
        spans = rows.select(pl.col("spans").explode()).unnest("spans")
        sizes = spans.group_by("doc_id").agg((pl.col("end") - pl.col("start")).sum())
        wanted = dict(frame.select("doc_id", pl.col("n_tokens") + 1).iter_rows())
        assert dict(sizes.iter_rows()) == wanted
    names = ["documents at 32", "tokens at 32", "documents at 64", "tokens at 64"]
    assert [law.name for law in footer.laws] == names
    assert not footer.broken_laws


def svg(image: str) -> str:
    found = re.fullmatch(r"!\[\w+\]\(data:image/svg\+xml;base64,(.*)\)", image)
    assert found
    return base64.b64decode(found[1]).decode()


def test_the_plots_show_tokens_by_component_and_language(mixed) -> None:
    footer, packed, frame = mixed
    plots = {name: svg(image) for name, image in pictures(packed).items()}
    assert sum(map(len, plots.values())) < 60_000
    for lang in ("eng_Latn", "cat_Latn", "hau_Latn"):
        own = frame.filter(lang=lang)
        tokens = own["n_tokens"].sum() + own.height
        assert lang in plots["tokens_by_language"]
        assert f"{tokens:,} tokens, {own.height} docs" in plots["tokens_by_language"]
    assert "rewritten faq" in plots["tokens_by_component"]
    assert "natural wiki" in plots["tokens_by_component"]
    counts = re.findall(r"([\d,]+) sequences", plots["sequences_by_fill"])
    assert sum(int(count) for count in counts) == footer.counts.other["sequences"]
    counts = re.findall(r">([\d,]+) docs", plots["documents_by_length"])
    assert sum(int(count) for count in counts) == frame.height


def test_an_empty_batch_has_plots_too(store: Store, profile: Profile, make_run: MakeRun) -> None:
    with store.write("deduped", BATCH, schema=DOCUMENT, code_version="1", inputs={}) as writer:
        writer.commit()
    stage.run(make_run(profile=profile))
    assert len(pictures(store.open("packed", BATCH))) == 4
