"""Control rows: a sound set of gates refuses them, and a doctored gate is told of."""

from collections.abc import Mapping

import polars as pl
import pytest

from synth_assets.corpus.store import Store
from synth_assets.profile import Profile
from synth_assets.profile.translation_methods import Naturalness
from synth_assets.quality.checks import Found, run_checks
from synth_assets.quality.controls import LEAST, control_checks
from synth_assets.translation import naturalness
from synth_assets.translation.controls import Kept, dropped_words, shuffled_words, spoiled
from synth_assets.translation.stage import COLUMNS, SEGMENTS
from synth_assets_tests.corpora import BATCH, document

LANG = "cat_Latn"
SAID = (
    ("The museum opens at nine and closes at dusk.", "El museu obre a les nou i tanca al vespre."),
    ("Visitors leave their bags at the door.", "Els visitants deixen les bosses a la porta."),
    ("The paintings show the harbour of the town.", "Els quadres mostren el port de la ciutat."),
    ("Children read old books by the window.", "Els nens llegeixen llibres vells a la finestra."),
)


@pytest.fixture
def translated(store: Store) -> Store:
    """LEAST translations of twelve sentences."""
    made = [document(n, "\n".join(t for _, t in SAID * 3), LANG) for n in range(LEAST)]
    pairs = [
        {"doc_id": one.doc_id, "part": "text", "index": at, "source": source, "target": target}
        for one in made
        for at, (source, target) in enumerate(SAID * 3)
    ]
    rows = [one.to_row() | {"perplexity": 20.0} for one in made]
    with store.write(
        f"translated/{LANG}", BATCH, schema=COLUMNS, code_version="1", inputs={}
    ) as writer:
        writer.sidecar("segments", SEGMENTS)
        writer.keep(pl.DataFrame(rows, schema_overrides=COLUMNS, infer_schema_length=None))
        segments = [one | {"start": 0, "method": "direct"} for one in pairs]
        writer.add("segments", pl.DataFrame(segments, schema=SEGMENTS))
        writer.commit()
    return store


def found(store: Store, profile: Profile, **changes: object) -> Found:
    target = profile.translation.targets[LANG].model_copy(update=changes)
    translation = profile.translation.model_copy(update={"targets": {LANG: target}})
    (check,) = control_checks(profile.model_copy(update={"translation": translation}))
    assert (check.severity, check.blocking) == ("warn", False)
    (verdict,) = run_checks(store, f"translated/{LANG}", BATCH, [], [check])
    assert verdict.error is None and verdict.passed == (verdict.found.failing == 0)
    return verdict.found


def test_the_gates_as_they_are_refuse_all(translated: Store, profile: Profile) -> None:
    sound = found(translated, profile)
    assert sound.failing == 0
    assert sound.figures == {"caught_wrong_language": 1.0, "caught_dropped_words": 1.0}


@pytest.mark.parametrize(
    ("gates", "gate"),
    [
        ({"language": {"min_share": 0.0}}, "language"),
        ({"translated_length": {"most": 9.0}}, "translated_length"),
    ],
)
def test_a_gate_with_a_loose_limit_is_named(
    translated: Store, profile: Profile, gates: Mapping[str, object], gate: str
) -> None:
    loose = found(translated, profile, gates=gates)
    (row,) = loose.rows.rows(named=True)
    assert (row["gate"], row["caught"], row["least"]) == (gate, 0.0, 0.9)
    off = found(translated, profile, gates={gate: None})
    assert off.failing == 0 and len(off.figures) == 1


def test_shuffled_words_must_be_less_natural_than_what_was_kept(
    translated: Store, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Naturalness(drop=0.1, model="model")
    for value, failing in ((30.0, 0), (10.0, 1)):
        monkeypatch.setattr(
            naturalness.Reference, "perplexities", lambda _, texts, v=value: [v] * len(texts)
        )
        assert found(translated, profile, perplexity=settings).failing == failing


def test_what_is_spoiled_hangs_on_the_document_alone() -> None:
    one, other = (Kept(name, SAID, ["x"]) for name in ("a", "b"))
    assert spoiled(dropped_words, one) == spoiled(dropped_words, one)
    assert spoiled(shuffled_words, one) != spoiled(shuffled_words, other)
    for (_, text), (_, shuffled) in zip(SAID, spoiled(shuffled_words, one), strict=True):
        assert sorted(text.split()) == sorted(shuffled.split())
