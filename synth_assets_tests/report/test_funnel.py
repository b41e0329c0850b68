"""The funnel leaves no document and no token open."""

from rich.console import Console

from synth_assets.corpus.footer import Counts, Law, Tally
from synth_assets.report.funnel import FunnelRow, as_table, funnel_svg

MASKED = Law("tokens", {"raw_web": 266}, {"kept": 210, "dropped": 55, "masked": 1})
PACKED = Law("tokens", {"input": 700, "eos": 90}, {"packed": 790, "dropped": 0})


def filtered(not_selected: int = 0) -> FunnelRow:
    counts = Counts(Tally(9, 266), Tally(6, 210), {"short": Tally(2, 55)})
    counts.other = {"parents_not_selected": not_selected, "share_ppm": 5}
    return FunnelRow("filtered", counts, [MASKED])


def packed(*laws: Law) -> FunnelRow:
    return FunnelRow("packed", Counts(Tally(90, 700), Tally(4, 790)), laws)


def printed(row: FunnelRow) -> str:
    console = Console(width=120)
    with console.capture() as capture:
        console.print(as_table([row], "b"))
    return capture.get()


def test_what_is_neither_kept_nor_dropped_is_said() -> None:
    row = filtered(1)
    assert row.notes == ["not selected: 1 docs", "changed by masking: -1 tokens"]
    assert all(f"({note})" in printed(row) for note in row.notes)
    assert ">not selected<" in funnel_svg(row) and ">1 docs<" in funnel_svg(row)
    assert ">not selected<" not in funnel_svg(filtered())


def test_sequences_are_not_taken_for_documents() -> None:
    row = packed(PACKED)
    assert row.kept == Tally(90, 790)
    assert row.notes == ["packed into 4 sequences", "end of text: +90 tokens"]
    assert ">90 docs, 790 tokens<" in funnel_svg(row) and "4 docs" not in printed(row)
    lengths = [Law(f"tokens at {length}", PACKED.left, PACKED.right) for length in (128, 256)]
    assert "tokens at each of 2 lengths" in packed(*lengths).notes


def test_batches_add_up() -> None:
    both = filtered(1).plus(filtered(2))
    assert (both.counts.read, both.kept) == (Tally(18, 532), Tally(12, 420))
    assert both.reasons == [("short", Tally(4, 110))]
    assert both.notes == ["not selected: 3 docs", "changed by masking: -2 tokens"]
    assert "share_ppm" not in both.counts.other
