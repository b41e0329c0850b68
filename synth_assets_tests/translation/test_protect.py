import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.translation.protect import find_spans, outside, with_unknown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Run `ls -l` and ``a`b``.", ["`ls -l`", "``a`b``"]),
        (
            "See https://example.org/a(b), or www.example.org.",
            ["https://example.org/a(b", "www.example.org"],
        ),
        ("Write to jo.doe+x@mail.example.org.", ["jo.doe+x@mail.example.org"]),
        ("Call foo_bar and getValue or FooBar(1).", ["foo_bar", "getValue", "FooBar(1)"]),
        ("Use --no-ui, --port=80 and -x here.", ["--no-ui", "--port=80", "-x"]),
        (
            "$HOME, ${HOME}, $(ARG1) and %PRODUCTNAME",
            ["$HOME", "${HOME}", "$(ARG1)", "%PRODUCTNAME"],
        ),
        ("%1 of %s: {name} {{x}} %(n)d", ["%1", "%s", "{name}", "{{x}}", "%(n)d"]),
        ("In /etc/hosts, ~/x/y.z or C:\\Temp\\a.txt", ["/etc/hosts", "~/x/y.z", "C:\\Temp\\a.txt"]),
        ("Open report.final.odt and a.py.", ["report.final.odt", "a.py"]),
        ("a <b>bold</b> <br/> word", ["<b>", "</b>", "<br/>"]),
        ("=SUM(A1:B2; MAX(C1; 2)) returns", ["=SUM(A1:B2; MAX(C1; 2))"]),
        ("com.sun.star.Date is text/plain", ["com.sun.star.Date", "text/plain"]),
    ],
)
def test_what_is_protected(text: str, expected: list[str]) -> None:
    assert [span.text for span in find_spans(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Select the cell(s) and read the well-known page.",
        "LibreOffice Writer, and/or Calc: 50 % of $5 (see above) - done.",
        "At 10:30 on 1/2/2020, version 3.14 came out; e.g. this one.",
        "Press Ctrl+Shift+F5. If a < b and c > d, stop.",
    ],
)
def test_what_is_not(text: str) -> None:
    assert find_spans(text) == []


@given(st.text(max_size=80), st.sets(st.characters(exclude_categories=["Zs", "Cc"]), max_size=4))
def test_spans_and_what_is_around_are_the_text(text: str, unknown: set[str]) -> None:
    spans = with_unknown(text, find_spans(text), {c for c in unknown if not c.isspace()})
    pieces = outside(text, spans)
    made = pieces[0] + "".join(
        span.text + piece for span, piece in zip(spans, pieces[1:], strict=True)
    )

    assert made == text
    assert all(span.text for span in spans)


def test_a_word_with_an_unknown_character_is_kept_whole() -> None:
    text = "It is 10^8, or (γάμμα δέλτα) here"

    spans = with_unknown(text, find_spans(text), {"^", *"γάμδέλτ"})
    assert [span.text for span in spans] == ["10^8", "γάμμα δέλτα"]
