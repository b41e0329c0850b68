"""Sentence ends, well enough for prose in any script; white space is collapsed, nothing is lost."""

import re

_END = re.compile(
    r"""(?P<mark>[.!?…]+["'”’»)\]]*)(?=\s+["'“‘«„¿¡(\[]*[^\Wa-zà-ÿ])  # then a capital or digit
      | (?P<wide>[。！？]["”’」』)]*)\s*                               # no space follows
    """,
    re.VERBOSE,
)
_SPACE = re.compile(r"\s+")
_ABBREVIATION = re.compile(
    r"""(?:^|[\s(])(?:
        \w | [A-Za-z]\.[A-Za-z] |
        e\.g|i\.e|etc|vs|cf|al|approx|no|nos|fig|figs|vol|ch|sec|art|op|ed|max|min|
        mr|mrs|ms|dr|prof|st|jr|sr|inc|ltd|co|
        z\.\s?b|d\.\s?h|bzw|usw|ggf|evtl|nr|abb|abs|str|
        p\.\s?ex|p\.\s?ej|ej|pàg|pág|núm|sra?|dra?|av|exmo|
        m|mm|mme|mlle|sig|dott|ecc|es
    )\.$""",
    re.VERBOSE | re.IGNORECASE,
)


def split_sentences(text: str) -> list[str]:
    """The sentences of one paragraph, in order."""
    text = _SPACE.sub(" ", text).strip()
    sentences, begin = [], 0
    for match in _END.finditer(text):
        if match["mark"] and _goes_on(text, begin, match):
            continue
        sentences.append(text[begin : match.end()].strip())
        begin = match.end()
    rest = text[begin:].strip()
    return [*sentences, rest] if rest else sentences


def _goes_on(text: str, begin: int, match: re.Match[str]) -> bool:
    """A full stop that ends an abbreviation, an initial or a section's number, not a sentence."""
    if match["mark"] != ".":
        return False
    head = text[max(begin, match.start() - 12) : match.end()]
    only_number = match.end() - begin < 12 and not re.search(r"[^\W\d_]", head)
    return only_number or bool(_ABBREVIATION.search(head))


def is_sentence(text: str) -> bool:
    """Ends as a sentence does; a heading, a menu path or a cell of a table does not."""
    return bool(re.search(r"[.!?。！？…؟।։][\"'”’»)\]」』]*$", text.strip()))
