"""What the profile may say of a served model, and what of it becomes part of keys."""

import pytest
import yaml
from pydantic import ValidationError

from synth_assets.errors import EngineError, ProfileError
from synth_assets.generation.engines import identify, open_engine, use_engine, weights_version
from synth_assets.generation.engines.identity import is_pinned
from synth_assets.generation.spec import OpenAISpec
from synth_assets.profile import load_profile
from synth_assets.rewriting.catalogue import find_recipe
from synth_assets.rewriting.stage import code_version, make_work

URL = "http://localhost:8000/v1"
SECRET = "sk-0123456789abcdef"


def spec(**settings: object) -> OpenAISpec:
    return OpenAISpec.model_validate({"kind": "openai", "model": "tiny", "url": URL} | settings)


@pytest.mark.parametrize(
    "spelling",
    [URL + "/", "HTTP://LOCALHOST:8000/v1", " http://localhost:8000/v1// "],
)
def test_spellings_of_one_url_are_one_identity(spelling: str) -> None:
    assert identify(spec(url=spelling)) == identify(spec())


def test_a_default_port_is_left_out_and_an_ipv6_host_kept() -> None:
    assert spec(url="https://Example.org:443/api/v1").url == "https://example.org/api/v1"
    assert spec(url="http://[::1]:8000/v1").url == "http://[::1]:8000/v1"


def test_a_declared_revision_stands_for_the_url() -> None:
    assert identify(spec()).revision == URL
    here, there = spec(revision="r1"), spec(revision="r1", url="http://elsewhere/v1")
    assert identify(here) == identify(there)
    assert identify(here).revision == "r1"
    assert identify(here).kind == "openai" and identify(here).tokenizer == ""
    assert is_pinned(identify(here)) and is_pinned(identify(spec()))
    assert weights_version(here) != weights_version(spec())


def test_what_is_sent_with_every_request_is_part_of_the_identity() -> None:
    thinking = spec(extra_body={"chat_template_kwargs": {"enable_thinking": False}})
    assert identify(thinking) != identify(spec())
    assert identify(spec(in_flight=3, timeout_s=5)) == identify(spec())


@pytest.mark.parametrize(
    "url",
    [
        f"http://user:{SECRET}@localhost/v1",
        f"http://localhost/v1?key={SECRET}",
        f"http://localhost/v1#{SECRET}",
        f"localhost:8000/{SECRET}",
        f"ftp://localhost/{SECRET}",
        f"http://localhost:port/{SECRET}",
    ],
)
def test_a_url_with_a_secret_is_refused_and_not_shown(url: str, tmp_path, home) -> None:
    with pytest.raises(ValidationError) as raw:
        spec(url=url)
    assert SECRET not in str(raw.value)
    with pytest.raises(ProfileError, match="allowed is the base URL of an") as told:
        profile_with(tmp_path, home, url=url)
    assert SECRET not in str(told.value)


def test_a_key_written_into_the_profile_is_refused_and_not_shown(tmp_path, home) -> None:
    with pytest.raises(ProfileError, match="the name of an environment variable") as told:
        profile_with(tmp_path, home, api_key_env=SECRET)
    assert SECRET not in str(told.value)
    assert "rewriting.recipes.faq.engine.api_key_env" in str(told.value)


def test_a_named_variable_must_hold_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    open_engine(spec())  # a server of one's own needs none
    with pytest.raises(EngineError, match="the environment variable OTHER_KEY is not set"):
        open_engine(spec(api_key_env="OTHER_KEY"))
    monkeypatch.setenv("OTHER_KEY", f"{SECRET}\nX-Injected: 1")
    with pytest.raises(EngineError, match="OTHER_KEY holds no usable key") as told:
        open_engine(spec(api_key_env="OTHER_KEY"))
    assert SECRET not in str(told.value)


def test_nothing_is_sent_where_nothing_is_asked() -> None:
    with use_engine(spec(url="http://127.0.0.1:9/v1")) as engine:
        assert engine.identity.model == "tiny"
        assert list(engine.generate([])) == []


def test_a_recipe_of_the_profile_takes_it(tmp_path, home) -> None:
    plain = profile_with(tmp_path, home)
    drawn = profile_with(tmp_path, home, sampling={"temperature": 0.5, "max_new_tokens": 9})
    faster = profile_with(tmp_path, home, in_flight=9, timeout_s=5, revision=None)
    moved = profile_with(tmp_path, home, url="http://elsewhere/v1")
    here = profile_with(tmp_path, home, revision="r1")
    there = profile_with(tmp_path, home, revision="r1", url="http://elsewhere/v1")

    assert code_version(plain, "faq") == code_version(faster, "faq")
    versions = {code_version(item, "faq") for item in (plain, drawn, moved, here)}
    assert len(versions) == 4
    assert code_version(here, "faq") == code_version(there, "faq")
    engine = drawn.rewriting.recipes["faq"].engine
    work = make_work(drawn, find_recipe("faq"), identify(engine))
    assert work.sampling.temperature == 0.5 and work.sampling.max_new_tokens == 9


def profile_with(tmp_path, home, **settings: object):
    engine = {"kind": "openai", "model": "tiny", "url": URL} | settings
    path = tmp_path / "profile.yaml"
    path.write_text(yaml.safe_dump({"rewriting": {"recipes": {"faq": {"engine": engine}}}}))
    return load_profile(path, home=home)
