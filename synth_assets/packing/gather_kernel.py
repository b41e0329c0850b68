"""Compiled loop of gathering: pieces of documents, end to end."""

from synth_assets.compiled import Whole, compiled
from synth_assets.packing.documents import Tokens
from synth_assets.packing.fast_bpe import Int32s
from synth_assets.packing.plan_kernel import Int64s


@compiled
def copy_pieces(
    tokens: Tokens, first: Int64s, length: Int32s, part: Int32s, number: Whole, out: Int32s
) -> None:
    """Copy piece i, `length[i]` tokens from `first[i]` on, behind the pieces before it; only those
    whose `part` is `number`, the others leave their room."""
    at = 0
    for piece in range(len(first)):
        if part[piece] == number:
            begin = first[piece]
            for token in range(length[piece]):
                out[at + token] = tokens[begin + token]
        at += length[piece]
