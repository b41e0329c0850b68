"""Addresses of the source that the text must have too."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.gate import Generated
from synth_assets.generation.gates.keeping import Keeping

URL = re.compile(r"\b(?:(?:https?|ftp)://|www\.)[^\s<>\"”»|`]*[^\s<>\"”»|`.,;:!?)\]'’*_]", re.I)


@dataclass(frozen=True, slots=True)
class UrlsKept(Keeping):
    """Web addresses, each once, letter for letter."""

    name: ClassVar[str] = "urls_kept"

    def __call__(self, made: Generated) -> Fault | None:
        wanted = Counter(set(URL.findall(made.source)))
        lost = Counter({url: 1 for url in wanted if url not in made.text})
        return self.judge(lost, wanted.total())
