"""Frequent function words by language, for Gopher's rule that running text holds at least two.

English is the published list (Rae et al. 2021); the others are of its kind: short, frequent, and
hard to avoid in a paragraph of prose. A language that is not here skips the rule.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synth_assets.text.columns import UInt64s

STOP_WORDS: dict[str, str] = {
    "eng": "the be to of and that have with",
    "cat": "el la els les de del i que en un una per amb no és es al",
    "spa": "el la los las de del y que en un una por con no es se para",
    "fra": "le la les de des et que en un une pour avec est dans du qui pas",
    "deu": "der die das und in den von zu mit ist nicht ein eine auf für sie",
    "ita": "il la le di del e che in un una per con non è si della i",
    "por": "o a os as de do da e que em um uma para com não é se",
    "glg": "o a os as de do da e que en un unha para con non é se",
    "oci": "lo la los las de del e que en un una per amb es dins",
    "ron": "și de la în cu o un pe care nu este din pentru să",
    "eus": "eta da ez bat du dira dute izan hau edo baina ere den",
    "nld": "de het een en van in is dat op te met voor niet zijn",
    "swe": "och att det som en i är på av för med den till inte",
    "dan": "og at det som en i er på af for med den til ikke",
    "nob": "og at det som en i er på av for med den til ikke",
    "nno": "og at det som ein i er på av for med den til ikkje",
    "rus": "и в не на что с по как это для из к или",
    "ukr": "і в не на що з та до як це для або у",
    "pol": "i w nie na że z do to się jest dla jak o lub",
    "ces": "a v ne na že z do to se je pro jako s nebo",
}


SLOTS = 256
"""Of a language's table; at most 64 words of it, each in three ways of writing."""


@cache
def tables() -> "tuple[dict[str, int], UInt64s]":
    """Row of each language (ISO 639-3), and (languages + 1, 2 * SLOTS): hashes of its words in an
    open table with 0 for empty, then the number of each slot's word. The last row is empty.

    Words are found in lower case, capitalised and in capitals.
    """
    import numpy as np

    from synth_assets.filtering.words import word_hash

    found = np.zeros((len(STOP_WORDS) + 1, 2 * SLOTS), dtype=np.uint64)
    for row, words in enumerate(STOP_WORDS.values()):
        for number, word in enumerate(dict.fromkeys(words.split())):
            for written in {word, word.capitalize(), word.upper()}:
                _insert(found[row], word_hash(written), number)
    return {language: row for row, language in enumerate(STOP_WORDS)}, found


def _insert(table: "UInt64s", key: int, number: int) -> None:
    slot = key % SLOTS
    while table[slot] not in (0, key):
        slot = (slot + 1) % SLOTS
    table[slot], table[SLOTS + slot] = key, number
