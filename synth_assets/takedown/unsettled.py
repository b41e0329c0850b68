"""Journals that may hold a text that was taken down and that no published batch names.

A preview, a run that was killed, an older prompt: what they generated is known by the keys of the
requests alone, which do not say of which document. A mark stands from before the batch's files
are written again until its journal keeps only what the published batches name.
"""

from synth_assets.corpus.files import Files

FOLDER = "takedowns/unsettled"


def mark(files: Files, corpus: str, batch: str) -> None:
    files.write(_file(corpus, batch), b"")


def unmark(files: Files, corpus: str, batch: str) -> None:
    files.remove(_file(corpus, batch))


def is_marked(files: Files, corpus: str, batch: str) -> bool:
    return files.exists(_file(corpus, batch))


def marked(files: Files) -> list[tuple[str, str]]:
    """Corpus and batch of every mark, sorted."""
    if not files.exists(FOLDER):
        return []
    root = files.path(FOLDER)
    base = str(files.filesystem._strip_protocol(root)).rstrip("/")
    found = (str(path)[len(base) + 1 :] for path in files.filesystem.find(root))
    return sorted((name.rpartition("/")[0], name.rpartition("/")[2]) for name in found)


def _file(corpus: str, batch: str) -> str:
    return f"{FOLDER}/{corpus}/{batch}"
