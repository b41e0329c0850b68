"""Which corpora of documents there are under a root, whether or not a profile still makes them."""

from collections.abc import Collection, Mapping

from synth_assets.corpus.files import Files

FIRST = ("raw_web", "filtered")
MADE = ("rewritten", "translated", "mixed")
LAST = ("deduped",)
PAIRS = "bitext"


def corpora_of_documents(files: Files) -> list[str]:
    """Their names in the order of the line. `signatures` hold hashes only and `packed` is packed
    again; neither is among them."""
    made = [corpus for folder in MADE for corpus in _below(files, folder)]
    return [*FIRST, *made, *LAST]


def corpora_of_pairs(files: Files) -> list[str]:
    """Bitexts, of translations and of methods."""
    return _below(files, PAIRS)


def in_order(inputs: Mapping[str, Collection[str]]) -> list[str]:
    """Corpora, each after those of them that it was made from, by the inputs of each; else in their
    order. Where two name each other, which a changed profile can lead to, the first comes first."""
    waiting, placed = list(inputs), list[str]()
    while waiting:
        ready = (name for name in waiting if not set(waiting) & set(inputs[name]) - {name})
        placed.append(next(ready, waiting[0]))
        waiting.remove(placed[-1])
    return placed


def _below(files: Files, folder: str) -> list[str]:
    if not files.exists(folder):
        return []
    root = files.path(folder)
    base = str(files.filesystem._strip_protocol(root)).rstrip("/")
    found = (str(path)[len(base) + 1 :] for path in files.filesystem.find(root))
    return sorted({f"{folder}/{name.rpartition('/')[0]}" for name in found if "/" in name})
