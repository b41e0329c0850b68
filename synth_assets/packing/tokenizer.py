"""The tokenizer that counts and packs: a `tokenizer.json` in a folder, bundled or on the hub."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from synth_assets.bundled import resolve
from synth_assets.corpus.document import CountTokens
from synth_assets.errors import ProfileError
from synth_assets.hashing import digest, digest_files

if TYPE_CHECKING:
    import tokenizers

TOKENIZER_FILE = "tokenizer.json"
CONFIG_FILES = ("tokenizer_config.json", "special_tokens_map.json")


@dataclass(frozen=True)
class Tokenizer:
    """A tokenizer as packing needs it.

    `vocab_size` is the highest token id plus one: rows an embedding must have. `digest` changes
    with anything that can change an id.
    """

    name: str
    digest: str
    eos_token: str
    eos_id: int
    vocab_size: int
    raw: "tokenizers.Tokenizer"

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, without any special token, even where the text spells one."""
        return [item.ids for item in _encode(self.raw, texts)]

    def decode(self, ids: Sequence[int]) -> str:
        return self.raw.decode(list(ids), skip_special_tokens=False)


@lru_cache(maxsize=8)
def token_counter(name: str) -> CountTokens:
    """Counts tokens with the tokenizer that `profile.packing.tokenizer` names.

    Raises ProfileError when it does not exist or is no tokenizer.
    """
    raw, _ = _read(name)

    def count(texts: Sequence[str]) -> list[int]:
        return [len(item) for item in _encode(raw, texts)]

    return count


@lru_cache(maxsize=8)
def load_tokenizer(name: str) -> Tokenizer:
    """The tokenizer that `profile.packing.tokenizer` names.

    Raises ProfileError when it does not exist, is no tokenizer, or names no end-of-text token.
    """
    raw, data = _read(name)
    eos = _eos_token(name)
    eos_id = raw.token_to_id(eos) if eos else None
    if eos is None or eos_id is None:
        found = f"its eos_token {eos!r} is not in its vocabulary" if eos else "it names none"
        raise ProfileError(
            f"packing.tokenizer {name} has no end-of-text token ({found}); packing needs an "
            f'"eos_token" in its {CONFIG_FILES[0]} that the vocabulary holds'
        )
    vocab_size = max(raw.get_vocab(with_added_tokens=True).values()) + 1
    return Tokenizer(name, digest("tokenizer", data, eos), eos, eos_id, vocab_size, raw)


def tokenizer_version(name: str) -> str:
    """Digest of what decides a local tokenizer's ids, for code versions; cheap, no loading."""
    place = Path(resolve(name))
    folder = place if place.is_dir() else place.parent
    files = [folder / file for file in (TOKENIZER_FILE, *CONFIG_FILES)]
    return digest(name, digest_files(file for file in files if file.is_file()))


def _read(name: str) -> tuple["tokenizers.Tokenizer", bytes]:
    import tokenizers

    path = _find(name, TOKENIZER_FILE)
    if path is None:
        raise ProfileError(
            f"packing.tokenizer {name} has no {TOKENIZER_FILE}; allowed are a folder or a hub "
            f"name with one, or bundled:tokenizer"
        )
    data = path.read_bytes()
    try:
        raw = tokenizers.Tokenizer.from_buffer(data)
    except Exception as error:
        text = " ".join(str(error).split())
        raise ProfileError(
            f"packing.tokenizer {name}: {path} is not a Hugging Face tokenizer ({text})"
        ) from None
    raw.no_truncation()
    raw.no_padding()
    raw.encode_special_tokens = True  # text that spells <|endoftext|> must not end a document
    return raw, data


def _encode(raw: "tokenizers.Tokenizer", texts: Sequence[str]) -> "list[tokenizers.Encoding]":
    return raw.encode_batch_fast(list(texts), add_special_tokens=False)


def _eos_token(name: str) -> str | None:
    for file in CONFIG_FILES:
        path = _find(name, file)
        eos = orjson.loads(path.read_bytes()).get("eos_token") if path else None
        if eos:
            return str(eos["content"] if isinstance(eos, dict) else eos)
    return None


def _find(name: str, file: str) -> Path | None:
    """A file of the tokenizer, fetched from the hub (or its cache) where `name` is no folder."""
    place = Path(resolve(name))
    if place.exists():
        path = (place if place.is_dir() else place.parent) / file
        return path if path.is_file() else None
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

    try:
        return Path(hf_hub_download(name, file))
    except LocalEntryNotFoundError:
        raise _unreachable(name, "the hub cannot be reached") from None
    except EntryNotFoundError:
        return None
    except Exception as error:
        raise _unreachable(name, " ".join(str(error).split())) from None


def _unreachable(name: str, why: str) -> ProfileError:
    return ProfileError(
        f"packing.tokenizer {name} is no folder and cannot be fetched from the hub ({why}); "
        f"allowed are a folder with a {TOKENIZER_FILE}, a hub name, or bundled:tokenizer"
    )
