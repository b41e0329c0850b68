"""From a parsed page to its main text."""

from typing import Any

from synth_assets.ingest.extraction.blocks import read_blocks
from synth_assets.ingest.extraction.markdown import to_markdown
from synth_assets.ingest.extraction.scorer import choose


def main_text(tree: Any) -> str:
    """The main text of a tree of resiliparse as Markdown; empty where it has none."""
    if tree.body is None:
        return ""
    page = read_blocks(tree.body.html)
    return to_markdown(choose(page), page.elements)
