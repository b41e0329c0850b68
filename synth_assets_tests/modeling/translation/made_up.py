"""A made-up language pair with what translation is about: a lexicon, another order of words, and
agreement of adjectives and verbs with their nouns."""

import random
from dataclasses import dataclass

import polars as pl

PAIR = "eng_Latn-cat_Latn"
SOURCE, TARGET = "ka ti mo lu re sa no vi", "bor len dis gam fel tur nep zok"


@dataclass(frozen=True)
class Lexicon:
    """(source, target) words; the number of a noun decides its gender."""

    nouns: list[tuple[str, str]]
    adjectives: list[tuple[str, str]]
    verbs: list[tuple[str, str]]


def lexicon(size: int) -> Lexicon:
    """So many words of each sort."""
    chance = random.Random(size)

    def words(syllables: str, count: int) -> list[str]:
        found = {a + b for a in syllables.split() for b in syllables.split()}
        return chance.sample(sorted(found), count)

    pairs = list(zip(words(SOURCE, 3 * size), words(TARGET, 3 * size), strict=True))
    return Lexicon(pairs[:size], pairs[size : 2 * size], pairs[2 * size :])


def bitext(count: int, size: int, seed: int) -> pl.DataFrame:
    """Different sentences: `the red dogs see a cat` becomes `see-they dogs-the red-s, cat-a`."""
    chance, words = random.Random(seed), lexicon(size)
    pairs = dict(_sentence(chance, words) for _ in range(2 * count))
    rows = {"source": list(pairs), "target": list(pairs.values())}
    return pl.DataFrame(rows).head(count).with_columns(license=pl.lit("CC0-1.0"))


def _sentence(chance: random.Random, words: Lexicon) -> tuple[str, str]:
    verb = chance.choice(words.verbs)
    subject, subject_in_target, is_plural = _phrase(chance, words)
    other, other_in_target, _ = _phrase(chance, words)
    ending = "on" if is_plural else "a"
    return (
        f"{subject} {verb[0]} {other}.",
        f"{verb[1]} {ending} {subject_in_target}, {other_in_target}.",
    )


def _phrase(chance: random.Random, words: Lexicon) -> tuple[str, str, bool]:
    number = chance.randrange(len(words.nouns))
    noun, adjective = words.nouns[number], chance.choice(words.adjectives)
    is_plural, is_plain = chance.random() < 0.4, chance.random() < 0.4
    gender = "ei" if number % 2 else "ou"
    source = [["the", "many"][is_plural], *([] if is_plain else [adjective[0]]), noun[0]]
    agreed = f"{adjective[1]} {gender}{'x' if is_plural else ''}"
    target = [noun[1], *([] if is_plain else [agreed]), "kim" if is_plural else "kor"]
    return " ".join(source), " ".join(target), is_plural
