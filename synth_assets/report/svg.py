"""Small SVG plots without a plotting library, readable on light and dark pages."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 640
BAR = 22
GAP = 8
LABEL = 210
COLOURS = {"in": "#7a869a", "kept": "#2e8b57", "dropped": "#c2410c"}
TEXT = "#8a8f98"


@dataclass(frozen=True)
class Bar:
    """A bar of a plot: its name, its size, what stands behind it, its colour among COLOURS."""

    label: str
    value: float
    note: str
    colour: str = "kept"


def bars_svg(bars: Sequence[Bar]) -> str:
    """Horizontal bars under each other, the largest as long as there is room."""
    largest = max((bar.value for bar in bars), default=0) or 1
    height = len(bars) * (BAR + GAP) + GAP
    rows = [_bar(GAP + index * (BAR + GAP), bar, largest) for index, bar in enumerate(bars)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">'
        f"{''.join(rows)}</svg>"
    )


def _bar(y: int, bar: Bar, largest: float) -> str:
    width = round((WIDTH - LABEL - 170) * bar.value / largest, 1)
    middle = y + BAR * 0.7
    label = escape(bar.label)
    return (
        f'<text x="{LABEL - 8}" y="{middle}" text-anchor="end" fill="{TEXT}">{label}</text>'
        f'<rect x="{LABEL}" y="{y}" width="{max(width, 1)}" height="{BAR}" rx="2" '
        f'fill="{COLOURS[bar.colour]}"/>'
        f'<text x="{LABEL + width + 8}" y="{middle}" fill="{TEXT}">{escape(bar.note)}</text>'
    )


def as_markdown_image(svg: str, alt: str) -> str:
    """The plot as a Markdown image that needs no file and no request."""
    return f"![{alt}](data:image/svg+xml;base64,{b64encode(svg.encode()).decode()})"
