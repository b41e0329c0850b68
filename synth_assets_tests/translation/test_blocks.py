import gzip
import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from synth_assets.translation.blocks import cut

MARKS = ["# ", "- ", "1. ", "> ", "| ", " | ", "```\n", "~~~", "    ", "\t", "\n", "\r\n", "\n\n"]
TEXTS = st.lists(st.sampled_from(MARKS) | st.text(max_size=12), max_size=30).map("".join)


@given(TEXTS)
@example("a\u2028b\x0bc\rd")
@example("```\ncode")
def test_the_parts_are_the_text(text: str) -> None:
    parts = list(cut(text))

    assert "".join(part.text for part in parts) == text
    assert all(part.text for part in parts)
    assert not any("\n" in part.text or part.text.isspace() for part in parts if part.is_prose)


@pytest.mark.parametrize("name", ["libreoffice-help", "fastapi-docs", "debian-handbook"])
def test_real_pages_come_back_byte_for_byte(data_dir: Path, name: str) -> None:
    with gzip.open(data_dir / "corpora" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [
            str(json.loads(line).get("text", "")) for line, _ in zip(lines, range(60), strict=False)
        ]

    for text in texts:
        assert "".join(part.text for part in cut(text)) == text


def prose(text: str) -> list[str]:
    return [part.text for part in cut(text) if part.is_prose]


def test_structure_is_no_prose() -> None:
    text = "# Files\n\n  - Open it.\n* Close it.\n1. First step\nb) Second step\n> Quoted words\n"
    text += "> - Both\n"

    assert prose(text) == [
        "Files",
        "Open it.",
        "Close it.",
        "First step",
        "Second step",
        "Quoted words",
        "Both",
    ]


def test_table_cells_are_translated_one_by_one() -> None:
    assert prose("| Key | Effect |\n|---|---|\nF1 | Opens help") == [
        "Key",
        "Effect",
        "---",
        "---",
        "F1",
        "Opens help",
    ]


def test_code_stays_out() -> None:
    fenced = "Run this:\n\n```sh\nrm -r a\n\n# not a heading\n```\nDone.\n"
    tildes = "~~~~\n~~~\ncode\n~~~~\nDone."
    indented = "Run this:\n\n    first\n\n    second\nDone.\n"
    deep_item = "Run this:\n\n    - not code\n"
    wrapped = "a line\n    of prose\n"

    assert prose(fenced) == ["Run this:", "Done."]
    assert prose(tildes) == ["Done."]
    assert prose(indented) == ["Run this:", "Done."]
    assert prose(deep_item) == ["Run this:", "not code"]
    assert prose(wrapped) == ["a line", "of prose"]
