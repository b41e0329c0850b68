"""Real documentation pages: most can be restructured, and what comes out is sound Markdown."""

from pathlib import Path

import pytest

from synth_assets.generation.engines.rules import NoStructureError
from synth_assets.generation.gates.gate import Generated, first_fault
from synth_assets.ingest.html import Page, read_page
from synth_assets.rewriting.catalogue import recipes
from synth_assets.rewriting.restructure import operations

LEAST = {"faq": 0.85, "tutorial": 0.4, "table": 0.5, "encyclopedic": 0.85}
"""Share of pages that have the structure; LibreOffice's help, 280 pages in English."""


@pytest.fixture(scope="module")
def pages(data_dir: Path) -> list[Page]:
    from fastwarc import ArchiveIterator, WarcRecordType

    with (data_dir / "web" / "sample_pages.warc.gz").open("rb") as stream:
        records = ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=True)
        return [read_page(record.reader.read().decode()) for record in records]


@pytest.mark.parametrize("name", sorted(LEAST))
def test_english_pages(name: str, pages: list[Page]):
    gates = recipes()[name].writes.gates
    made = faults = 0
    for page in pages:
        try:
            text = operations()[name].restructure(page.text, page.title, "eng_Latn")
        except NoStructureError:
            continue
        made += 1
        faults += first_fault(gates, Generated(page.text, text), by_rules=True) is not None
    assert made >= LEAST[name] * len(pages)
    assert faults <= 0.1 * made
