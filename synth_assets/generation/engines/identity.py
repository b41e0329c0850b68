"""What a spec names, before anything is loaded: the model's and the tokenizer's digests.

Only files that shape a text count: a model card may be edited without paying again.
"""

import os
import re
from functools import lru_cache
from pathlib import Path

from synth_assets import bundled
from synth_assets.generation.protocol import EngineIdentity
from synth_assets.generation.spec import (
    CTranslate2Spec,
    EngineSpec,
    LocalSpec,
    NgramSpec,
    OpenAISpec,
    RulesSpec,
    TransformersSpec,
    VllmSpec,
)
from synth_assets.hashing import digest, digest_file, digest_json
from synth_assets.home import Home

LARGE_FILE_BYTES = 64 << 20
"""From this size on a file's digest is kept on disk: hashing takes about a second per GB."""

_TOKENIZER_FILE = re.compile(
    r"(tokenizer|special_tokens|added_tokens|chat_template|vocab|target_vocab|merges|tekken)"
    r"[^/]*|.*\.(spm|model|tiktoken|jinja)"
)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_EXACT = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}")


def identify(spec: EngineSpec) -> EngineIdentity:
    """The identity that an engine opened from this spec will have; loads no model.

    A folder's revision is the digest of its files' whole content: an adapter merged into a few
    middle layers is another model. Digests are kept by path, size and time of change. A hub
    name's revision is the commit in the local cache, or else the one declared; the commit covers
    the tokenizer too.

    `model` is the name as the profile has it; a path is cut to its folder's name, so that keys
    are the same on every machine. A dtype other than `auto` is part of `kind`, and so is a limit
    of tokens that vLLM is given: it decides which prompts are too long and where texts are cut.

    A served model's revision is the declared one, or else its URL; what is sent with every
    request (`extra_body`) stands for its tokenizer, whose template it may change.
    """
    if isinstance(spec, RulesSpec):
        from synth_assets.generation.engines import rules

        return rules.identity()
    if isinstance(spec, NgramSpec):
        from synth_assets.generation.engines import ngram

        return ngram.identity(spec)
    if isinstance(spec, OpenAISpec):
        extra = digest_json(spec.extra_body) if spec.extra_body else ""
        return EngineIdentity("openai", spec.model, spec.revision or spec.url, extra)
    task = f"-{spec.task}" if isinstance(spec, TransformersSpec) else ""
    kind = f"{spec.kind}{task}" + ("" if spec.dtype == "auto" else f"-{spec.dtype}")
    if isinstance(spec, CTranslate2Spec):
        kind += f"-{spec.compute_type}"
    if isinstance(spec, VllmSpec) and spec.max_model_len:
        kind += f"-{spec.max_model_len}"
    folder = model_folder(spec)
    if folder is None:
        revision = _hub_revision(spec)
        return EngineIdentity(kind, spec.model, revision, revision)
    name = spec.model if spec.model.startswith(bundled.PREFIX) else folder.name
    return EngineIdentity(kind, name, _digest_folder(folder), _digest_tokenizer(folder))


def is_pinned(identity: EngineIdentity) -> bool:
    """Whether the identity stands before the engine is opened: a local model's revision must be a
    digest or a commit, not a branch; rules and served models are what the profile says."""
    is_local = identity.kind.startswith(("transformers", "ctranslate2", "vllm"))
    return not is_local or bool(_EXACT.fullmatch(identity.revision))


def weights_version(spec: EngineSpec) -> str:
    """What a stage's code version takes of the engine: the digests of a local folder, the
    declared name and revision of a hub model (which need not be in the cache yet)."""
    if isinstance(spec, LocalSpec) and model_folder(spec) is None:
        return digest(spec.model, spec.revision or "")
    return digest(*identify(spec).to_dict().values())


def model_folder(spec: LocalSpec) -> Path | None:
    """The local folder that the spec names, or None for a hub name."""
    folder = Path(bundled.resolve(spec.model))
    return folder if folder.is_dir() else None


def _digest_folder(folder: Path) -> str:
    return _digest_files(folder, _model_files(folder))


def _digest_tokenizer(folder: Path) -> str:
    named = [path for path in _model_files(folder) if _TOKENIZER_FILE.fullmatch(path.name)]
    return _digest_files(folder, named)


def _model_files(folder: Path) -> list[Path]:
    """Files that `from_pretrained` may read: those of the folder itself and its chat templates."""
    found = [*folder.iterdir(), *folder.glob("additional_chat_templates/*")]
    return sorted(
        path
        for path in found
        if path.is_file() and not path.name.startswith(".") and path.suffix.lower() != ".md"
    )


def _digest_files(folder: Path, paths: list[Path]) -> str:
    parts = []
    for path in paths:
        status = path.stat()
        content = _digest_content(path, status.st_size, status.st_mtime_ns)
        parts.append(f"{path.relative_to(folder).as_posix()}:{content}")
    return digest(*parts)


@lru_cache(maxsize=1024)
def _digest_content(path: Path, size: int, changed_ns: int) -> str:
    if size < LARGE_FILE_BYTES:
        return digest_file(path)
    name = digest(str(path), str(size), str(changed_ns))
    kept = Home.find().path / "weights" / name
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        staged = kept.with_suffix(f".{os.getpid()}")
        staged.write_text(digest_file(path))
        staged.replace(kept)
    return kept.read_text()


def _hub_revision(spec: LocalSpec) -> str:
    if spec.revision and _COMMIT.fullmatch(spec.revision):
        return spec.revision
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        snapshot = snapshot_download(spec.model, revision=spec.revision, local_files_only=True)
    except (LocalEntryNotFoundError, HFValidationError):
        return spec.revision or "main"
    return Path(snapshot).name
