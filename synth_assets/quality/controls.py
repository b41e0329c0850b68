"""The check that a translation's gates still tell good from bad; see `translation.controls`."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import polars as pl

from synth_assets.profile import Profile
from synth_assets.profile.translation import TranslationTarget
from synth_assets.quality.checks import Check, Found, Subject
from synth_assets.translation import naturalness
from synth_assets.translation.controls import (
    SPOILT,
    Kept,
    caught,
    shuffled_words,
    spoiled,
    text_of,
)
from synth_assets.translation.gates import in_force

NAME = "gates_separate"
SAMPLE = 40
"""Translations that are spoiled, taken evenly by their ids, which are digests."""

LEAST = 10
"""Of fewer nothing is said."""

MIN_CHARS = 400
"""A shorter one is judged by few gates."""

Shares = dict[tuple[str, str], float]
"""How much is refused, by gate and kind of control row."""


def control_checks(profile: Profile) -> list[Check]:
    """One for every target of the profile."""
    return [
        Check(
            name=NAME,
            corpora=(f"translated/{lang}",),
            severity="warn",
            description="Of translations that are spoiled on purpose (another language, words "
            f"dropped or shuffled) each gate that is there for it refuses {target.controls:.0%}.",
            look=partial(gates_separate, profile=profile, lang=lang),
            origin=Path(__file__),
            shown=f"-- Python: {__name__}.{gates_separate.__name__}",
        )
        for lang, target in profile.translation.targets.items()
    ]


def gates_separate(subject: Subject, profile: Profile, lang: str) -> Found:
    """The gates that refuse fewer of their control rows than the profile asks for. A gate that is
    off is not judged, nor is the language of one that language id does not know."""
    target = profile.translation.targets[lang]
    kept = _sample(subject)
    if len(kept) < LEAST:
        return Found.of(pl.DataFrame())
    found = _of_gates(target, lang, kept) | _of_model(subject, profile, lang, kept)
    rows = [
        {"gate": gate, "control": control, "caught": share, "least": target.controls}
        for (gate, control), share in found.items()
        if share < target.controls
    ]
    figures = {f"caught_{control}": share for (_, control), share in found.items()}
    return Found(len(rows), pl.DataFrame(rows), figures)


def _of_gates(target: TranslationTarget, lang: str, kept: list[Kept]) -> Shares:
    from synth_assets.filtering.language import known

    gates = {gate.name: gate for gate in in_force(target.gates).document}
    langs = (target.source_lang, lang)
    return {
        (name, spoil.__name__): caught(gates[name], spoil, kept, langs)
        for name, spoil in SPOILT.items()
        if name in gates and (name != "language" or lang[:3] in known())
    }


def _of_model(subject: Subject, profile: Profile, lang: str, kept: list[Kept]) -> Shares:
    """Shuffled words must be less natural than the least natural text that was kept."""
    settings = profile.translation.targets[lang].perplexity
    if settings is None:
        return {}
    query = f"SELECT max({naturalness.COLUMN}) FROM this"
    ((worst,),) = subject.connection.execute(query).fetchall()
    texts = [text_of(spoiled(shuffled_words, one)) for one in kept]
    values = naturalness.reference(profile, settings, lang).perplexities(texts)
    share = sum(value > (worst or 0.0) for value in values) / len(kept)
    return {(naturalness.REASON, shuffled_words.__name__): share}


def _sample(subject: Subject) -> list[Kept]:
    query = f"""
        WITH chosen AS (
            SELECT doc_id FROM this WHERE n_chars >= {MIN_CHARS} ORDER BY doc_id LIMIT {SAMPLE}
        )
        SELECT doc_id, source, target FROM segments JOIN chosen USING (doc_id)
        WHERE part = 'text' AND method <> 'copied' ORDER BY doc_id, index
    """
    documents: dict[str, list[tuple[str, str]]] = {}
    for doc_id, *pair in subject.connection.execute(query).fetchall():
        documents.setdefault(doc_id, []).append((pair[0], pair[1]))
    return list(_beside_others(documents))


def _beside_others(documents: Mapping[str, list[tuple[str, str]]]) -> Iterator[Kept]:
    sources = [[source for source, _ in pairs] for pairs in documents.values()]
    others = [*sources[1:], *sources[:1]]
    for (doc_id, pairs), foreign in zip(documents.items(), others, strict=True):
        yield Kept(doc_id, pairs, foreign)
