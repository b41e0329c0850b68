"""What becomes of a batch's texts: signatures, and what the profile asks for beside them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synth_assets.corpus.writer import CorpusWriter
from synth_assets.dedup.embedding import EMBEDDINGS, WIDTH, Int8s, count_without, embed
from synth_assets.dedup.index import MINHASH
from synth_assets.dedup.minhash import MinHasher
from synth_assets.dedup.repeats import PARAGRAPHS, Collector
from synth_assets.profile.dedup import DedupProfile
from synth_assets.text.columns import Int64s, Texts, UInt32s


@dataclass(frozen=True)
class Making:
    """Each text's signature and embedding at its rank in the order of precedence, and the
    paragraphs of natural documents."""

    hasher: MinHasher
    ranks: Int64s
    minhash: UInt32s
    embeddings: Int8s | None
    paragraphs: Collector | None
    attachment: Callable[[str], Path]

    @classmethod
    def of(
        cls, writer: CorpusWriter, hasher: MinHasher, dedup: DedupProfile, ranks: Int64s
    ) -> "Making":
        minhash = np.lib.format.open_memmap(
            writer.attachment(MINHASH), "w+", np.uint32, (len(ranks), hasher.num_perm)
        )
        embeddings = (
            None
            if dedup.semantic is None
            else np.lib.format.open_memmap(
                writer.attachment(EMBEDDINGS), "w+", np.int8, (len(ranks), WIDTH)
            )
        )
        paragraphs = None if dedup.paragraphs is None else Collector(dedup.paragraphs.min_chars)
        return cls(hasher, ranks, minhash, embeddings, paragraphs, writer.attachment)

    def add(self, table: pa.Table, done: int) -> tuple[Int64s, Int64s]:
        """Places and numbers of shingles of the next texts."""
        places = self.ranks[done : done + len(table)]
        self.minhash[places], counts = self.hasher.signatures(Texts.of(table["text"]))
        if self.embeddings is not None:
            texts, languages = (table[name].to_pylist() for name in ("text", "lang"))
            self.embeddings[places] = embed(texts, languages)
        if self.paragraphs is not None:
            natural = pc.equal(table["kind"], "natural")
            self.paragraphs.add(Texts.of(table["text"].filter(natural)), places[natural.to_numpy()])
        return places, counts

    def finish(self) -> int:
        """Returns how many texts have no embedding although the profile asks for them."""
        for array in (self.minhash, self.embeddings):
            if isinstance(array, np.memmap):
                array.flush()
        if self.paragraphs is not None:
            self.paragraphs.save(self.attachment(PARAGRAPHS))
        return 0 if self.embeddings is None else count_without(self.embeddings)
