"""Instruction Pre-Training with the authors' released synthesizer.

It is instruction-pretrain/instruction-synthesizer. The input is the one it was trained on, without
a chat template, earlier texts with their pairs before it; greedy, 400 tokens. The tokenizer writes
the first `<s>`. A pair that the limit cut off is left out, the others stay. Rounds, layouts and
columns: see `_instructions`.
"""

from synth_assets.generation.gates.language import Language
from synth_assets.generation.gates.length import Empty
from synth_assets.generation.gates.repetition import Repetition
from synth_assets.generation.protocol import Sampling
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.readers import read_tagged_pairs
from synth_assets.rewriting.recipes._instructions import Shown, instructed
from synth_assets.rewriting.step import Step


def show(earlier: Shown) -> str:
    return "".join(
        f" <CON> {passage} </CON>\n\n"
        + "\n\n".join(f"<QUE> {one.question} <ANS> {one.answer} </END>" for one in pairs)
        + "</s><s>"
        for passage, pairs in earlier
    )


RECIPE = instructed(
    "instruction_synthesizer",
    "Documents in twos, each with the released synthesizer's tasks behind it",
    Step(
        prompts=load_prompts("instruction_synthesizer", "ask", fills=["examples"]),
        sampling=Sampling(max_new_tokens=400),
        parsers=(),
        gates=(Empty(), Repetition(), Language()),
        read=read_tagged_pairs,
    ),
    show,
)
