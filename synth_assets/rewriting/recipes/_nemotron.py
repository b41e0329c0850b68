"""What the Nemotron-CC recipes share: sampling and limits, as in NVIDIA's published pipeline.

The authors take Markdown off; we keep it, since our documents are Markdown. They run
`encyclopedic` on documents of low quality and the other four on those of high quality; here a
profile says so with `where`, once `filtered` has a column that tells them apart.
"""

from synth_assets.generation.protocol import Sampling
from synth_assets.rewriting.words import words_in

SOURCE = "Nemotron-CC, arXiv 2412.02595"
MIN_WORDS = words_in(50)
"""Of what is made of a whole document."""


def sampling(max_new_tokens: int) -> Sampling:
    return Sampling(temperature=0.5, top_p=0.9, max_new_tokens=max_new_tokens)
