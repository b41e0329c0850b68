"""From the profile's methods to corpora: what each reads, what shapes it, how it is made.

Pairs are bitext/<name>, documents in two languages mixed/<name>, revised translations
translated/<name>.
"""

from pathlib import Path

from synth_assets.corpus.footer import Footer
from synth_assets.corpus.schema import DOCUMENT, Schema
from synth_assets.corpus.stage import StageRun
from synth_assets.generation.engines import use_engine, weights_version
from synth_assets.generation.money.ledger import open_meter
from synth_assets.generation.protocol import EngineIdentity, Sampling
from synth_assets.generation.spec import NOT_SHAPING, EngineSpec, ModelSpec, SamplingSpec
from synth_assets.generation.stage import generate_corpus
from synth_assets.hashing import digest_file, digest_json
from synth_assets.profile.model import Profile
from synth_assets.profile.translation_methods import (
    BackTranslation,
    Bidirectional,
    CodeSwitch,
    Interlinear,
    Method,
    Naturalness,
    Pivot,
    Polish,
    RoundTrip,
    Terminology,
    files_of,
)
from synth_assets.translation import lexicon, naturalness
from synth_assets.translation.methods import editors, mixed, pairs, revision
from synth_assets.translation.methods.back_translation import BackTranslated
from synth_assets.translation.methods.bidirectional import BothWays
from synth_assets.translation.methods.code_switch import Switched
from synth_assets.translation.methods.interlinear import InLines
from synth_assets.translation.methods.pivot import PivotJoin
from synth_assets.translation.methods.round_trip import ThereAndBack

VERSION = "2"
"""Raised by hand when a method makes other rows of the same input."""

PAIR_KINDS = (Pivot, Bidirectional, BackTranslation, RoundTrip)
MIXED_KINDS = (Interlinear, CodeSwitch)


def corpus_of(name: str, method: Method) -> str:
    """The corpus that a method makes."""
    return f"{method.room}/{name}"


def columns_of(method: Method) -> Schema:
    """What the corpus stores."""
    if isinstance(method, PAIR_KINDS):
        return pairs.COLUMNS
    return mixed.COLUMNS if isinstance(method, MIXED_KINDS) else revision.COLUMNS


def inputs_of(profile: Profile, method: Method) -> tuple[str, ...]:
    """The corpora that a method reads."""
    if isinstance(method, Terminology | Polish):
        return (f"translated/{method.of}",)
    if isinstance(method, MIXED_KINDS):
        return ("filtered",) if isinstance(method, CodeSwitch) else (f"translated/{method.of}",)
    return tuple(_pair_method(profile, method).inputs)


def engine_of(method: Method) -> EngineSpec | None:
    """The model that a method asks; None for most."""
    return method.engine if isinstance(method, Terminology | Polish) else None


def code_version(profile: Profile, name: str) -> str:
    """Digest of what shapes the rows of a method's corpus. Its name is among that: two methods that
    are set alike make documents of their own."""
    from synth_assets.packing.version import tokenizer_version

    method = profile.translation.methods[name]
    engine = engine_of(method)
    settings = method.model_dump(mode="json", exclude={*files_of(method), "engine", "perplexity"})
    shaping: list[object] = [VERSION, name, settings, profile.seed, _languages(profile, method)]
    shaping += [digest_file(Path(path)) for path in files_of(method).values()]
    if engine is not None:
        asked = engine.model_dump(mode="json", exclude=set(NOT_SHAPING))
        words = editors.wording(method.kind, *_FILLS[method.kind])
        if isinstance(method, Polish):
            shaping += naturalness.version_of(profile, method.perplexity, method.of)
        shaping += [revision.VERSION, weights_version(engine), asked, [words.system, words.user]]
    if not isinstance(method, PAIR_KINDS):
        shaping.append(tokenizer_version(profile.packing.tokenizer))
    return digest_json(["translation method", *shaping])


_FILLS = {"terminology": ("terms",), "polish": ()}


