"""Reading pages: headings with and without marks, labels, lists that go on, code."""

from synth_assets.rewriting.restructure.blocks import Code, Heading, Items, Paragraph, parse_blocks
from synth_assets.rewriting.restructure.outline import parse_outline
from synth_assets.rewriting.restructure.sentences import split_sentences
from synth_assets_tests.rewriting.pages import EDITOR, FUNCTION, LETTER


def headings(text: str, title: str | None = None) -> list[str | None]:
    return [section.heading for section in parse_outline(text, title).sections]


def test_marked_headings_are_the_only_ones_on_a_marked_page():
    outline = parse_outline(EDITOR, None, frozenset({"tip"}))
    assert outline.title == "Contour Editor"
    names = [section.heading for section in outline.sections]
    assert names == ["To access this command", "Apply", "File name", "Tolerance"]
    assert outline.sections[1].sentences == ["Applies the contour to the selected object."]
    assert outline.sections[2].sentences[-1] == "You can also paste one."


def test_short_lines_head_a_plain_page():
    outline = parse_outline(FUNCTION)
    assert outline.title == "Len Function"
    assert headings(FUNCTION) == ["Syntax", "Return value", "Parameters", "Example"]
    assert outline.sections[1].paragraphs == ["Long"]


def test_code_with_blank_lines_is_one_block():
    code = [b for b in parse_blocks(FUNCTION) if isinstance(b, Code)]
    assert len(code) == 2
    assert code[1].text.endswith("MsgBox Len(sText) ' 9\nEnd Sub")


def test_a_list_goes_on_over_paragraphs_and_keeps_its_numbers_after_code():
    first, second = (b for b in parse_blocks(LETTER) if isinstance(b, Items))
    assert first.entries == (
        "Choose Tools - Mail Merge Wizard. You see the Mail Merge Wizard dialog.",
        "Select Letter and click Next.",
        "Run the program:",
    )
    assert (second.first, second.entries) == (4, ("Click Finish to merge the letters.",))


def test_a_title_that_the_page_repeats_is_said_once():
    text = "4.2. Getting files\n\n## 4.2. Getting files\n\n### Where\n\nThey are on a mirror.\n"
    outline = parse_outline(text, "4.2. Getting files")
    assert (outline.title, headings(text)) == ("Getting files", ["Where"])


def test_repeated_headings_are_named_after_their_subject():
    text = "\n\n".join(
        f"## {name}\n\nIt does {name}.\n\n### Syntax\n\nWrite {name}." for name in ("Alpha", "Beta")
    )
    outline = parse_outline(text, "Functions")
    names = [section.name for section in outline.sections]
    assert names == ["Alpha", "Alpha: Syntax", "Beta", "Beta: Syntax"]


def test_an_announcement_of_nothing_goes_and_one_of_a_list_stays():
    text = "# A page\n\n## One\n\nIt has these. They are:\n\n## Two\n\nIt has these:\n\n- a\n- b\n"
    one, two = parse_outline(text).sections
    assert one.blocks == [Paragraph("It has these.")]
    assert two.blocks == [Paragraph("It has these:"), Items(False, ("a", "b"))]


def test_flattened_table_cells_are_no_content():
    cells = "\n\n".join(["Value", "Meaning", "0", "No", "1", "Yes"])
    text = f"# A page\n\n## Result\n\nThe result is a number.\n\n{cells}\n"
    assert parse_outline(text).sections[0].blocks == [Paragraph("The result is a number.")]


def test_a_table_of_contents_is_no_content():
    text = "# Before\n\n3.1. Overview\n3.2. Hardware\n3.2.1. Drivers\n\nRead this first."
    assert parse_blocks(text)[1:] == [Paragraph("Read this first.")]


def test_a_shell_prompt_is_no_heading():
    blocks = parse_blocks("# Install it\n\nRun this:\n\n# dpkg -i man-db.deb\n")
    assert blocks[0] == Heading("Install it", sure=True)
    assert blocks[-1] == Code("# dpkg -i man-db.deb")


def test_sentences_end_after_marks_not_after_abbreviations():
    text = (
        "Use e.g. Writer. It costs 3.50 a month (approx. four). See ch. 2! ¿Y ahora? Sí. 终于。好"
    )
    assert split_sentences(text) == [
        "Use e.g. Writer.",
        "It costs 3.50 a month (approx. four).",
        "See ch. 2!",
        "¿Y ahora?",
        "Sí.",
        "终于。",
        "好",
    ]
