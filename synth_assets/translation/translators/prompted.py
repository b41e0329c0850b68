"""A causal model as a translator: asked in a chat, or given lines to go on with.

What came before stands in front of the text as turns of the same chat: examples of the pool first,
then the segments right before it in the document. What terms and words mean (a glossary's and a
dictionary's, of those that occur) stands with the text itself; a dictionary's hints name the word
in several languages (Lu et al. 2024, "Chain-of-Dictionary Prompting").
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from synth_assets.generation.gates.gate import Gate
from synth_assets.generation.gates.lines import OneLine
from synth_assets.generation.gates.preamble import Preamble
from synth_assets.generation.gates.refusal import Refusal
from synth_assets.generation.protocol import FinishReason, Message, Prompt, Result
from synth_assets.hashing import digest_file
from synth_assets.profile.translation_methods import PromptProfile
from synth_assets.rewriting import prompt as prompts
from synth_assets.rewriting.language_names import language_name
from synth_assets.rewriting.parsing import parse
from synth_assets.translation import lexicon
from synth_assets.translation.lexicon import Lexicon
from synth_assets.translation.translators.examples import Pair, Pool, load_pool
from synth_assets.translation.translators.translator import Context

GATES: tuple[Gate, ...] = (Refusal(), Preamble(), OneLine())
FOLDER = files("synth_assets.translation") / "prompts"


@dataclass(frozen=True, slots=True)
class Help:
    """What a prompt is filled with, each part where the profile names it."""

    pool: Pool | None = None
    n_examples: int = 0
    glossary: Lexicon | None = None
    dictionary: Lexicon | None = None


@dataclass(frozen=True)
class PromptedTranslator:
    """See `translator.Translator`. A chat's answer is the translation; lines are gone on with for
    ever, so that of a plain prompt's answer the first line counts."""

    source: str
    target: str
    settings: PromptProfile
    help: Help
    _wording: prompts.Prompt = field(repr=False)
    gates: Sequence[Gate] = GATES
    languages: tuple[None, None] = (None, None)

    @property
    def version(self) -> list[object]:
        return version_of(self.settings)

    @property
    def n_context(self) -> int:
        return self.settings.context

    def prompt(self, text: str, context: Context) -> Prompt:
        """Chat messages, or the text to go on with."""
        pairs = [*self._examples(text), *context]
        if not self.settings.chat:
            lines = "".join(self._lines(pair) + "\n\n" for pair in pairs)
            return self._wording.rendered(
                lang=self.target,
                title=None,
                text=text,
                fills=self._fills(text) | {"examples": lines},
            )
        system, last = self._messages(text, self._fills(text))
        return [system, *(turn for pair in pairs for turn in self._turns(pair)), last]

    def read(self, answer: str) -> str:
        made = parse(["strip_thinking", "unwrap_fence", "strip_preamble"], answer)
        return made if self.settings.chat else made.split("\n", 1)[0].strip()

    def finish(self, result: Result) -> FinishReason:
        is_line = not self.settings.chat and "\n" in (result.text or "").strip()
        return "stop" if is_line else result.finish_reason

    def _examples(self, text: str) -> list[Pair]:
        return self.help.pool.like(text, self.help.n_examples) if self.help.pool else []

    def _messages(self, text: str, fills: dict[str, str]) -> list[Message]:
        return self._wording.messages(lang=self.target, title=None, text=text, fills=fills)

    def _turns(self, pair: Pair) -> list[Message]:
        asked = self._messages(pair[0], self._names() | {"help": ""})[1]
        return [asked, Message(role="assistant", content=pair[1])]

    def _lines(self, pair: Pair) -> str:
        return f"{name_of(self.source)}: {pair[0]}\n{name_of(self.target)}: {pair[1]}"

    def _names(self) -> dict[str, str]:
        return {"source": name_of(self.source)}

    def _fills(self, text: str) -> dict[str, str]:
        lines = [*self._terms(text), *self._hints(text)]
        return self._names() | {"help": "\n".join(lines) + "\n\n" if lines else ""}

    def _terms(self, text: str) -> list[str]:
        if self.help.glossary is None:
            return []
        wanted = self.help.glossary.required(text, self.target)
        return [f"Translate “{term}” as “{other}”." for term, other in wanted.items()]

    def _hints(self, text: str) -> list[str]:
        known = self.help.dictionary
        if known is None:
            return []
        return list(dict.fromkeys(_chain(known, found) for found in known.find(text)))


def _chain(known: Lexicon, found: lexicon.Found) -> str:
    """One word in all languages of the dictionary, the target among them."""
    meanings = [
        f"“{'” or “'.join(known.translations(found, lang))}” in {name_of(lang)}"
        for lang in known.languages
        if lang != known.source
    ]
    return f"“{found.term}” means {', '.join(meanings)}."


def name_of(lang: str) -> str:
    """What a language is called in a prompt; its code where it has no name."""
    return language_name(lang) or lang


def open_prompted(settings: PromptProfile, source: str, target: str) -> PromptedTranslator:
    """The translator of a profile; reads the examples, the glossary and the dictionary.

    Raises InputError with one sentence for a file that is missing or broken.
    """
    examples = settings.examples
    known = Help(
        pool=load_pool(examples.path, examples.min_score) if examples else None,
        n_examples=examples.count if examples else 0,
        glossary=_lexicon(settings.glossary, source, target, one_each=True),
        dictionary=_lexicon(settings.dictionary, source, target),
    )
    return PromptedTranslator(source, target, settings, known, _wording(settings))


def version_of(settings: PromptProfile) -> list[object]:
    """All of the settings that shapes a request: files by their content."""
    wording = _wording(settings)
    contents = {key: digest_file(Path(path)) for key, path in settings.files.items()}
    examples = settings.examples and [settings.examples.count, settings.examples.min_score]
    return [contents, examples, settings.context, [wording.system, wording.user]]


def _wording(settings: PromptProfile) -> prompts.Prompt:
    step, fills = ("sentence", []) if settings.chat else ("plain", ["examples"])
    loaded = prompts.load_prompts(
        "translate", step, fills=["source", "help", *fills], folder=FOLDER
    )
    return loaded.for_lang(prompts.ENGLISH)


def _lexicon(path: object, source: str, target: str, *, one_each: bool = False) -> Lexicon | None:
    return None if path is None else lexicon.load(str(path), source, target, one_each=one_each)
