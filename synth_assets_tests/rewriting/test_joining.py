"""Joining the texts of passages."""

from synth_assets.rewriting.joining import join


def test_documents_are_joined_under_one_title():
    assert join("documents", ["# A\n\nOne.", "# A\n\nTwo.", "# B\n\nThree."]) == (
        "# A\n\nOne.\n\nTwo.\n\n# B\n\nThree."
    )


TABLE = "# A\n\n{0}.\n\n| T | D |\n| --- | --- |\n| {0} | x |\n\nEnd {0}."


def test_tables_with_one_header_become_one():
    texts = [TABLE.format(name) for name in ("one", "two")]
    assert join("tables", texts) == (
        "# A\n\none.\n\ntwo.\n\n| T | D |\n| --- | --- |\n| one | x |\n| two | x |\n\n"
        "End one.\n\nEnd two."
    )


def test_tables_with_other_headers_stay_apart():
    texts = [TABLE.format("one"), TABLE.format("two").replace("T |", "Thing |")]
    assert join("tables", texts).count("| --- | --- |") == 2
