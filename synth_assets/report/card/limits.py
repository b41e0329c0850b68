"""What a reader must not expect of a release, said from its own figures."""

from collections.abc import Iterator

import polars as pl

from synth_assets.packing.mixture.selectors import MADE_KINDS
from synth_assets.report.card.facts import CardFacts


def known_limits(facts: CardFacts) -> Iterator[str]:
    """One sentence each."""
    groups = facts.groups
    total = max(int(groups["tokens"].sum()), 1)
    unlicensed = _tokens(groups, pl.col("license").is_null()) / total
    made = _tokens(groups, pl.col("kind").is_in(MADE_KINDS)) / total
    if unlicensed:
        yield f"Of {unlicensed:.1%} of the tokens no licence is known."
    yield (
        "Licences are as the sources or the profile's rules declare them; nobody has verified them."
    )
    if made:
        yield (
            f"{made:.1%} of the tokens stand in texts that were made, by rules or by models, and "
            f"may say what no source says."
        )
    yield (
        "Personal data was masked by patterns (addresses, numbers), which names of people are not."
    )
    sets = ", ".join(facts.profile.filtering.decontamination.sets)
    yield (
        f"Evaluation items of {sets} were taken out; others were not looked for."
        if sets
        else "No evaluation items were looked for."
    )
    yield (
        f"Documents whose word sets overlap by less than {facts.profile.dedup.threshold:.0%} count "
        f"as different, and translations are not compared with each other's sources."
    )
    if failed := [item for item in facts.results if item.outcome != "passed"]:
        yield f"{len(failed):,} of the latest check results are no pass; they are listed above."
    if not facts.results:
        yield "Only conservation laws were looked at: no check results were at hand."


def _tokens(groups: pl.DataFrame, chosen: pl.Expr) -> int:
    return int(groups.filter(chosen)["tokens"].sum())
