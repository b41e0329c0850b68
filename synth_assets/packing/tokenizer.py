"""The tokenizer that counts and packs: a `tokenizer.json` in a folder, bundled or on the hub."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import orjson

from synth_assets.bundled import resolve
from synth_assets.corpus.document import CountTokens
from synth_assets.errors import ProfileError
from synth_assets.hashing import digest
from synth_assets.packing.encoder import Encoder
from synth_assets.packing.fast_bpe import Int32s
from synth_assets.packing.version import CONFIG_FILES, TOKENIZER_FILE


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
    encoder: Encoder

    def encode(self, texts: Sequence[str]) -> list[Int32s]:
        """Token ids of each text, without any special token, even where the text spells one."""
        return self.encoder.encode(texts)

    def decode(self, ids: Sequence[int] | Int32s) -> str:
        return self.encoder.raw.decode(np.asarray(ids).tolist(), skip_special_tokens=False)


@lru_cache(maxsize=8)
def token_counter(name: str) -> CountTokens:
    """Counts tokens with the tokenizer that `profile.packing.tokenizer` names.

    Raises ProfileError when it does not exist or is no tokenizer.
    """
    encoder, _ = _read(name)

    def count(texts: Sequence[str]) -> list[int]:
        return [len(ids) for ids in encoder.encode(texts)]

    return count


@lru_cache(maxsize=8)
def load_tokenizer(name: str) -> Tokenizer:
    """The tokenizer that `profile.packing.tokenizer` names.

    Raises ProfileError when it does not exist, is no tokenizer, or names no end-of-text token.
    """
    encoder, data = _read(name)
    raw, eos = encoder.raw, _eos_token(name)
    eos_id = raw.token_to_id(eos) if eos else None
    if eos is None or eos_id is None:
        found = f"its eos_token {eos!r} is not in its vocabulary" if eos else "it names none"
        raise ProfileError(
            f"packing.tokenizer {name} has no end-of-text token ({found}); packing needs an "
            f'"eos_token" in its {CONFIG_FILES[0]} that the vocabulary holds'
        )
    vocab_size = max(raw.get_vocab(with_added_tokens=True).values()) + 1
    return Tokenizer(name, digest("tokenizer", data, eos), eos, eos_id, vocab_size, encoder)


@lru_cache(maxsize=8)
def _read(name: str) -> tuple[Encoder, bytes]:
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
    return Encoder(raw, data), data


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
