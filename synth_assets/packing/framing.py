"""What stands around a document's own tokens: its end-of-text token and, if asked for, its id."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synth_assets.hashing import digest
from synth_assets.packing.fast_bpe import Int32s
from synth_assets.packing.tokenizer import Tokenizer
from synth_assets.profile.packing import PackingProfile

SOURCE_ID = "[source {}]"
r"""The id as text (source-aware training, Khalifa et al. 2024, "Source-Aware Training Enables
Knowledge Attribution in Language Models"), alone on its line; found again by
`\[source ([^\]]+)\]`."""


@dataclass(frozen=True)
class Framing:
    """Adds framing tokens to documents, by the profile's `eos` and `source_ids`."""

    tokenizer: Tokenizer
    eos: str
    source_ids: str

    @classmethod
    def of(cls, tokenizer: Tokenizer, packing: PackingProfile) -> "Framing":
        return cls(tokenizer, packing.eos, packing.source_ids)

    @property
    def digest(self) -> str:
        """Of all that decides a framed document's tokens, its text aside."""
        return digest("framing", self.tokenizer.digest, self.eos, self.source_ids)

    @property
    def eos_tokens(self) -> int:
        """Of each document."""
        return 0 if self.eos == "none" else 1

    def encode(self, doc_ids: Sequence[str], texts: Sequence[str]) -> list[tuple[Int32s, int]]:
        """The framed tokens of each document, and how many of them are framing. A text without
        tokens stays without any."""
        bodies = self.tokenizer.encode(texts)
        before = self._ids(doc_ids, "start", "{}\n")
        behind = self._ids(doc_ids, "end", "\n{}")
        eos = [np.array([self.tokenizer.eos_id], dtype=np.int32)]
        first, last = eos * (self.eos == "start"), eos * (self.eos == "end")
        framed = []
        for body, own, other in zip(bodies, before, behind, strict=True):
            parts = [*first, *own, body, *other, *last] if len(body) else [body]
            tokens = np.concatenate(parts)
            framed.append((tokens, len(tokens) - len(body)))
        return framed

    def _ids(self, doc_ids: Sequence[str], place: str, form: str) -> list[list[Int32s]]:
        if self.source_ids not in (place, "both"):
            return [[] for _ in doc_ids]
        texts = [form.format(SOURCE_ID.format(doc_id)) for doc_id in doc_ids]
        return [[ids] for ids in self.tokenizer.encode(texts)]
