"""What shapes packed rows, known without any of the code that makes them."""

from pathlib import Path

import polars as pl

from synth_assets.bundled import resolve
from synth_assets.corpus.schema import Schema
from synth_assets.hashing import digest, digest_files, digest_json
from synth_assets.packing.strata import STRATUM_COLUMNS
from synth_assets.profile.model import Profile

VERSION = "2"
TOKENIZER_FILE = "tokenizer.json"
CONFIG_FILES = ("tokenizer_config.json", "special_tokens_map.json")

COLUMNS: Schema = {
    # digest of tokenizer and framing, the length and the spans
    "seq_id": pl.String(),
    # tokens a sequence can hold
    "seq_len": pl.Int32(),
    # what all documents of the sequence are; null where they differ or none is known
    **STRATUM_COLUMNS,
    # token ids, unpadded: a trainer pads up to the sequence length, or concatenates
    "input_ids": pl.List(pl.Int32()),
    # offsets of the document boundaries, from 0 to n_tokens; attention need not cross them, and
    # position ids, which are not stored, restart from 0 at each (`position_ids`)
    "cu_seqlens": pl.List(pl.Int32()),
    # tokens start..end of the sequence are tokens doc_start.. of the framed document
    "spans": pl.List(
        pl.Struct(
            {
                "doc_id": pl.String(),
                "start": pl.Int32(),
                "end": pl.Int32(),
                "doc_start": pl.Int64(),
            }
        )
    ),
    "n_tokens": pl.Int64(),
    # tokens missing to the sequence length
    "n_pad": pl.Int64(),
}


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
