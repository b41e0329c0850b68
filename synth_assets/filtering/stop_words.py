"""Frequent function words by language, for Gopher's rule that running text holds at least two.

English is the published list (Rae et al. 2021); the others are of its kind: short, frequent, and
hard to avoid in a paragraph of prose. A language that is not here skips the rule.
"""

import polars as pl

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


def stop_word_table() -> pl.DataFrame:
    """One row per language (ISO 639-3) and word: `language`, `word`."""
    rows = [(language, word) for language, words in STOP_WORDS.items() for word in words.split()]
    return pl.DataFrame(rows, schema=["language", "word"], orient="row")
