"""Which corpora of documents there are under a root, whether or not a profile still makes them."""

from synth_assets.corpus.files import Files

FIRST = ("raw_web", "filtered")
MADE = ("rewritten", "translated", "mixed")
LAST = ("deduped",)


def corpora_of_documents(files: Files) -> list[str]:
    """Their names in the order of the line. `signatures` hold hashes only and `packed` is packed
    again; neither is among them."""
    made = [corpus for folder in MADE for corpus in _below(files, folder)]
    return [*FIRST, *made, *LAST]


def _below(files: Files, folder: str) -> list[str]:
    if not files.exists(folder):
        return []
    root = files.path(folder)
    base = str(files.filesystem._strip_protocol(root)).rstrip("/")
    found = (str(path)[len(base) + 1 :] for path in files.filesystem.find(root))
    return sorted({f"{folder}/{name.rpartition('/')[0]}" for name in found if "/" in name})
