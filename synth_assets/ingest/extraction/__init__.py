"""Main text of an HTML page: blocks of the parsed tree, scored one by one, written as Markdown."""
