"""From the profile's words to a translator."""

from collections.abc import Sequence

from synth_assets.generation.gates.gate import Gate
from synth_assets.generation.spec import CTranslate2Spec, EngineSpec, LocalSpec, TransformersSpec
from synth_assets.profile.translation import TranslationTarget
from synth_assets.profile.translation_methods import PromptProfile
from synth_assets.translation.translators.translator import ModelTranslator, Translator


def is_prompted(spec: EngineSpec | LocalSpec) -> bool:
    """Whether the engine holds a language model, which must be asked, and no translation model."""
    is_seq2seq = isinstance(spec, TransformersSpec) and spec.task == "seq2seq"
    return not is_seq2seq and not isinstance(spec, CTranslate2Spec)


def open_translator(target: TranslationTarget, lang: str) -> Translator:
    """The translator into `lang`; reads the files that its prompt needs.

    Raises InputError with one sentence for a file that is missing or broken.
    """
    if not is_prompted(target.engine):
        return ModelTranslator(target.source_lang, lang)
    from synth_assets.translation.translators.prompted import open_prompted

    return open_prompted(target.prompt, target.source_lang, lang)


def open_reverse(target: TranslationTarget, lang: str) -> Translator:
    """The translator of the way back that the target names, without examples or terms."""
    assert target.round_trip is not None
    if not is_prompted(target.round_trip.engine):
        return ModelTranslator(lang, target.source_lang)
    from synth_assets.translation.translators.prompted import open_prompted

    return open_prompted(PromptProfile(chat=target.prompt.chat), lang, target.source_lang)


def prompt_version(target: TranslationTarget) -> list[object]:
    """What of the prompt shapes requests; loads no examples."""
    if not is_prompted(target.engine):
        return []
    from synth_assets.translation.translators.prompted import version_of

    return version_of(target.prompt)


def own_gates(target: TranslationTarget) -> Sequence[Gate]:
    """Gates of every segment that translation models need none of."""
    if not is_prompted(target.engine):
        return ()
    from synth_assets.translation.translators.prompted import GATES

    return GATES
