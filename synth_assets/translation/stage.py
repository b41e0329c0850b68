"""translated/<lang>: documents of the inputs in the source language, through a translator."""

import polars as pl

from synth_assets.corpus.footer import Footer
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.stage import StageRun
from synth_assets.errors import ProfileError
from synth_assets.generation.engines import identify, weights_version
from synth_assets.generation.money.ledger import open_meter
from synth_assets.generation.protocol import EngineIdentity, Sampling
from synth_assets.generation.spec import (
    NOT_SHAPING,
    EngineSpec,
    LocalSpec,
    ModelSpec,
    SamplingSpec,
)
from synth_assets.hashing import digest_json
from synth_assets.profile.model import Profile
from synth_assets.profile.translation import TranslationTarget
from synth_assets.translation import attempts, gates, naturalness, segments, way_back, work
from synth_assets.translation.characters import PLAIN, AnyText, Characters, Readable, Vocabulary
from synth_assets.translation.translators.opening import (
    is_prompted,
    open_reverse,
    open_translator,
    own_gates,
    prompt_version,
)

GEN_VERSION = "2"
"""Raised by hand when the same document would send other requests."""

ROW_VERSION = "3"
"""Raised by hand when the same results would make other rows."""

COLUMNS: dict[str, pl.DataType] = DOCUMENT | {
    "n_segments": pl.Int64(),
    "n_copied": pl.Int64(),
    "n_restored": pl.Int64(),
    "n_protected": pl.Int64(),
    "n_mapped_chars": pl.Int64(),
    "copy_ratio": pl.Float64(),
    naturalness.COLUMN: pl.Float64(),
    way_back.COLUMN: pl.Float64(),
}
"""Of the text's segments: how many there are, how many had no words to translate, in how many
protected spans were restored; protected spans; characters replaced because the model lacks them;
share of the target's words that the source has too. Null where the profile does not ask for them:
perplexity under a reference model, and of a sample how much of the text came back."""

SEGMENTS: dict[str, pl.DataType] = {
    "doc_id": pl.String(),
    "part": pl.String(),
    "index": pl.Int64(),
    "source": pl.String(),
    "target": pl.String(),
    "start": pl.Int64(),
    "method": pl.String(),
}
"""Sidecar `segments`: the aligned pairs of every translated document, in its order; `part` is text
or title, `start` where the target begins in it, `method` copied, direct, masked or pieces."""


def code_version(profile: Profile, lang: str) -> str:
    """Digest of what shapes the rows of translated/<lang>."""
    from synth_assets.packing.version import tokenizer_version

    target = profile.translation.targets[lang]
    found = versions(target, lang)
    weights = weights_version(target.engine)
    tokenizer = tokenizer_version(profile.packing.tokenizer)
    shaping = [found.gen, found.row, target.inputs, target.regenerate]
    shaping += naturalness.version_of(profile, target.perplexity, lang)
    if target.round_trip is not None:
        asked = target.round_trip.model_dump(mode="json", exclude={"engine": set(NOT_SHAPING)})
        shaping += [asked, weights_version(target.round_trip.engine)]
    return digest_json(["translation", *shaping, weights, tokenizer, profile.seed])


def versions(target: TranslationTarget, lang: str) -> work.Versions:
    """What shapes the requests, and what shapes the rows made of their results."""
    gen = [
        GEN_VERSION,
        target.source_lang,
        lang,
        target.engine.model_dump(mode="json").get("sampling"),
        target.max_segment_tokens,
        target.replace,
        PLAIN,
        segments.MASK_LETTERS,
        sorted(attempts.HALVED),
        *prompt_version(target),
    ]
    row = [
        ROW_VERSION,
        lang,
        gates.in_force(target.gates, own_gates(target)).describe(),
        sorted(work.SPACELESS),
    ]
    return work.Versions(digest_json(gen), digest_json(row))


def run(run: StageRun, *, lang: str) -> Footer:
    """Make this batch of translated/<lang>.

    Raises EngineError when the model cannot be loaded or cannot go on, BudgetError when a limit is
    reached; what was generated until then is in the journal.
    """
    from synth_assets.generation.stage import generate_corpus
    from synth_assets.packing.tokenizer import token_counter

    target = run.profile.translation.targets[lang]
    inputs = [run.open(name) for name in target.inputs]
    best = naturalness.cut(run.profile, target.perplexity, lang)
    meter = open_meter(run, f"translated/{lang}", target.engine)
    back = way_back.identity_of(target.round_trip.engine) if target.round_trip else None
    with way_back.use_engines(target) as engine:
        return generate_corpus(
            run,
            f"translated/{lang}",
            inputs,
            make_work(run.profile, lang, engine.identity, back),
            engine,
            count_tokens=token_counter(run.profile.packing.tokenizer),
            extra={name: COLUMNS[name] for name in COLUMNS if name not in DOCUMENT},
            tables={"segments": SEGMENTS},
            meter=meter,
            regenerate=target.regenerate,
            best=best,
        )


def make_work(
    profile: Profile, lang: str, identity: EngineIdentity, back: EngineIdentity | None = None
) -> work.Translation:
    """The translation into `lang` as the profile says; loads the model's tokenizer. `back` is the
    identity of the reverse translator, where it is opened."""
    target = profile.translation.targets[lang]
    spec = target.engine
    if not isinstance(spec, ModelSpec):
        raise ProfileError(
            f"translation.targets.{lang}.engine.kind = {spec.kind} is not allowed: "
            f"translation needs a model"
        )
    return work.Translation(
        work.Languages(target.source_lang, lang),
        identity,
        _sampling(spec),
        Characters(_vocabulary(spec, target.source_lang, lang), target.replace),
        versions(target, lang),
        max_segment_tokens=target.max_segment_tokens,
        profile_seed=profile.seed,
        gates=gates.in_force(target.gates, own_gates(target)),
        translator=open_translator(target, lang),
        way_back=_way_back(profile, lang, back),
    )


def _way_back(
    profile: Profile, lang: str, identity: EngineIdentity | None
) -> way_back.WayBack | None:
    target = profile.translation.targets[lang]
    settings = target.round_trip
    if settings is None:
        return None
    return way_back.WayBack(
        open_reverse(target, lang),
        identity or identify(settings.engine),
        _sampling(settings.engine),
        profile.seed,
        settings.share,
        settings.min_chrf,
    )


def _sampling(spec: EngineSpec) -> Sampling:
    drawn = spec.sampling if isinstance(spec, ModelSpec) else None
    return Sampling(**(drawn or SamplingSpec()).model_dump())


def _vocabulary(spec: ModelSpec, source: str, target: str) -> Readable:
    """The tokenizer's, which must know the languages; a served model's is not here."""
    if not isinstance(spec, LocalSpec):
        return AnyText()
    from synth_assets.generation.engines.loading import load_tokenizer
    from synth_assets.translation.translators.offered import check_pair

    tokenizer = load_tokenizer(spec)
    if not is_prompted(spec):
        check_pair(tokenizer, spec.model, source, target)
    return Vocabulary(tokenizer)
