"""Rows as Markdown tables, for metadata and check results."""

import polars as pl

CELL_CHARS = 160


def markdown_table(frame: pl.DataFrame, cell_chars: int = CELL_CHARS) -> str:
    """The frame's rows; long cells are cut, so that metadata stays light."""
    header = f"| {' | '.join(frame.columns)} |\n|{'---|' * frame.width}\n"
    return header + "\n".join(
        f"| {' | '.join(_cell(value, cell_chars) for value in row)} |" for row in frame.iter_rows()
    )


def _cell(value: object, most: int) -> str:
    text = " ".join(str("" if value is None else value).replace("|", "\\|").split())
    return text if len(text) <= most else text[: most - 3] + "..."
