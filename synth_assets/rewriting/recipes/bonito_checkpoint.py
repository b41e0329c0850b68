"""Bonito with a released checkpoint, such as BatsResearch/bonito-v1.

The input is the one it was trained on, without a chat template; sampling is the authors'. Kinds,
checks and columns: see `_bonito`.
"""

from synth_assets.generation.gates.finish import Truncated
from synth_assets.generation.gates.language import Language
from synth_assets.generation.gates.length import Empty
from synth_assets.generation.gates.repetition import Repetition
from synth_assets.generation.protocol import Sampling
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.readers import read_task
from synth_assets.rewriting.recipes._bonito import bonito
from synth_assets.rewriting.step import Step

RECIPE = bonito(
    "bonito_checkpoint",
    "Every document with a released Bonito's task of one of sixteen kinds at each passage",
    Step(
        prompts=load_prompts("bonito_checkpoint", "ask", fills=["task"]),
        sampling=Sampling(temperature=0.5, top_p=0.95, max_new_tokens=256),
        parsers=(),
        gates=(Truncated(), Empty(), Repetition(), Language()),
        read=read_task,
    ),
)
