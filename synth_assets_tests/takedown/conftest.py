"""Two batches through the whole line, by rules alone."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Store
from synth_assets.ingest.plan import plan_batches
from synth_assets.line import build_line
from synth_assets.profile import Profile, load_profile

BATCHES = ("2026-01-01", "2026-01-02")
SECRET = "Marigold"
CORPUS = "rewritten/faq"


def page(topic: str, more: str = "") -> str:
    """A page with questions as headings, which the rules take for an FAQ."""
    return f"""# The {topic} of the old town

## Why did the committee meet about the {topic}?

The committee of the town met in the old hall and spoke about the {topic}. Many people had come, and
some of them told how the water rose last spring. Nobody could remember a year like that one.

## When will the {topic} be repaired?

It was agreed that the work should begin before the winter. A second meeting was planned for the
month of May, when the engineers will be there with their drawings. They expect that the {topic}
is safe to use until then, as long as heavy lorries take the other road.

## Who pays for the {topic}?

One half comes from the county and the other from those who live nearby. A local newspaper has
asked its readers what they think of this, and will print their letters on Sunday. {more}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Profile:
    """One recipe by rules, no translation."""
    path = tmp_path / "rules.yaml"
    path.write_text(
        "rewriting: {recipes: {tutorial: null, table: null, encyclopedic: null,"
        " grammatical_errors: null,"
        " faq: {engine: {kind: rules}, min_words: 1}}}\n"
        "translation: {targets: {cat_Latn: null}}\n"
    )
    return load_profile(path)


@pytest.fixture
def made(rules: Profile, tmp_path: Path) -> Store:
    """Two batches through the whole line; the first holds a page of a.example, of which the second
    holds a near copy elsewhere, and one of b.example, of which it holds an exact copy."""
    store = Store(rules.root)
    pages = [
        [("https://www.a.example/1", SECRET), ("https://b.example/2", "bridge")],
        [
            ("https://c.example/3", SECRET, "Its readers wrote back within a week."),
            ("https://d.example/4", "bridge"),
        ],
    ]
    for key, rows in zip(BATCHES, pages, strict=True):
        folder = tmp_path / key
        folder.mkdir()
        lines = [json.dumps({"text": page(*topic), "url": url}) + "\n" for url, *topic in rows]
        (folder / "pages.jsonl").write_text("".join(lines))
        plan_batches(store, [folder], rules, date.fromisoformat(key))
    for key in BATCHES:
        run_line(store, rules, key)
    return store


def run_line(store: Store, profile: Profile, key: str) -> None:
    for stage in build_line(profile):
        stage.run(StageRun(store, profile, key, stage.code_version))


def everything(store: Store, batch: str) -> str:
    """All that stands in the tables of a batch."""
    root = Path(store.files.root)
    return "\n".join(str(pl.read_parquet(path).rows()) for path in root.rglob(f"{batch}*.parquet"))
