"""The quality rules of Gopher, C4 and FineWeb together: ours against datatrove's filters.

Both judge the same texts, as English, by the published limits; C4's rule that a line must end in
punctuation is off, as in FineWeb. C4's filter comes last, since it edits the text. datatrove runs
with spaCy's words, its default, and with our words and sentences by regular expression; as a
pipeline does, a document that failed leaves (`chain`), or every filter sees every document
(`all`). The texts are 2,000 real ones of the folder of real data for datatrove, and for ours those
and 18,000 more.

Lines are taken as they are (`clean_lines: false`). What is then left of differences in decisions,
given the same words and sentences:

- Stop words: ours counts "The", datatrove "the" alone.
- Mean word length: ours is not judged in scripts without spaces, where a word is one character.
- Duplicate n-grams: datatrove compares their letters without the spaces, so "a bc" is "ab c".
- Most frequent n-gram: ours counts characters in overlaps once, and among equally frequent ones
  takes the longest, not the first; one that occurs once is none.
- Bullets and ellipses: datatrove has empty lines among all lines, ours has not, and knows more
  bullets but asks for a space behind a dash.
- Duplicate lines: datatrove has an empty one more where a text begins or ends with a line break.
"""

from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec

from synth_assets.bench.case import RATE, Case, Claim, Done, Watch

FASTER = {"spacy": 25.0, "words": 7.0}
"""Where datatrove's words come from, and by how many times ours is held to be faster."""

WAYS = ("chain", "all")
AGREEMENT = 0.995


def cases(*, quick: bool) -> Sequence[Case]:
    """The cases; imports nothing heavy. What is not installed is left out."""
    there = [
        words
        for words in FASTER
        if find_spec("datatrove") and (words != "spacy" or find_spec("spacy"))
    ]
    peers = {f"datatrove/{words}-{way}": FASTER[words] for words in there for way in WAYS}
    claims = [Claim(RATE, against=peer, at_least=times) for peer, times in peers.items()]
    if peers:
        claims.append(Claim("agreement", at_least=AGREEMENT))
    ours = Case("ours", partial(_ours, quick), "documents", tuple(peers), tuple(claims))
    return [
        ours,
        *(
            Case(
                f"datatrove/{words}-{way}",
                partial(_datatrove, words, way, quick),
                "documents",
                rounds=1 if words == "spacy" else None,
            )
            for words in there
            for way in WAYS
        ),
    ]


def _ours(quick: bool, watch: Watch) -> Done:
    from synth_assets.bench.filter import work

    return work.ours(quick, watch)


def _datatrove(words: str, way: str, quick: bool, watch: Watch) -> Done:
    from synth_assets.bench.filter import work

    return work.datatrove(words, way, quick, watch)
