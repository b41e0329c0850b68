"""ProX's executor: exact, logged, and held to the published guards."""

from hypothesis import given
from hypothesis import strategies as st

from synth_assets.rewriting.prox.executor import (
    Executed,
    LineEdit,
    cut_chunks,
    execute,
    judge,
    numbered,
)
from synth_assets.rewriting.prox.program import (
    Edit,
    Program,
    RemoveAll,
    RemoveLines,
    Replace,
    read_program,
)
from synth_assets.rewriting.words import count_words

STRINGS = st.sampled_from(["a", "b", " ", "", "ab", "a b", "x", "é"])
EDITS = st.one_of(
    st.builds(RemoveLines, st.integers(0, 12), st.integers(0, 12)),
    st.builds(Replace, STRINGS, STRINGS),
    st.just(RemoveAll()),
)
TEXTS = st.text(alphabet="ab \n\té", max_size=60)


@st.composite
def programmed(draw: st.DrawFn) -> tuple[str, list[tuple[range, Program]]]:
    text = draw(TEXTS)
    chunks = cut_chunks(text, draw(st.integers(1, 6)))
    return text, [
        (chunk, Program(tuple(draw(st.lists(EDITS, max_size=4))), draw(st.integers(0, 2))))
        for chunk in chunks
    ]


def run(text: str, *edits: Edit) -> Executed:
    return execute(text, [(range(len(text.split("\n"))), Program(tuple(edits)))])


@given(TEXTS, st.integers(1, 6))
def test_chunks_are_all_lines_in_order_and_within_the_limit(text: str, limit: int):
    lines = text.split("\n")
    chunks = cut_chunks(text, limit)
    assert [line for chunk in chunks for line in chunk] == list(range(len(lines)))
    for chunk in chunks:
        words = sum(count_words(lines[line]) for line in chunk)
        assert words <= limit or sum(count_words(lines[line]) > 0 for line in chunk) == 1


@given(programmed())
def test_what_is_left_is_the_lines_in_order_but_for_logged_edits(case):
    text, programs = case
    executed = execute(text, programs)
    edits = {edit.line: edit for edit in executed.edits}
    assert len(edits) == len(executed.edits)
    left = []
    for number, line in enumerate(text.split("\n")):
        edit = edits.get(number, LineEdit(number, line, line))
        assert edit.before == line
        left += [] if edit.after is None else [edit.after]
    assert executed.text == "\n".join(left)


@given(programmed())
def test_a_line_goes_only_where_a_call_of_its_own_chunk_names_it(case):
    text, programs = case
    gone = {edit.line for edit in execute(text, programs).edits if edit.after is None}
    named = {
        line
        for chunk, program in programs
        for edit in program.edits
        for line in chunk
        if isinstance(edit, RemoveAll)
        or (isinstance(edit, RemoveLines) and edit.first <= line <= edit.last)
    }
    assert gone == named


@given(programmed())
def test_without_replacements_the_text_is_a_subsequence_of_lines(case):
    text, programs = case
    plain = [
        (chunk, Program(tuple(edit for edit in program.edits if not isinstance(edit, Replace))))
        for chunk, program in programs
    ]
    executed = execute(text, plain)
    if executed.text:
        rest = iter(text.split("\n"))
        assert all(line in rest for line in executed.text.split("\n"))


@given(programmed())
def test_no_program_and_an_undone_one_are_the_document(case):
    text, programs = case
    assert execute(text, [(chunk, Program()) for chunk, _ in programs]) == Executed(text, (), 0)
    executed = execute(text, programs)
    left = iter(executed.text.split("\n"))
    edits = {edit.line: edit for edit in executed.edits}
    n_lines = len(text.split("\n"))
    before = []
    for number in range(n_lines):
        edit = edits.get(number)
        now = next(left) if edit is None or edit.after is not None else ""
        before.append(now if edit is None else edit.before)
    assert "\n".join(before) == text


def test_strings_are_replaced_before_lines_go():
    text = "one\ntwo | x\nthree | x\nfour"
    executed = run(text, RemoveLines(1, 1), Replace(" | x", ""))
    assert executed.text == "one\nthree\nfour"
    assert executed.edits == (LineEdit(1, "two | x", None), LineEdit(2, "three | x", "three"))


def test_bad_calls_are_counted_and_cut():
    text = "a\nb\nc"
    assert run(text, RemoveLines(1, 9)) == Executed(
        "a", (LineEdit(1, "b", None), LineEdit(2, "c", None)), 1
    )
    assert run(text, RemoveLines(7, 9)) == Executed(text, (), 1)
    assert run(text, RemoveLines(2, 1)) == Executed(text, (), 1)
    assert run(text, Replace("", "x"), Replace(" ", "")) == Executed(text, (), 2)
    assert run(text, Replace("zz", "x")) == Executed(text, (), 0)


WORDS = " ".join(f"w{n}" for n in range(400))


def guard(n_left: int, n_bad: int) -> str:
    return judge(WORDS, Executed(" ".join(WORDS.split()[:n_left]), (), n_bad))


def test_the_published_guards_at_their_limits():
    assert (guard(21, 0), guard(20, 0), guard(20, 1)) == ("edited", "dropped", "dropped")
    assert (guard(20, 2), guard(11, 2), guard(10, 2)) == ("kept", "kept", "dropped")
    assert (guard(400, 1), guard(400, 2)) == ("edited", "kept")
    assert judge("w " * 10, Executed("w " * 10, (), 0)) == "dropped"


def test_a_program_is_read_line_by_line():
    program = read_program(
        "```python\nremove_lines(line_start=0, line_end=2)\n"
        'normalize(source_str="a, (b) = \\n", target_str="c")\n'
        'normalize(source_str="x")\nI hope this helps\nkeep_chunk()\n```'
    )
    assert program == Program(
        (RemoveLines(0, 2), Replace("a, (b) = \\n", "c"), Replace("x", "")), 1
    )
    assert read_program("remove_lines(all=True)") == read_program("drop_chunk()")
    assert read_program("keep_chunk()") == Program()


def test_lines_are_shown_with_three_digits_of_the_document():
    text = "\n".join(f"line {n}" for n in range(1001))
    assert numbered(text, range(7, 9)) == "[007]line 7\n[008]line 8"
    assert numbered(text, range(1000, 1001)) == "[1000]line 1000"
