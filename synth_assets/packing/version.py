"""What shapes packed rows, known without any of the code that makes them."""

from pathlib import Path

from synth_assets.bundled import resolve
from synth_assets.hashing import digest, digest_files, digest_json
from synth_assets.profile.model import Profile

VERSION = "2"
TOKENIZER_FILE = "tokenizer.json"
CONFIG_FILES = ("tokenizer_config.json", "special_tokens_map.json")


def code_version(profile: Profile) -> str:
    """Digest of what shapes the rows, the files of a local tokenizer among it."""
    folder = Path(resolve(profile.packing.tokenizer))
    tokenizer = digest_files(path for path in _files(folder) if path.is_file())
    return digest_json(["packed", VERSION, profile.packing.version, tokenizer])


def tokenizer_version(name: str) -> str:
    """Digest of what decides a local tokenizer's ids, for code versions; cheap, no loading."""
    place = Path(resolve(name))
    folder = place if place.is_dir() else place.parent
    return digest(name, digest_files(path for path in _files(folder) if path.is_file()))


def _files(folder: Path) -> list[Path]:
    return [folder / name for name in (TOKENIZER_FILE, *CONFIG_FILES)]
