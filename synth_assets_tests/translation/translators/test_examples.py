from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.errors import InputError
from synth_assets.translation.translators.examples import Example, Pool, load_pool

POOL = Pool(
    [
        Example("Open the file.", "Obriu el fitxer.", 0.9),
        Example("Close the window.", "Tanqueu la finestra.", 0.8),
        Example("Delete the window of the file.", "Suprimiu...", 0.1),
        Example("Thank you.", "Gràcies.", 1.0),
    ]
)


def test_the_most_alike_stands_last() -> None:
    sources = [source for source, _ in POOL.like("Close every window now.", 2)]
    assert sources == ["Delete the window of the file.", "Close the window."]


def test_the_text_itself_is_never_an_example() -> None:
    pairs = POOL.like("open the FILE!", 4)
    assert len(pairs) == 3
    assert ("Open the file.", "Obriu el fitxer.") not in pairs


def test_where_nothing_is_alike_the_best_fill_up() -> None:
    assert POOL.like("Zebra", 1) == [("Thank you.", "Gràcies.")]


def test_pairs_under_the_score_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "pool.jsonl"
    rows = {"source": ["Good day", "Bad day"], "target": ["Bon dia", "x"], "score": [0.9, 0.2]}
    pl.DataFrame(rows).write_ndjson(path)

    assert len(load_pool(str(path))) == 2
    assert load_pool(str(path), 0.5).like("day", 5) == [("Good day", "Bon dia")]
    with pytest.raises(InputError, match="has no example with a score of at least 2"):
        load_pool(str(path), 2)


def test_a_pool_without_its_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pool.tsv"
    path.write_text("en\tca\nFile\tFitxer\n")
    with pytest.raises(InputError, match=r"has no column 'source'.*\(it has en, ca\)"):
        load_pool(str(path))


@given(
    st.lists(st.text("ab c", min_size=1, max_size=9), min_size=1, max_size=6),
    st.text("ab c", max_size=9),
    st.integers(1, 4),
)
def test_examples_never_have_the_words_of_the_text(
    sources: list[str], text: str, count: int
) -> None:
    pool = Pool([Example(source, "t") for source in sources])
    pairs = pool.like(text, count)

    assert len(pairs) <= count
    assert all(set(source.split()) != set(text.split()) for source, _ in pairs)
    assert pairs == pool.like(text, count)
