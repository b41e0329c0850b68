"""What the filter cases do, and the texts they do it on."""

from importlib.util import find_spec

import polars as pl

from synth_assets.bench.case import Done, Watch
from synth_assets.bench.dedup.work import source
from synth_assets.filtering import quality
from synth_assets.filtering.rules import Rule, judge
from synth_assets.home import Home
from synth_assets.profile import load_profile
from synth_assets.profile.filtering import C4Rules, FineWebRules

COMPARED, MORE = 2_000, 18_000
QUICK = 100
WARM_UP = 64
MIN_SENTENCES = 5


def texts(quick: bool) -> tuple[pl.Series, pl.Series]:
    """Those that all cases judge, evenly spread over the file, and those for ours alone."""
    every = source(quick)["text"]
    compared = QUICK if quick else COMPARED
    step = len(every) // compared
    chosen = every.gather_every(step).head(compared)
    rest = every.gather_every(step, offset=1) if quick else every.gather_every(2, offset=1)
    return chosen, rest.head(MORE)


def ours(quick: bool, watch: Watch) -> Done:
    """Statistics and decisions; `agreement` is the share of the same decisions as datatrove's on
    our words."""
    compared, more = texts(quick)
    every = pl.concat([compared, more]).rechunk()
    rules = published_rules()
    _keeps(every.head(WARM_UP), rules)
    with watch:
        kept = _keeps(every, rules)
    found = kept.head(len(compared)).to_list()
    figures = {"kept": sum(found) / len(found)}
    if find_spec("datatrove"):
        from synth_assets.bench.filter.peers import make_judge

        theirs = map(make_judge("words", "chain"), compared)
        same = sum(mine == other for mine, other in zip(found, theirs, strict=True))
        figures["agreement"] = same / len(found)
    return Done(len(every), figures, _outputs(found))


def datatrove(words: str, way: str, quick: bool, watch: Watch) -> Done:
    from synth_assets.bench.filter.peers import make_judge

    compared, _ = texts(quick)
    given = compared.to_list()
    keeps = make_judge(words, way)
    for text in given[:WARM_UP]:
        keeps(text)
    with watch:
        found = [keeps(text) for text in given]
    return Done(len(given), {"kept": sum(found) / len(found)}, _outputs(found))


def published_rules() -> list[Rule]:
    """The rules of the default profile, with what it leaves out of C4's and FineWeb's. The notices
    of policy that C4 removes line by line are no reason to drop a page."""
    profile = load_profile(home=Home.find()).filtering
    c4 = C4Rules(
        min_sentences=MIN_SENTENCES,
        drop_curly_bracket=True,
        drop_lorem_ipsum=True,
        max_policy_lines=1.0,
    )
    fineweb = FineWebRules(
        min_punctuated_lines=0.12,
        max_short_lines=0.67,
        max_duplicate_line_chars=0.01,
        max_newlines_per_word=0.3,
    )
    changed = profile.model_copy(update={"c4": c4, "fineweb": fineweb})
    return list(quality.attribute(changed).rules)


def _keeps(given: pl.Series, rules: list[Rule]) -> pl.Series:
    documents = pl.DataFrame({"text": given}).with_columns(lang=pl.lit("eng_Latn"))
    measured = quality.measure(documents, clean_lines=False)
    return judge(measured, rules)["drop_reason"].is_null()


def _outputs(kept: list[bool]) -> list[str]:
    return ["kept" if each else "dropped" for each in kept]
