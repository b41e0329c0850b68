"""Small SVG plots without a plotting library, readable on light and dark pages."""

from base64 import b64encode
from html import escape

from synth_assets.corpus.footer import Counts, Tally

WIDTH = 640
BAR = 22
GAP = 8
LABEL = 210
COLOURS = {"in": "#7a869a", "kept": "#2e8b57", "dropped": "#c2410c"}
TEXT = "#8a8f98"


def funnel_svg(counts: Counts) -> str:
    """Bars for documents in, kept, and dropped by reason; each with documents and tokens."""
    bars = [("in", counts.read, "in"), ("kept", counts.kept, "kept")] + [
        (reason, tally, "dropped") for reason, tally in counts.dropped.items()
    ]
    largest = max((tally.documents for _, tally, _ in bars), default=0) or 1
    height = len(bars) * (BAR + GAP) + GAP
    rows = [
        _bar(GAP + index * (BAR + GAP), label, tally, largest, COLOURS[colour])
        for index, (label, tally, colour) in enumerate(bars)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">'
        f"{''.join(rows)}</svg>"
    )


def _bar(y: int, label: str, tally: Tally, largest: int, colour: str) -> str:
    width = round((WIDTH - LABEL - 170) * tally.documents / largest, 1)
    middle = y + BAR * 0.7
    return (
        f'<text x="{LABEL - 8}" y="{middle}" text-anchor="end" fill="{TEXT}">{escape(label)}</text>'
        f'<rect x="{LABEL}" y="{y}" width="{max(width, 1)}" height="{BAR}" rx="2" '
        f'fill="{colour}"/>'
        f'<text x="{LABEL + width + 8}" y="{middle}" fill="{TEXT}">'
        f"{tally.documents:,} docs, {tally.tokens:,} tokens</text>"
    )


def as_markdown_image(svg: str, alt: str) -> str:
    """The plot as a Markdown image that needs no file and no request."""
    return f"![{alt}](data:image/svg+xml;base64,{b64encode(svg.encode()).decode()})"
