"""release: what is declared is inside, token by token, whole or not at all."""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from synth_assets.corpus.store import Store
from synth_assets.errors import CancelledError, CorpusError, ProfileError, ReleaseError
from synth_assets.packing import stage
from synth_assets.packing.documents import open_documents
from synth_assets.packing.release.build import Built, build_release
from synth_assets.packing.release.planning import plan_release
from synth_assets.profile import Profile
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.packing.corpora import small_tokenizer
from synth_assets_tests.packing.release.making import (
    documents,
    rows_of,
    with_release,
    write_deduped,
)

BATCHES = ("2026-01-01", "2026-01-02")
LENGTH = 128

Run = Callable[[Store, str], object]
"""Packs a batch of a store."""


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> str:
    return small_tokenizer(tmp_path_factory.mktemp("tokenizer") / "bpe")


@pytest.fixture
def small(profile: Profile, tokenizer: str) -> Profile:
    changes = {"tokenizer": tokenizer, "sequence_lengths": [LENGTH]}
    packing = profile.packing.model_copy(update=changes)
    return profile.model_copy(update={"packing": packing})


def write_batches(store: Store, batches: tuple[str, ...], tokenizer: str, run: Run) -> None:
    """A batch per key: English and Catalan pages, and English questions made from them."""
    for seed, batch in enumerate(batches):
        found = [
            *documents(150, seed),
            *documents(40, seed, "cat_Latn"),
            *documents(60, seed, kind="rewritten", recipe="faq"),
        ]
        write_deduped(store, batch, found, tokenizer, score=[n / 7 for n in range(len(found))])
        run(store, batch)


