import shutil
from pathlib import Path

import pytest

from synth_assets.errors import ProfileError
from synth_assets.generation.engines import identify, weights_version
from synth_assets.generation.engines.identity import LARGE_FILE_BYTES
from synth_assets.generation.spec import TransformersSpec
from synth_assets_tests.generation.engines.conftest import spec


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "model"
    made.mkdir()
    (made / "config.json").write_text("{}")
    (made / "tokenizer.json").write_text('{"a": 1}')
    (made / "model.safetensors").write_bytes(b"weights")
    return made


def test_the_same_files_elsewhere_are_the_same_model(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "elsewhere" / "model")

    assert identify(spec(folder)) == identify(spec(copy))
    assert identify(spec(folder)).model == "model"


def test_a_model_card_does_not_count(folder: Path) -> None:
    before = identify(spec(folder))
    (folder / "README.md").write_text("better words")
    (folder / ".cache").write_text("x")

    assert identify(spec(folder)) == before


def test_weights_change_the_revision_alone(folder: Path) -> None:
    before = identify(spec(folder))
    (folder / "model.safetensors").write_bytes(b"weightz")
    after = identify(spec(folder))

    assert after.revision != before.revision
    assert after.tokenizer == before.tokenizer
    assert weights_version(spec(folder)) != ""


def test_a_chat_template_changes_the_tokenizer(folder: Path) -> None:
    before = identify(spec(folder))
    (folder / "chat_template.jinja").write_text("{{ messages }}")

    assert identify(spec(folder)).tokenizer != before.tokenizer


@pytest.mark.parametrize("place", [0, LARGE_FILE_BYTES // 2, LARGE_FILE_BYTES])
def test_one_byte_anywhere_in_large_weights_is_another_model(folder: Path, place: int) -> None:
    weights = folder / "model.safetensors"
    with weights.open("wb") as stream:
        stream.truncate(LARGE_FILE_BYTES + 1)
    before = identify(spec(folder)).revision
    assert identify(spec(folder)).revision == before
    with weights.open("r+b") as stream:
        stream.seek(place)
        stream.write(b"x")

    assert identify(spec(folder)).revision != before


def test_task_and_declared_dtype_are_part_of_the_identity(folder: Path) -> None:
    kinds = {
        identify(spec(folder, task=task, dtype=dtype)).kind
        for task in ("causal", "seq2seq")
        for dtype in ("auto", "float16")
    }

    assert len(kinds) == 4


def test_a_hub_name_that_is_not_here_keeps_its_declared_revision() -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"

    def named(revision: str | None) -> TransformersSpec:
        return TransformersSpec(
            kind="transformers", task="causal", model="nobody/nothing", revision=revision
        )

    assert identify(named(commit)).revision == commit
    assert identify(named("v2")).revision == "v2"
    assert identify(named(None)).revision == "main"
    assert weights_version(named("v2")) != weights_version(named(None))


def test_the_bundled_model_goes_by_its_name() -> None:
    bundled = TransformersSpec(kind="transformers", task="seq2seq", model="bundled:en-ca")

    assert identify(bundled).model == "bundled:en-ca"
    with pytest.raises(ProfileError, match="bundled:no does not exist"):
        identify(bundled.model_copy(update={"model": "bundled:no"}))
