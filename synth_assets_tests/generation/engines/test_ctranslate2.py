"""CTranslate2 in int8: the bundled model, converted once."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from synth_assets.errors import EngineError
from synth_assets.generation.engines import open_engine
from synth_assets.generation.engines.ctranslate2 import CTranslate2Engine, open_ctranslate2
from synth_assets.generation.engines.identity import identify
from synth_assets.generation.keys import make_request
from synth_assets.generation.protocol import Request, Sampling
from synth_assets.generation.spec import CTranslate2Spec
from synth_assets.home import Home

SPEC = CTranslate2Spec(kind="ctranslate2", model="bundled:en-ca", device="cpu")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CTranslate2Engine]:
    pytest.importorskip("ctranslate2", reason="the extra ctranslate2 is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYNTH_ASSETS_HOME", str(tmp_path_factory.mktemp("home")))
        made = open_ctranslate2(SPEC)
        kept = list((Home.find().path / "weights").iterdir())
        assert [path.name.split("-")[0] for path in kept] == ["ctranslate2"]
        at = kept[0].stat().st_mtime_ns
        open_engine(SPEC).close()
        assert kept[0].stat().st_mtime_ns == at
        yield made
    made.close()


def ask(engine: CTranslate2Engine, text: str, **sampling: object) -> Request:
    return make_request(
        engine.identity,
        text,
        Sampling(**sampling),
        profile_seed=7,
        step="translate",
        source_lang="eng_Latn",
        target_lang="cat_Latn",
    )


def test_it_translates_every_request_and_fails_those_that_it_cannot(
    engine: CTranslate2Engine,
) -> None:
    asked = [
        ask(engine, "Open the file."),
        ask(engine, "Close the window.", num_beams=3),
        ask(engine, "Open the file.", max_new_tokens=2),
        ask(engine, "Open it.", temperature=1.0),
        replace(ask(engine, "Open it."), key="k", target_lang="deu_Latn"),
    ]
    made = {result.key: result for result in engine.generate(asked)}
    whole, beams, cut, drawn, german = (made[request.key] for request in asked)

    assert "fitxer" in whole.text
    assert whole.finish_reason == "stop"
    assert "finestra" in beams.text
    assert (cut.finish_reason, cut.completion_tokens) == ("length", 2)
    assert (drawn.error_kind, german.error_kind) == ("unsupported", "unknown_language")


def test_its_keys_are_of_its_own(engine: CTranslate2Engine) -> None:
    other = identify(SPEC.model_copy(update={"compute_type": "float32"}))
    assert engine.identity.kind == "ctranslate2-int8"
    assert other.kind == "ctranslate2-float32"
    assert other.revision == engine.identity.revision


def test_a_model_that_it_cannot_convert_is_one_sentence(
    engine: CTranslate2Engine, tmp_path: object
) -> None:
    del engine
    spec = SPEC.model_copy(update={"model": str(tmp_path)})
    with pytest.raises(EngineError, match="cannot be loaded in CTranslate2"):
        open_ctranslate2(spec)
