"""Evaluation items in documents: ours against datatrove's n-gram filter, on the same texts.

Items of eight evaluation sets of the folder of real data are looked for in real texts that hold
none, which is what is timed, and in texts in which every item was planted. datatrove's filter knows
n-grams of one length, here of 13 words of the questions, with spaCy's words (its default) or plain
ones; it does not verify hashes, and shorter items are none of its business.

`wrong` are clean texts in which an item was seen, `found` is the share of planted items that were
seen, `found_long` that of the items of 13 words and more.
"""

import os
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from synth_assets.bench.case import RATE, Case, Claim, Done, Watch
from synth_assets.errors import SynthAssetsError

if TYPE_CHECKING:
    import polars as pl

    from synth_assets.filtering.decontamination.items import Item

EVALS = {
    "agieval.jsonl.gz": ["answer", "choices"],
    "bbh.jsonl.gz": ["answer"],
    "commonsenseqa.jsonl": ["answer", "choices"],
    "gsm8k.jsonl": ["answer"],
    "humaneval.jsonl": ["answer"],
    "mmlu.jsonl.gz": ["answer", "choices"],
    "svamp.jsonl": ["answer"],
    "truthfulqa.jsonl": ["answer", "correct", "incorrect"],
}
"""Files of evaluation sets, and the fields that answer their questions."""

NGRAM, SHORT_NGRAM = 13, 8
COMPARED = 2_000
"""Texts that datatrove gets, evenly spread; ours gets all."""
QUICK_STEP = 25
WARM_UP = 64

Holds = Callable[[Sequence[str]], list[bool]]
"""Which texts hold an item."""


def cases(*, quick: bool) -> Sequence[Case]:
    """The cases; imports nothing heavy. What is not installed is left out."""
    there = {"spacy": "spacy", "words": "regex"} if find_spec("datatrove") else {}
    peers = [f"datatrove/{words}" for words, needed in there.items() if find_spec(needed)]
    claims = [Claim(RATE, against=peer, at_least=10) for peer in peers]
    claims += [Claim("found", at_least=1.0), Claim("wrong", at_most=0)]
    run = partial(_run, quick)
    return [
        Case("ours", partial(run, None), "documents", tuple(peers), tuple(claims)),
        *(Case(peer, partial(run, peer.split("/")[1]), "documents", rounds=1) for peer in peers),
    ]


def _run(quick: bool, peer: str | None, watch: Watch) -> Done:
    from synth_assets.bench.dedup.work import source
    from synth_assets.filtering.decontamination.normal import words
    from synth_assets.filtering.decontamination.probes import probes_of

    every = source(quick)["text"]
    items = [item for item in load_items(_folder()) if probes_of(item, NGRAM, SHORT_NGRAM)]
    items = items[::QUICK_STEP] if quick else items
    with TemporaryDirectory() as folder:
        holds = _ours(items) if peer is None else _datatrove(items, peer, Path(folder))
        texts = (every if peer is None else _spread(every)).to_list()
        holds(texts[:WARM_UP])
        with watch:
            wrong = sum(holds(texts))
        planted = [f"{texts[at % len(texts)]}\n{asked(item)}" for at, item in enumerate(items)]
        found = holds(planted)
    is_long = [len(words(item.texts[0])) >= NGRAM for item in items]
    long = [there for there, wanted in zip(found, is_long, strict=True) if wanted]
    figures = {
        "wrong": float(wrong),
        "found": sum(found) / len(found),
        "found_long": sum(long) / len(long),
    }
    return Done(len(texts), figures)


def _spread(texts: "pl.Series") -> "pl.Series":
    return texts.gather_every(max(1, len(texts) // COMPARED)).head(COMPARED)


def _folder() -> Path:
    folder = os.environ.get("SYNTH_ASSETS_DATA")
    if folder is None:
        raise SynthAssetsError("set SYNTH_ASSETS_DATA to the folder that holds evals/")
    return Path(folder)


def load_items(folder: Path) -> list["Item"]:
    """All items of the folder of real data."""
    from synth_assets.filtering.decontamination.items import read_items
    from synth_assets.profile.decontamination import EvaluationSet

    items = []
    for file, answers in EVALS.items():
        path = str(folder / "evals" / file)
        settings = EvaluationSet(path=path, text=["question"], answers=answers, id="id")
        items += read_items(file.split(".")[0], settings)
    return items


def asked(item: "Item") -> str:
    """The question as a page has it: a short one with its choices, or else its first answer."""
    from synth_assets.filtering.decontamination.normal import words

    text = item.texts[0]
    if len(words(text)) >= SHORT_NGRAM:
        return text
    answers = item.choices[0] if item.choices else item.answers[:1]
    return "\n".join([text, *(f"{chr(65 + n)}. {answer}" for n, answer in enumerate(answers))])


def _ours(items: Sequence["Item"]) -> Holds:
    import polars as pl

    from synth_assets.filtering.decontamination.index import EvaluationIndex

    index = EvaluationIndex.build(items, NGRAM, SHORT_NGRAM)
    return lambda texts: [found is not None for found in index.find(pl.Series(texts))]


def _datatrove(items: Sequence["Item"], words: str, folder: Path) -> Holds:
    import numpy as np
    from datatrove.data import Document
    from datatrove.pipeline.decont import NGramsDecontConfig, NGramsDecontFilter
    from datatrove.utils.hashing import HashConfig
    from datatrove.utils.text import ngrams, simplify_text

    from synth_assets.bench.filter.peers import PlainWords

    language: Any = "eng" if words == "spacy" else PlainWords()
    # its xxhash wants an older release of the library
    config = NGramsDecontConfig(n_grams=NGRAM, hash_config=HashConfig(hash_fc="sha1"))
    decontaminate = NGramsDecontFilter(str(folder), config, language=language)
    hashes = {
        decontaminate.hash_func(" ".join(ngram))
        for item in items
        for ngram in ngrams(
            decontaminate.tokenizer.word_tokenize(simplify_text(asked(item), config.norm_config)),
            NGRAM,
        )
    }
    kind = config.hash_config.np_descr
    np.array(sorted(hashes), dtype=kind).tofile(folder / "evals.index.hashes")

    def holds(texts: Sequence[str]) -> list[bool]:
        return [decontaminate.filter(Document(text=text, id="")) is not True for text in texts]

    return holds
