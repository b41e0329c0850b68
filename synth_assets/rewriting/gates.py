"""The gates that every rewrite is held to; recipes and profiles change them by name."""

from synth_assets.generation.gates.code import CodeKept
from synth_assets.generation.gates.copying import Copied
from synth_assets.generation.gates.echo import Echo
from synth_assets.generation.gates.finish import Truncated
from synth_assets.generation.gates.gate import Gate
from synth_assets.generation.gates.language import Language
from synth_assets.generation.gates.length import Empty, LengthRatio, TooShort
from synth_assets.generation.gates.markup import Markup
from synth_assets.generation.gates.numbers import NumbersKept
from synth_assets.generation.gates.preamble import Preamble
from synth_assets.generation.gates.refusal import Refusal
from synth_assets.generation.gates.repetition import Repetition
from synth_assets.generation.gates.urls import UrlsKept

BASIC: tuple[Gate, ...] = (
    Truncated(),
    Empty(),
    Refusal(),
    Preamble(),
    Echo(),
    TooShort(20),
    LengthRatio(0.2, 3.0),
    Repetition(),
    Markup(),
    Language(),
    Copied(0.8),
    NumbersKept(min_share=0.5, spare=3),
    UrlsKept(min_share=0.5, spare=3),
    CodeKept(min_share=0.5, spare=3),
)
"""The limits are ours, loose on purpose: a rewrite may leave out what is beside its point."""
