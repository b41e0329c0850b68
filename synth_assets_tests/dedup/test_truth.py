"""Real near duplicates with known exact similarities: what is found, and what it is called."""

import csv
import gzip
import json
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest

from synth_assets.corpus.store import Store
from synth_assets.dedup.index import Index
from synth_assets.dedup.shingles import shingles
from synth_assets.profile import Profile
from synth_assets_tests.conftest import MakeRun
from synth_assets_tests.dedup.corpora import (
    deduplicate,
    kept,
    natural,
    only_faq,
    verdicts,
    write_batch,
)

BATCH = "2026-01-01"
Pair = frozenset[str]


def read_texts(path: Path) -> dict[str, str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        return {row["doc_id"]: row["text"] for row in rows}


def read_pairs(path: Path) -> dict[Pair, float]:
    """Exact Jaccard similarity of word 5-gram sets, by pair."""
    raw = path.read_bytes()
    lines = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode().splitlines()
    return {
        frozenset((row["doc_a"], row["doc_b"])): float(row["jaccard5"])
        for row in csv.DictReader(lines, delimiter="\t")
    }


def test_every_planted_copy_of_a_news_article_is_found(
    data_dir: Path, store: Store, profile: Profile, make_run: MakeRun
) -> None:
    folder = data_dir / "near_dup"
    texts = read_texts(folder / "plagiarism_news.jsonl.gz")
    documents = [natural(doc_id, text) for doc_id, text in texts.items()]
    write_batch(store, BATCH, documents, admission=1)
    deduplicate(make_run, only_faq(profile), BATCH)
    found = verdicts(store.open("deduped", BATCH)).items()
    planted = read_pairs(folder / "plagiarism_news_truth.tsv")
    assert {frozenset((left, verdict[1])) for left, verdict in found} == set(planted)


@pytest.fixture
def revisions(data_dir: Path) -> dict[str, str]:
    return read_texts(data_dir / "near_dup" / "revisions.jsonl.gz")


def test_revisions_of_pages(
    data_dir: Path,
    revisions: dict[str, str],
    store: Store,
    profile: Profile,
    make_run: MakeRun,
    capsys: pytest.CaptureFixture[str],
) -> None:
    truth = read_pairs(data_dir / "near_dup" / "revision_pairs.tsv.gz")
    documents = [natural(doc_id, text) for doc_id, text in revisions.items()]
    write_batch(store, BATCH, documents, admission=1)
    small = only_faq(profile)
    deduplicate(make_run, small, BATCH)

    same = {pair: value for pair, value in truth.items() if value >= 0.8}
    candidates = pairs_sharing_a_band(store)
    rows, bands = small.dedup.rows, small.dedup.bands
    recall = len(candidates & set(same)) / len(same)
    predicted = sum(1 - (1 - value**rows) ** bands for value in same.values()) / len(same)
    with capsys.disabled():
        print(f"\n{len(same)} pairs at 0.8: recall {recall:.4f}, banding predicts {predicted:.4f}")
    assert recall >= predicted - 0.02

    corpus = store.open("deduped", BATCH)
    columns = ["doc_id", "duplicate_of", "similarity"]
    for doc_id, duplicate_of, similarity in corpus.dropped(columns).iter_rows():
        assert similarity >= 0.8
        # an exact duplicate is one of the text under case folding, its similarity 1
        assert truth[frozenset((doc_id, duplicate_of))] == pytest.approx(similarity, abs=1e-4)
    assert components(candidates & set(same)) == clusters(store)


def test_signatures_alone_never_decide(
    data_dir: Path, revisions: dict[str, str], store: Store, profile: Profile, make_run: MakeRun
) -> None:
    """Bands of a single row make nearly every pair a candidate; precision stays 1 all the same,
    and what is kept is exactly what an all-pairs comparison keeps."""
    chosen = dict(sorted(revisions.items())[::7])
    write_batch(store, BATCH, [natural(*item) for item in chosen.items()], admission=1)
    deduplicate(make_run, only_faq(profile, bands=64, rows=1), BATCH)
    sets = {doc_id: shingles(text, 5) for doc_id, text in chosen.items()}
    same = {
        frozenset((one, other))
        for one in sets
        for other in sets
        if one < other and len(sets[one] & sets[other]) >= 0.8 * len(sets[one] | sets[other])
    }
    followers = {doc_id for group in components(same) for doc_id in sorted(group)[1:]}
    assert kept(store.open("deduped", BATCH)) == sorted(set(chosen) - followers)
    assert followers


def pairs_sharing_a_band(store: Store) -> set[Pair]:
    corpus = store.open("signatures", BATCH)
    doc_ids, index = corpus.read(["doc_id"])["doc_id"], Index.of(corpus)
    pairs = set()
    for band in index.texts:
        hashes, rows = band >> index.bits, band & ((1 << index.bits) - 1)
        by_hash = defaultdict(list)
        for value, row in zip(hashes.tolist(), rows.tolist(), strict=True):
            by_hash[value].append(doc_ids[row])
        for members in by_hash.values():
            pairs |= {frozenset(pair) for pair in combinations(members, 2)}
    return pairs


def components(pairs: set[Pair]) -> set[Pair]:
    """Connected components by repeated merging, as an oracle of its own."""
    groups: dict[str, set[str]] = {}
    for pair in pairs:
        merged = set().union(pair, *(groups.get(item, set()) for item in pair))
        groups.update(dict.fromkeys(merged, merged))
    return {frozenset(group) for group in groups.values()}


def clusters(store: Store) -> set[Pair]:
    groups = defaultdict(set)
    for frame in store.open("deduped", BATCH).sidecar_frames("clusters"):
        for cluster_id, doc_id in frame.select("cluster_id", "doc_id").iter_rows():
            groups[cluster_id].add(doc_id)
    return {frozenset(group) for group in groups.values()}
