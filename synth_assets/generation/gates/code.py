"""Code of the source that the text must have too."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.fences import INLINE_CODE, split_fences
from synth_assets.generation.gates.gate import Generated
from synth_assets.generation.gates.keeping import Keeping

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class CodeKept(Keeping):
    """Fenced blocks and inline code, each once, with or without their marks; white space does not
    count."""

    name: ClassVar[str] = "code_kept"

    def __call__(self, made: Generated) -> Fault | None:
        source = split_fences(made.source)
        pieces = [*source.blocks, *_inline("\n".join(source.outside))]
        wanted = Counter({squeezed for piece in pieces if (squeezed := _squeeze(piece))})
        text = _squeeze(made.text)
        lost = Counter({piece: 1 for piece in wanted if piece not in text})
        return self.judge(lost, wanted.total())


def _inline(text: str) -> list[str]:
    return [found["code"] for found in INLINE_CODE.finditer(text)]


def _squeeze(text: str) -> str:
    return _SPACE.sub("", text)
