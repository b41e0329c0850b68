"""Texts to token ids on every core: tiktoken where it gives the same ids, else `tokenizers`."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from synth_assets.packing.fast_bpe import FastBpe, Int32s, agrees, build

if TYPE_CHECKING:
    import tokenizers

SAMPLE_CHARS = 200_000
"""Characters of the first texts on which both must agree, beside the hard cases."""

HARD_CASES = (
    "It's 1234567 o'clock; we'LL see\r\n\r\n  indented\t\ttabs   \n \n end ",
    "naïve café ﬁn Ⅷ ½ e\u0301 \u200b\ufeff <|endoftext|> </s> [INST]",
    "東京都 한국어 ภาษาไทย हिन्दी العربية עברית Ελληνικά 👩‍👩‍👧 𝔘𝔫𝔦",
    "def f(x):\n    return {'a': [1,2,3]}  # ///\n\n\n" + "=" * 90 + " " * 70 + "x",
    "\x00\x1f\x7f\x85\xa0\u2028\u3000.",
)


class Encoder:
    """Made from a tokenizer and the bytes of its `tokenizer.json`. Safe to call from threads."""

    def __init__(self, raw: "tokenizers.Tokenizer", data: bytes) -> None:
        self.raw = raw
        self._data = data
        self._fast: FastBpe | None = None
        self._decided = False
        self._deciding = Lock()

    def encode(self, texts: Sequence[str]) -> list[Int32s]:
        """Ids of each text, in order."""
        if not texts:
            return []
        self._decide(texts)
        if self._fast is None:
            return self._by_tokenizers(texts)
        slices = [texts[at : at + TEXTS_AT_ONCE] for at in range(0, len(texts), TEXTS_AT_ONCE)]
        if len(slices) == 1:
            return self._fast_slice(texts)
        return [ids for part in self._threads.map(self._fast_slice, slices) for ids in part]

    @property
    def is_fast(self) -> bool:
        """Whether tiktoken has passed the check; it is made with the first texts."""
        return self._fast is not None

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(len(os.sched_getaffinity(0)), "encode")

    def _decide(self, texts: Sequence[str]) -> None:
        with self._deciding:
            if self._decided:
                return
            fast = build(self._data)
            if fast is not None:
                sample = [*HARD_CASES, *_head(texts)]
                self._fast = fast if agrees(fast, sample, self._by_tokenizers(sample)) else None
            self._decided = True

    def _by_tokenizers(self, texts: Sequence[str]) -> list[Int32s]:
        encoded = self.raw.encode_batch_fast(list(texts), add_special_tokens=False)
        return [np.fromiter(item.ids, np.int32, len(item.ids)) for item in encoded]

    def _fast_slice(self, texts: Sequence[str]) -> list[Int32s]:
        assert self._fast is not None
        return [self._fast_one(self._fast, text) for text in texts]

    def _fast_one(self, fast: FastBpe, text: str) -> Int32s:
        try:
            return fast.encode(text)
        except BaseException as error:  # the engine's panic is no Exception
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            return self._by_tokenizers([text])[0]


TEXTS_AT_ONCE = 64
"""Texts that a thread takes at a time."""


def _head(texts: Sequence[str]) -> list[str]:
    chosen, room = [], SAMPLE_CHARS
    for text in texts:
        if room <= 0:
            break
        chosen.append(text[:room])
        room -= len(text)
    return chosen