def run(run: StageRun, *, name: str) -> Footer:
    """Make this batch of a method's corpus. Raises what its stage does; see `pairs.make_bitext`,
    `mixed.make_mixed` and `generate_corpus`."""
    method = run.profile.translation.methods[name]
    if isinstance(method, Terminology | Polish):
        return _revise(run, name, method)
    if isinstance(method, Interlinear | CodeSwitch):
        return mixed.make_mixed(run, name, _mix_method(run, method))
    return pairs.make_bitext(run, name, _pair_method(run.profile, method))


def _pair_method(
    profile: Profile, method: Pivot | Bidirectional | BackTranslation | RoundTrip
) -> pairs.PairMethod:
    targets = profile.translation.targets
    match method:
        case Pivot(left=left, right=right):
            return PivotJoin(left, right)
        case Bidirectional(of=of):
            return BothWays(targets[of].source_lang, of)
        case BackTranslation(of=of):
            drawn = decoding(targets[of].engine)
            return BackTranslated(method, targets[of].source_lang, drawn, profile.seed)
        case RoundTrip():
            return ThereAndBack(method)


def _mix_method(run: StageRun, method: Interlinear | CodeSwitch) -> mixed.MixMethod:
    version = run.code_version
    if isinstance(method, Interlinear):
        source = run.profile.translation.targets[method.of].source_lang
        return InLines(source, method.of, version)
    source, target = method.source, method.target
    known = lexicon.load(method.lexicon, source, target)
    return Switched(known, source, target, method.rate, run.profile.seed, version)


def _revise(run: StageRun, name: str, method: Terminology | Polish) -> Footer:
    from synth_assets.packing.tokenizer import token_counter

    corpus = f"translated/{name}"
    best = naturalness.cut(run.profile, _naturalness(method), method.of)
    with use_engine(method.engine) as engine:
        return generate_corpus(
            run,
            corpus,
            parents_of(run, name),
            make_work(run.profile, name, engine.identity),
            engine,
            count_tokens=token_counter(run.profile.packing.tokenizer),
            extra={key: revision.COLUMNS[key] for key in revision.COLUMNS if key not in DOCUMENT},
            meter=open_meter(run, corpus, method.engine),
            best=best,
        )


def _naturalness(method: Method) -> Naturalness | None:
    return method.perplexity if isinstance(method, Polish) else None


def parents_of(run: StageRun, name: str) -> list[revision.WithPairs]:
    """What a revision reads."""
    method = run.profile.translation.methods[name]
    return [revision.WithPairs(run.open(corpus)) for corpus in inputs_of(run.profile, method)]


def make_work(profile: Profile, name: str, identity: EngineIdentity) -> revision.Revision:
    """The revision as the profile says; reads the glossary."""
    method = profile.translation.methods[name]
    assert isinstance(method, Terminology | Polish)
    assert isinstance(method.engine, ModelSpec)
    source = profile.translation.targets[method.of].source_lang
    judged = _naturalness(method)
    judge = naturalness.reference(profile, judged, method.of) if judged else None
    editor: editors.Editor = editors.Polisher(source, method.of, judge)
    if isinstance(method, Terminology):
        known = lexicon.load(method.glossary, source, method.of, one_each=True)
        editor = editors.TermEditor(known, source, method.of)
    version = code_version(profile, name)
    return revision.Revision(
        editor,
        identity,
        Sampling(**(method.engine.sampling or SamplingSpec()).model_dump()),
        profile.seed,
        row_version=version,
        recipe_version=version[:12],
    )


def _languages(profile: Profile, method: Method) -> list[str]:
    """The text's language and how a translation was drawn, where a row says so."""
    if isinstance(method, Pivot | CodeSwitch):
        return []
    target = profile.translation.targets[
        method.there if isinstance(method, RoundTrip) else method.of
    ]
    return [target.source_lang, decoding(target.engine)]


def decoding(spec: EngineSpec) -> str:
    """How an engine draws: greedy, beam, sampling or top-k with their numbers."""
    sampling = (spec.sampling if isinstance(spec, ModelSpec) else None) or SamplingSpec()
    if sampling.num_beams > 1:
        return f"beam {sampling.num_beams}"
    if sampling.temperature == 0:
        return "greedy"
    return f"top-k {sampling.top_k}" if sampling.top_k else "sampling"
