"""Diversity: what the measures count, and a corpus of one habit that the check warns of."""

import itertools
import math
import zlib
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.store import Store
from synth_assets.quality.checks import Found, load_checks, run_checks
from synth_assets.quality.diversity import MEASURES, compare, measures, new_in
from synth_assets.report.diversity import diversity_svg
from synth_assets_tests.corpora import BATCH, document, frame, publish

CHECK = next(check for check in load_checks() if check.name == "diversity")
WORDS = [f"w{n}" for n in range(400)]


def page(number: int, length: int = 120) -> str:
    """Words as in a language: a few come often."""
    chance = np.random.default_rng(number)
    places = np.minimum(chance.zipf(1.4, length), len(WORDS)) - 1
    return " ".join(WORDS[(place * 7 + number) % len(WORDS)] for place in places)


def reworded(text: str) -> str:
    return " ".join(f"{word}s" if n % 3 else word for n, word in enumerate(text.split()))


def plain(texts: list[list[int]]) -> dict[str, float]:
    """The measures as they are defined, the slow way."""

    def grams(n: int) -> list[tuple[int, ...]]:
        return [tuple(t[i : i + n]) for t in texts for i in range(len(t) - n + 1)]

    def share(part: float, whole: float) -> float:
        return part / whole if whole else 0.0

    found = {f"distinct_{n}": share(len(set(grams(n))), len(grams(n))) for n in (1, 2, 3)}
    raw = "\n".join(" ".join(WORDS[one] for one in text) for text in texts).encode()
    pairs = [{tuple(t[i : i + 2]) for i in range(len(t) - 1)} for t in texts]
    pairs = [one for one in pairs if one]
    cosines = [
        len(one & other) / math.sqrt(len(one) * len(other))
        for one, other in itertools.combinations(pairs, 2)
    ]
    triples = grams(3)
    counted = sorted((triples.count(one) for one in set(triples)), reverse=True)
    return found | {
        "compression_ratio": len(raw) / len(zlib.compress(raw)),
        "self_similarity": share(sum(cosines), len(cosines)),
        "top_trigram_share": share(sum(counted[:100]), len(triples)),
    }


@settings(deadline=None)  # of a machine that does other work as well
@given(st.lists(st.lists(st.integers(0, 9), max_size=8), max_size=4))
def test_the_measures_are_what_they_are_called(texts: list[list[int]]):
    ids = {word: n for n, word in enumerate(WORDS[:10])}
    found = measures([np.array(text, dtype=np.int64) for text in texts], ids)
    for name, value in plain(texts).items():
        assert found[name] == pytest.approx(value, abs=1e-4), name


@settings(deadline=None)  # of a machine that does other work as well
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=60), min_size=1, max_size=4))
def test_parents_beside_themselves_are_admitted(texts: list[str]):
    assert all(one.admitted for one in compare([(text, text) for text in texts]))


def test_only_what_is_new_in_a_text_counts():
    assert new_in("one\ntwo\n\nthree", "two\n\none") == "three"
    assert new_in("one\ntwo", "two\none") == "one\ntwo"
    parents = [page(n) for n in range(30)]
    pairs = [(f"{text}\n\nthe same words at the end of all of them", text) for text in parents]
    assert [one.measure.name for one in compare(pairs) if not one.admitted] == [
        one.name for one in MEASURES[:-1]
    ]


def look(store: Store, texts: list[str], model: str = "m", n_documents: int = 40) -> Found:
    """The check on a corpus of these texts, made of pages."""
    parents = [document(n, page(n)) for n in range(n_documents)]
    publish(store, parents, "filtered")
    made = [
        one.child(text, row_version="1", generation_keys=["k"], kind="rewritten", model=model)
        for one, text in zip(parents, texts, strict=False)
    ]
    with store.write("rewritten/faq", BATCH, schema=DOCUMENT, code_version="1", inputs={}) as out:
        out.keep(frame(made))
        out.commit()
    (verdict,) = run_checks(store, "rewritten/faq", BATCH, ["filtered"], [CHECK])
    assert verdict.error is None and verdict.passed == (verdict.found.failing == 0)
    return verdict.found


def test_a_rewrite_in_other_words_passes_with_figures_and_a_plot(store: Store):
    found = look(store, [reworded(page(n)) for n in range(40)])
    assert found.failing == 0
    assert set(found.figures) == {f"{m.name}{end}" for m in MEASURES for end in ("", "_of_parents")}
    svg = ElementTree.fromstring(found.pictures["diversity"])
    said = [text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert [one.name for one in MEASURES] == said[::2]
    assert CHECK.severity == "warn" and not CHECK.blocking


def test_one_opening_for_all_is_warned_of(store: Store):
    habit = "Let us dive into this fascinating topic together and find out what it has to offer. "
    found = look(store, [habit + reworded(page(n)) for n in range(40)])
    rows = {row["measure"]: row for row in found.rows.iter_rows(named=True)}
    assert set(rows) == {"self_similarity"}
    assert rows["self_similarity"]["made"] > 3 * rows["self_similarity"]["parents"]
    assert rows["self_similarity"]["limit"] == "at most 3 times the parents'"
    by_rules = look(store, [habit + reworded(page(n)) for n in range(40)], model="rules")
    assert by_rules.failing == 0 and by_rules.figures == found.figures


def test_a_model_that_always_says_the_same_fails_every_measure(store: Store):
    found = look(store, ["The page explains how things work and why they matter to you."] * 40)
    assert found.rows["measure"].to_list() == [one.name for one in MEASURES]
    assert found.figures["top_trigram_share"] == 1.0


def test_few_texts_are_not_judged(store: Store):
    found = look(store, ["The same."] * 19, n_documents=19)
    assert (found.failing, found.figures, found.pictures) == (0, {}, {})


def test_texts_of_several_parents_stand_beside_all_of_them(store: Store):
    parents = [document(n, page(n)) for n in range(40)]
    publish(store, parents, "filtered")
    rows = frame(
        [
            one.child(
                f"{reworded(one.text)}\n{reworded(other.text)}",
                row_version="1",
                generation_keys=["k"],
                model="m",
            )
            for one, other in zip(parents[::2], parents[1::2], strict=True)
        ]
    ).with_columns(
        parent_ids=pl.Series(
            [[a.doc_id, b.doc_id] for a, b in zip(parents[::2], parents[1::2], strict=True)]
        )
    )
    with store.write("rewritten/faq", BATCH, schema=DOCUMENT, code_version="1", inputs={}) as out:
        out.keep(rows)
        out.commit()
    (verdict,) = run_checks(store, "rewritten/faq", BATCH, ["filtered"], [CHECK])
    assert verdict.found.failing == 0 and verdict.error is None and verdict.found.figures


def test_the_svg_marks_what_is_too_far():
    compared = compare([("same words here", page(n)) for n in range(3)])
    assert diversity_svg(compared).count("#c2410c") == sum(not one.admitted for one in compared) > 0
