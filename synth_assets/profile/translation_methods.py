"""The profile's words for prompts of translation and for methods over what was translated."""

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from synth_assets.generation.spec import EngineSpec
from synth_assets.profile.section import Language, Section, Share

Resolve = Callable[[str], str]
Room = Literal["bitext", "mixed", "translated"]
"""What a method makes: pairs, documents in two languages, or revised translations. Its corpus is
`<room>/<name>`."""


class Examples(Section):
    """A pool of pairs (columns `source`, `target`, and `score` where there is one), and how many of
    them a prompt shows."""

    path: str
    count: PositiveInt = 5
    min_score: float | None = None


class PromptProfile(Section):
    """How a causal model is asked for a translation. `glossary` and `dictionary` are lexicons, see
    `translation.lexicon`; `context` is how many segments before this one it is shown, with their
    translations (each waits for the one before). Without `chat`, for a model that only goes on with
    a text, the prompt is plain lines."""

    examples: Examples | None = None
    glossary: str | None = None
    dictionary: str | None = None
    context: NonNegativeInt = 0
    chat: bool = True

    @property
    def files(self) -> dict[str, str]:
        """Paths by their key."""
        named = {
            "examples.path": self.examples and self.examples.path,
            "glossary": self.glossary,
            "dictionary": self.dictionary,
        }
        return {key: path for key, path in named.items() if path}

    def located(self, resolve: Resolve) -> "PromptProfile":
        """With absolute paths."""
        found = {key: resolve(path) for key, path in self.files.items()}
        examples = self.examples
        if examples:
            examples = examples.model_copy(update={"path": found.pop("examples.path")})
        return self.model_copy(update={**found, "examples": examples})


class Naturalness(Section):
    """Of a batch's documents the `drop` with the highest perplexity go (Translationese, Doshi et
    al. 2024). `model` is a file that reference_lm/<lang> has written, or ARPA; null: the one that
    reference_lm/<lang> writes for the language of the texts."""

    drop: Share
    model: str | None = None

    def located(self, resolve: Resolve) -> "Naturalness":
        """With an absolute path."""
        return self.model_copy(update={"model": self.model and resolve(self.model)})


class Pivot(Section):
    """Pairs of two translations of the same segments, without a model (SynOPUS)."""

    room: ClassVar[Room] = "bitext"
    kind: Literal["pivot"]
    left: Language
    right: Language


class Bidirectional(Section):
    """Every pair in both directions (Ding et al. 2021, BiT)."""

    room: ClassVar[Room] = "bitext"
    kind: Literal["bidirectional"]
    of: Language


class Noise(Section):
    """What is done to the words of a synthetic source (Edunov et al. 2018): the shares dropped and
    blanked, and how many places a word may move."""

    drop: Share = 0.1
    blank: Share = 0.1
    shuffle: NonNegativeInt = 3
    filler: Annotated[str, Field(min_length=1)] = "<blank>"


class BackTranslation(Section):
    """Pairs with the translation as source and the natural text as target. How the translation was
    drawn (greedy, beam, sampling, top-k) is the sampling of `translated/<of>`'s engine."""

    room: ClassVar[Room] = "bitext"
    kind: Literal["back_translation"]
    of: Language
    tag: str | None = "<BT>"
    noise: Noise | None = None
    max_words: PositiveInt = 250
    max_ratio: PositiveFloat = 1.5


class RoundTrip(Section):
    """Pairs of a text and what comes back shorter from another language; `back` is the translation
    of `translated/<there>` into the language of the text."""

    room: ClassVar[Room] = "bitext"
    kind: Literal["round_trip"]
    there: Language
    back: Language
    max_length_ratio: PositiveFloat = 0.9
    min_chrf: NonNegativeFloat = 40.0


class Interlinear(Section):
    """Documents whose source and target sentences stand line by line in turn."""

    room: ClassVar[Room] = "mixed"
    kind: Literal["interlinear"]
    of: Language


class CodeSwitch(Section):
    """Documents of `filtered` in which words have become those of another language."""

    room: ClassVar[Room] = "mixed"
    kind: Literal["code_switch"]
    lexicon: str
    source: Language
    target: Language
    rate: Share = 0.05


class Terminology(Section):
    """Translations whose segments without a term of the glossary are edited by a model."""

    room: ClassVar[Room] = "translated"
    kind: Literal["terminology"]
    of: Language
    glossary: str
    engine: EngineSpec


class Polish(Section):
    """Translations made more natural by a model. With `perplexity` no revision is taken that a
    reference model finds less natural than the draft."""

    room: ClassVar[Room] = "translated"
    kind: Literal["polish"]
    of: Language
    engine: EngineSpec
    perplexity: Naturalness | None = None


Method = Annotated[
    Pivot
    | Bidirectional
    | BackTranslation
    | RoundTrip
    | Interlinear
    | CodeSwitch
    | Terminology
    | Polish,
    Field(discriminator="kind"),
]


def files_of(method: Method) -> dict[str, str]:
    """Paths of a method by their key."""
    named = {name: getattr(method, name, None) for name in ("lexicon", "glossary")}
    return {name: path for name, path in named.items() if path}


def located(method: Method, resolve: Resolve) -> Method:
    """The method with absolute paths."""
    changes: dict[str, object] = {n: resolve(path) for n, path in files_of(method).items()}
    if isinstance(method, Polish) and method.perplexity is not None:
        changes["perplexity"] = method.perplexity.located(resolve)
    return method.model_copy(update=changes)
