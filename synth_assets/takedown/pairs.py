"""One published batch of a bitext written again without what was taken down.

Its rows are no documents, and none says why it left: they are counted, as segments, in the law.
"""

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from synth_assets.corpus.footer import Law
from synth_assets.corpus.store import Corpus, Store
from synth_assets.takedown.register import MATCHED, REASON, Register

SEGMENT = ("doc_id", "part", "position")
STAYED = ("kept", "paired")
"""What laws of bitexts call the segments that rows were made of."""


def rewrite_pairs(
    store: Store, corpus: Corpus, register: Register, versions: dict[str, str]
) -> int:
    """Leave out the pairs of documents that the register names, on either side; how many rows those
    were. With none the file stays as it is. `versions` are the new data versions of the batch's
    inputs, as in `rewriting.rewrite`."""
    columns = [name for name in (*MATCHED, *SEGMENT[1:]) if name in corpus.columns]
    frames = corpus.frames(columns)
    gone = pl.concat(frame.filter(register.mask(frame)).select(SEGMENT) for frame in frames)
    if gone.is_empty():
        return 0
    old = corpus.footer
    with store.write(
        corpus.name,
        corpus.batch,
        schema=dict(next(corpus.frames()).schema),
        code_version=old.code_version,
        inputs={name: versions.get(name, version) for name, version in old.inputs.items()},
        documents=False,
    ) as writer:
        for frame in corpus.frames():
            writer.keep(frame.filter(~register.mask(frame)))
        writer.footer.parts = old.parts
        writer.counts.read, writer.counts.other = old.counts.read, old.counts.other
        writer.commit(*_laws(old.laws, gone.n_unique()))
    return gone.height


def _laws(laws: Iterable[Law], n_segments: int) -> list[Law]:
    """The same laws with the segments that went since."""
    made = []
    for law in laws:
        right = dict(law.right)
        for term in set(STAYED) & right.keys():
            right[term] -= n_segments
            right[REASON] = right.get(REASON, 0) + n_segments
        made.append(replace(law, right=right))
    return made
