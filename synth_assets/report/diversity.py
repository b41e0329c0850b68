"""A made corpus's diversity beside that of its parents, as a plot."""

from collections.abc import Sequence

from synth_assets.quality.diversity import Compared
from synth_assets.report.svg import Bar, bars_svg


def diversity_svg(compared: Sequence[Compared]) -> str:
    """A bar for each measure: the made corpus's value by its parents', which is 1 where the two are
    alike."""
    return bars_svg([_bar(one) for one in compared])


def _bar(one: Compared) -> Bar:
    ratio = one.made / one.parents if one.parents else 1.0
    note = f"{one.made:.3g}, parents {one.parents:.3g}"
    return Bar(one.measure.name, ratio, note, "kept" if one.admitted else "dropped")
