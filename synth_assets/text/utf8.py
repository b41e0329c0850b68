"""UTF-8 in compiled loops."""

from numpy import uint32

from synth_assets.compiled import Whole, compiled
from synth_assets.text.columns import Bytes


@compiled
def decode(data: Bytes, at: Whole) -> tuple[Whole, Whole]:
    """Code point that begins at a byte of valid UTF-8, and its length in bytes."""
    first = uint32(data[at])
    if first < 0x80:
        return first, 1
    if first < 0xE0:
        return (first & uint32(0x1F)) << uint32(6) | uint32(data[at + 1]) & uint32(0x3F), 2
    second = uint32(data[at + 1]) & uint32(0x3F)
    third = uint32(data[at + 2]) & uint32(0x3F)
    if first < 0xF0:
        return (first & uint32(0x0F)) << uint32(12) | second << uint32(6) | third, 3
    fourth = uint32(data[at + 3]) & uint32(0x3F)
    high = (first & uint32(0x07)) << uint32(18) | second << uint32(12)
    return high | third << uint32(6) | fourth, 4
