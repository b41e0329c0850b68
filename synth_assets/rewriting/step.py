"""One question that a recipe asks a model, and what is made of the answer."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from synth_assets.generation.gates.catalogue import changed, describe
from synth_assets.generation.gates.gate import Gate
from synth_assets.generation.protocol import Sampling
from synth_assets.rewriting.gates import BASIC
from synth_assets.rewriting.parsing import ParserName
from synth_assets.rewriting.prompt import Prompts
from synth_assets.rewriting.tasks import Options, TaskPrompts

Reader = Callable[[str], Any]


@dataclass(frozen=True, kw_only=True)
class Step:
    """`sampling` holds where the profile's engine does not set its own. An answer goes through the
    parsers, then the gates, then `read`, which makes of it what the recipe works with.

    `read` raises ValueError with what it wanted where it cannot: the answer is refused as
    `unreadable`, and asked for once more as after any gate.
    """

    prompts: Prompts
    sampling: Sampling = field(default_factory=lambda: Sampling(max_new_tokens=1024))
    parsers: tuple[ParserName, ...] = (
        "strip_thinking",
        "unwrap_fence",
        "strip_preamble",
        "strip_closing",
    )
    gates: tuple[Gate, ...] = BASIC
    read: Reader = str

    def with_gates(
        self, changes: Mapping[str, Mapping[str, Any] | None], *, keeps_text: bool
    ) -> Self:
        """The step with the gates in force: its own under a profile's changes. Where the parent's
        text stands in the answer by design, gates that want a new text are off."""
        own = [gate for gate in self.gates if not (keeps_text and gate.new_text_only)]
        return replace(self, gates=changed(own, changes))

    def with_options(self, options: Options) -> Self:
        """The step whose tasks are asked for under these options."""
        if not isinstance(self.prompts, TaskPrompts):
            return self
        return replace(self, prompts=self.prompts.with_options(options))

    @property
    def request_parts(self) -> list[object]:
        """What of the step shapes a request."""
        prompts = {lang: asdict(prompt) for lang, prompt in self.prompts.by_lang.items()}
        return [prompts, asdict(self.sampling)]

    @property
    def row_parts(self) -> list[object]:
        """What of the step shapes a row, but for `read`: see `Recipe.program_version`."""
        return [self.parsers, describe(self.gates)]
