"""Languages that count for one another where one is expected."""

_ALIKE = (
    "bos hrv srp hbs cnr",
    "nob nno dan",
    "ind zsm min jav sun",
    "arb arz ary acm acq aeb ajp apc ars",
    "zho yue wuu",
    "pes prs",
    "azj azb",
    "urd hin",
    "ces slk",
    "spa ast arg glg",
    "por glg",
    "afr nld",
    "mkd bul",
    "kin run",
    "zul xho nbl ssw",
    "eng pcm",
    "fao isl",
    "twi fat",
    "bam dyu emk",
)
"""Varieties that language id takes for each other in short or technical text (macrolanguages of
ISO 639-3 and close neighbours); one counts for the other."""

_GROUPS = [frozenset(group.split()) for group in _ALIKE]


def is_alike(found: str, lang: str) -> bool:
    """Whether one language counts for the other. Scripts must agree, but for simplified and
    traditional Chinese in few characters."""
    (code, script), (wanted, wanted_script) = found.split("_"), lang.split("_")
    if code != wanted and not any({code, wanted} <= group for group in _GROUPS):
        return False
    return script == wanted_script or code != wanted
