"""The page of recipes says what the catalogue holds."""

import re
from collections.abc import Iterator
from importlib.resources import files

import pytest

from synth_assets.rewriting.catalogue import find_recipe, recipes

AGAIN = "the same"
ARXIV = re.compile(r"\d{4}\.\d{5}")


def rows() -> Iterator[tuple[str, list[str]]]:
    """Of the first table: recipe, and the cells behind it, `the same` put in words."""
    page = (files("synth_assets.rewriting") / "README.md").read_text(encoding="utf-8")
    table = page.partition("\n## Recipes\n")[2].partition("\n## ")[0]
    above: list[str] = []
    for line in table.splitlines():
        if line.startswith("| `"):
            names, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            above = [
                now.replace(AGAIN, then) for now, then in zip(cells, above or cells, strict=True)
            ]
            yield from ((name, above) for name in re.findall(r"`(\w+)`", names))


ROWS = list(rows())


def test_every_recipe_has_one_row():
    assert sorted(name for name, _ in ROWS) == list(recipes())


@pytest.mark.parametrize(("name", "cells"), ROWS, ids=[name for name, _ in ROWS])
def test_a_row_is_as_the_recipe_s_file(name: str, cells: list[str]):
    recipe = find_recipe(name)
    paper, _, makes, calls, words, sampling = cells
    assert ARXIV.findall(paper) == ARXIV.findall(recipe.source)
    assert {"adds", "extends", "supersedes"} & set(re.findall(r"\w+", makes)) == {recipe.relation}
    assert ("kind edited" in makes) == (recipe.kind == "edited")
    assert set(re.findall(r"`(\w+)`", makes)) == set(recipe.columns)
    known = recipe.calls.replace("3", "three")
    assert re.split("[,;]", known)[0] == re.split("[,;]", calls)[0]
    whole = words.startswith("whole")
    limit = recipe.selection.max_words if whole else recipe.passage_words
    assert re.findall(r"\d+", words) == [str(limit)] or (whole and limit == 1_000_000)
    if sampling not in ("none", "1 / none"):
        steps = [one.sampling for one in recipe.steps.values()]
        said = [f"{one.temperature:g} / {one.max_new_tokens}" for one in steps]
        assert sampling.split(", ") == list(dict.fromkeys(said))