@pytest.fixture
def run(small: Profile, make_run: MakeRun) -> Run:
    return lambda store, batch: stage.run(make_run(batch, small, store=store))


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first test that needs them leaves the batches for the others."""
    return tmp_path_factory.mktemp("packed") / "corpora"


@pytest.fixture
def packed(store: Store, made_once: Path, tokenizer: str, run: Run) -> Store:
    if not made_once.exists():
        write_batches(Store(made_once), BATCHES, tokenizer, run)
    shutil.copytree(made_once, store.files.root)
    return store


def build(store: Store, small: Profile, **settings: object) -> Built:
    profile = with_release(small, **settings)
    return build_release(store, profile, plan_release(store, profile, "r"))


def tokens_by_document(folder: str) -> dict[str, list[tuple[int, list[int]]]]:
    """Of each document the pieces that lie in a release: first token and tokens."""
    found: dict[str, list[tuple[int, list[int]]]] = {}
    for row in rows_of(folder):
        for span in row["spans"]:
            piece = row["input_ids"][span["start"] : span["end"]]
            found.setdefault(span["doc_id"], []).append((span["doc_start"], piece))
    return found


def stored_tokens(store: Store) -> dict[str, list[int]]:
    """The tokens of every document in the document stores."""
    found = {}
    for batch in store.batches("packed"):
        kept = open_documents(store, batch)
        for number, doc_id in enumerate(kept.table["doc_id"]):
            found[doc_id] = kept.tokens_of(number).tolist()
    return found


MIX = {
    "components": {
        "english": {"kinds": ["natural"], "languages": ["eng_Latn"], "weight": 0.5},
        "catalan": {"languages": ["cat_Latn"], "weight": 0.3, "max_epochs": 4},
        "faq": {"recipes": ["faq"], "weight": 0.2},
    },
    "tokens": 20_000,
}


def test_every_token_of_every_document_is_there_once_by_default(
    packed: Store, small: Profile
) -> None:
    built = build(packed, small, components={"all": {}})
    wanted = stored_tokens(packed)
    found = tokens_by_document(built.path)
    assert set(found) == set(wanted)
    for doc_id, pieces in found.items():
        assert [token for _, piece in sorted(pieces) for token in piece] == wanted[doc_id]
    assert built.manifest["tokens"] == sum(map(len, wanted.values()))
    assert built.manifest["documents"] == len(wanted)
    assert all(law.holds for law in built.laws)


def test_declared_shares_come_out_and_documents_are_whole(packed: Store, small: Profile) -> None:
    built = build(packed, small, **MIX)
    wanted, found = stored_tokens(packed), tokens_by_document(built.path)
    times = {}
    for doc_id, pieces in found.items():
        counts = Counter(start for start, _ in pieces)
        assert len(set(counts.values())) == 1, "every piece is there as often as every other"
        times[doc_id] = counts[0]
        assert sum(len(piece) for _, piece in pieces) == times[doc_id] * len(wanted[doc_id])
    listing = pl.read_parquet(Path(built.path) / "documents.parquet")
    assert dict(listing.select("doc_id", "times").iter_rows()) == times
    tokens = listing.with_columns(total=pl.col("times") * pl.col("n_tokens"))
    realised = dict(tokens.group_by("component").agg(pl.col("total").sum()).iter_rows())
    for row in built.manifest["components"]:
        assert realised[row["component"]] == row["tokens"]
        declared = MIX["components"][row["component"]]["weight"] * 20_000
        assert abs(row["tokens"] - declared) <= 0.005 * declared
    catalan = [row["times"] for row in listing.to_dicts() if row["component"] == "catalan"]
    assert max(catalan) - min(catalan) <= 1 and max(catalan) > 1


def test_the_card_says_what_is_inside(packed: Store, small: Profile) -> None:
    built = build(packed, small, **MIX)
    card = Path(built.path, "README.md").read_text()
    rows = {row["component"]: row["tokens"] for row in built.manifest["components"]}
    listing = pl.read_parquet(Path(built.path) / "documents.parquet")
    catalan = listing.filter(component="catalan").height
    share = f"{100 * rows['catalan'] / built.manifest['tokens']:.2f}".rstrip("0").rstrip(".")
    assert f"| natural | unknown | cat_Latn | {catalan} | {rows['catalan']} | {share}" in card
    assert "- pass: documents:" in card
    assert built.plan.version in card


def test_a_sequence_holds_one_component_and_no_document_twice(
    packed: Store, small: Profile
) -> None:
    built = build(packed, small, **MIX)
    component = dict(
        pl.read_parquet(Path(built.path) / "documents.parquet")
        .select("doc_id", "component")
        .iter_rows()
    )
    for row in rows_of(built.path):
        ids = [span["doc_id"] for span in row["spans"]]
        assert {component[doc_id] for doc_id in ids} == {row["component"]}
        assert len({(span["doc_id"], span["doc_start"]) for span in row["spans"]}) == len(ids)
        assert row["n_tokens"] == len(row["input_ids"]) <= LENGTH
        assert row["lang"] == ("cat_Latn" if row["component"] == "catalan" else "eng_Latn")
        assert row["kind"] == ("rewritten" if row["component"] == "faq" else "natural")


def test_the_bytes_do_not_depend_on_the_batches_order_and_reruns_agree(
    packed: Store, small: Profile, tokenizer: str, run: Run, tmp_path: Path
) -> None:
    settings = MIX | {"prefixes": [0.3], "export": ["parquet"]}
    first = build(packed, small, **settings)
    other = Store(tmp_path / "turned")
    write_batches(other, BATCHES[::-1], tokenizer, run)
    second = build(other, small, **settings)
    shards = {name: entry for name, entry in first.manifest["files"].items() if "/" in name}
    turned = {name: entry for name, entry in second.manifest["files"].items() if "/" in name}
    assert shards == turned
    manifest = Path(first.manifest_path)
    before = manifest.read_bytes()
    for path in sorted(Path(first.path).rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    assert build(packed, small, **settings).manifest_path == str(manifest)
    assert manifest.read_bytes() == before


def test_a_damaged_release_is_made_again_and_a_whole_one_is_left(
    packed: Store, small: Profile
) -> None:
    built = build(packed, small, **MIX)
    shard = next(Path(built.path).rglob("00000.parquet"))
    whole, made = shard.read_bytes(), shard.stat().st_mtime_ns
    build(packed, small, **MIX)
    assert shard.stat().st_mtime_ns == made
    shard.write_bytes(whole[:-1])
    build(packed, small, **MIX)
    assert shard.read_bytes() == whole


def test_prefixes_are_nested_and_have_the_same_shares(packed: Store, small: Profile) -> None:
    built = build(packed, small, **MIX, prefixes=[0.1, 0.3])
    prefixes = built.manifest["prefixes"]
    assert [item["prefix"] for item in prefixes] == [0.1, 0.3, 1.0]
    for smaller, larger in pairwise(prefixes):
        assert set(smaller["folders"]) < set(larger["folders"])
    for item in prefixes:
        assert item["tokens"] == pytest.approx(20_000 * item["prefix"], rel=0.02)
        assert item["shares"]["english"] == pytest.approx(0.5, abs=0.02)
        assert item["shares"]["catalan"] == pytest.approx(0.3, abs=0.02)
        rows = [
            pl.read_parquet(Path(built.path) / folder / "*.parquet") for folder in item["folders"]
        ]
        assert pl.concat(rows)["n_tokens"].sum() == item["tokens"]


def test_a_smaller_release_holds_documents_of_the_larger(packed: Store, small: Profile) -> None:
    settings = {"components": {"all": {"weight": 1.0}}}
    few = plan_release(packed, with_release(small, **settings, tokens=3_000), "r").whole
    many = plan_release(packed, with_release(small, **settings, tokens=9_000), "r").whole
    chosen = [set((item.composition.times > 0).nonzero()[0].tolist()) for item in (few, many)]
    assert len(chosen[0] & chosen[1]) >= 0.98 * len(chosen[0])


def test_another_seed_chooses_other_documents(packed: Store, small: Profile) -> None:
    settings = {"components": {"all": {"weight": 1.0}}, "tokens": 3_000}
    chosen = []
    for seed in (1, 2):
        built = build(packed, small, **settings, seed=seed)
        chosen.append(set(tokens_by_document(built.path)))
    assert len(chosen[0] & chosen[1]) < 0.5 * len(chosen[0])


def test_phases_come_with_their_own_weights_and_lengths(packed: Store, small: Profile) -> None:
    phases = {
        "short": {"share": 0.75, "sequence_length": 64},
        "end": {"share": 0.25, "weights": {"faq": 1.0}},
    }
    built = build(packed, small, **MIX | {"tokens": 10_000}, phases=phases)
    by_phase = {(row["component"], row["phase"]): row for row in built.manifest["components"]}
    assert by_phase["faq", "end"]["tokens"] == pytest.approx(2_500, rel=0.005)
    assert by_phase["english", "short"]["tokens"] == pytest.approx(3_750, rel=0.005)
    assert by_phase["english", "end"]["tokens"] == 0
    lengths = {row["phase"]: row["seq_len"] for row in rows_of(built.path)}
    assert lengths == {"short": 64, "end": LENGTH}
    faq = [
        span["doc_id"]
        for row in rows_of(built.path)
        if row["component"] == "faq"
        for span in row["spans"]
        if span["doc_start"] == 0
    ]
    assert len(set(faq)) == len(faq), "what one phase took another does not take again"


def test_controls_are_natural(packed: Store, small: Profile) -> None:
    built = build(packed, small, **MIX, controls=["natural_only", "equal_tokens"])
    natural = f"{built.path}/controls/natural_only"
    equal = f"{built.path}/controls/equal_tokens"
    assert {row["kind"] for folder in (natural, equal) for row in rows_of(folder)} == {"natural"}
    assert json.loads(Path(natural, "manifest.json").read_text())["tokens"] == pytest.approx(
        16_000, rel=0.005
    )
    assert json.loads(Path(equal, "manifest.json").read_text())["tokens"] == pytest.approx(
        20_000, rel=0.005
    )
    own = {doc for doc, _ in tokens_by_document(built.path).items()}
    assert set(tokens_by_document(natural)) <= own
    assert len(built.laws) == 6
    assert all(law.holds for law in built.laws)


@pytest.mark.parametrize("descending", [False, True])
def test_an_order_by_score_or_length_holds_from_sequence_to_sequence(
    packed: Store, small: Profile, descending: bool
) -> None:
    lengths = {doc_id: len(tokens) for doc_id, tokens in stored_tokens(packed).items()}
    scores = dict(
        pl.concat(
            [packed.open("deduped", b).read(["doc_id", "score"]) for b in BATCHES]
        ).iter_rows()
    )
    for settings, values in (
        ({"by": "length"}, lengths),
        ({"by": "score", "column": "score"}, scores),
    ):
        order = settings | {"descending": descending}
        built = build(packed, small, components={"all": {}}, order=order)
        seen = [values[span["doc_id"]] for row in rows_of(built.path) for span in row["spans"]]
        assert seen == sorted(seen, reverse=descending)
        counts = [row["n_tokens"] for row in rows_of(built.path)]
        assert set(counts[:-1]) == {LENGTH}


def test_where_chooses_by_any_column(packed: Store, small: Profile) -> None:
    where = "score < 3 AND length(text) > 20 AND kind = 'natural' -- a comment"
    built = build(packed, small, components={"some": {"where": where}})
    wanted = set()
    for batch in BATCHES:
        frame = packed.open("deduped", batch).read(["doc_id", "score", "text", "kind"])
        kept = (pl.col("score") < 3) & (pl.col("text").str.len_chars() > 20)
        wanted |= set(frame.filter(kept & (pl.col("kind") == "natural"))["doc_id"])
    assert set(tokens_by_document(built.path)) == wanted


def test_sources_and_tiers_choose(
    store: Store, small: Profile, tokenizer: str, make_run: MakeRun
) -> None:
    sources = small.packing.model_copy(update={"sources": {"wiki": ["https://w.example/"]}})
    named = small.model_copy(update={"packing": sources})
    found = [*documents(30, site="w.example"), *documents(30, site="b.example")]
    tiers = ["high" if number % 2 else "low" for number in range(60)]
    write_deduped(store, BATCHES[0], found, tokenizer, tier=tiers)
    stage.run(make_run(BATCHES[0], named))
    for where in (None, "length(text) > 0"):
        chosen = {"sources": ["wiki"], "tiers": ["high"], "where": where}
        built = build(store, named, components={"good": chosen})
        wanted = {item.doc_id for number, item in enumerate(found[:30]) if number % 2}
        assert set(tokens_by_document(built.path)) == wanted


def test_the_first_component_that_chooses_a_document_has_it(packed: Store, small: Profile) -> None:
    built = build(packed, small, components={"catalan": {"languages": ["cat_Latn"]}, "rest": {}})
    listing = pl.read_parquet(Path(built.path) / "documents.parquet")
    pairs = set(listing.select("component", "lang").unique().iter_rows())
    assert pairs == {("catalan", "cat_Latn"), ("rest", "eng_Latn")}


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"components": {"a": {"where": "scoer > 1"}}},
            "component a: where = 'scoer > 1' is not allowed: .*\"scoer\".*columns are doc_id",
        ),
        ({"components": {"a": {"where": "score >"}}}, "is not allowed: Parser Error"),
        ({"components": {"a": {"where": "score + 1"}}}, "is DOUBLE and must be a truth value"),
        ({"components": {"a": {"where": "lang::INTEGER > 1"}}}, "cannot be evaluated on batch"),
        ({"components": {"a": {"languages": ["swh_Latn"]}}}, "component a matches no document"),
        ({"components": {"a": {}}, "tokens": 10**7}, r"component a lacks 9,9\d\d,\d\d\d tokens"),
        (
            {"components": {"a": {}}, "order": {"by": "score", "column": "recovery"}},
            "order.column = recovery is not allowed",
        ),
        ({"components": {"a": {}}, "tokens": 3}, "off by more than 0.5%"),
    ],
)
def test_what_cannot_be_made_is_one_sentence_and_leaves_nothing(
    packed: Store, small: Profile, settings: dict, sentence: str
) -> None:
    with pytest.raises(ReleaseError, match=sentence) as caught:
        build(packed, small, **settings)
    assert "\n" not in str(caught.value)
    assert not Path(packed.files.path("releases")).exists()


def test_an_unknown_release_and_an_empty_store_are_named(store: Store, small: Profile) -> None:
    with pytest.raises(ProfileError, match="no release s is declared; the profile has r"):
        plan_release(store, with_release(small, components={"all": {}}), "s")
    with pytest.raises(ReleaseError, match="no batch is packed yet"):
        build(store, small, components={"all": {}})


def test_a_stale_batch_is_refused(
    packed: Store, small: Profile, tokenizer: str, make_run: MakeRun
) -> None:
    write_deduped(packed, BATCHES[0], documents(3), tokenizer)
    with pytest.raises(CorpusError, match="packed of batch 2026-01-01 was made from another"):
        build(packed, small, components={"all": {}})
    other = small.model_copy(update={"packing": small.packing.model_copy(update={"eos": "start"})})
    with pytest.raises(CorpusError, match="another tokenizer or framing than the profile's"):
        build(packed, other, components={"all": {}})


def test_a_stopped_build_publishes_nothing_and_leaves_nothing(
    packed: Store, small: Profile
) -> None:
    profile = with_release(small, components={"all": {}})
    plan = plan_release(packed, profile, "r")
    with pytest.raises(CancelledError):
        build_release(packed, profile, plan, cancelled=lambda: True)
    assert not Path(packed.files.path("releases")).exists()
    assert not list(packed.files.scratch.iterdir())
