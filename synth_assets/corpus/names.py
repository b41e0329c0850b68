"""Where the files of a corpus lie under the root."""


def corpus_file(corpus: str, batch: str) -> str:
    return f"{corpus}/{batch}.parquet"


def sidecar_file(sidecar: str, corpus: str, batch: str, digest: str) -> str:
    """A sidecar's name holds the start of its digest: a new version never replaces the old one.

    A table is a Parquet file; a sidecar of another form names it, such as `bands.npy`.
    """
    folder, _, form = sidecar.partition(".")
    return f"{folder}/{corpus}/{batch}.{digest[:12]}.{form or 'parquet'}"
