"""What the packing cases do."""

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synth_assets.bench.case import Done, Watch
from synth_assets.bench.dedup.work import source
from synth_assets.bench.pack import peers
from synth_assets.bundled import resolve
from synth_assets.hashing import digest
from synth_assets.packing.encoder import Encoder
from synth_assets.packing.plan import Plan, plan
from synth_assets.packing.sequences import Gatherer
from synth_assets.packing.tokenizer import load_tokenizer
from synth_assets.packing.version import TOKENIZER_FILE

MEAN, SPREAD = 6.1, 1.1
"""Of the logarithm of a document's tokens: 820 tokens on average, half of them under 450."""

CAPACITY = 2048
PLANNED, PACKED, ENCODED = 1_000_000, 100_000, 4_000
"""Documents."""

QUICK = 100
"""By how much quick sizes are smaller."""

TOKENIZER = "bundled:tokenizer"


def lengths(count: int) -> NDArray[np.int64]:
    return np.random.default_rng(1).lognormal(MEAN, SPREAD, count).astype(np.int64) + 2


def planned(who: str, capacity: int, millions: int, quick: bool, watch: Watch) -> Done:
    """The output is the tokens in the parts of every sequence, whatever the sequences' order."""
    given = lengths(millions * PLANNED // (QUICK if quick else 1))
    if who == "trl":
        sequences = peers.plan_with_trl(given, capacity, watch)
        return Done(len(given), {"sequences": len(sequences)}, [_content(sequences)])
    plan(given[:100], capacity)
    with watch:
        made = plan(given, capacity)
    figures = {"utilisation": made.tokens / (len(made) * capacity), "sequences": float(len(made))}
    if millions > 1:  # a list of all parts would be the peak of memory
        return Done(len(given), figures)
    return Done(len(given), figures, [_content(_parts(made))])


def _parts(made: Plan) -> list[list[int]]:
    cuts = made.ends[1:-1]
    return [part.tolist() for part in np.split(made.pieces.length, cuts)]


def _content(sequences: Iterable[Sequence[int]]) -> str:
    return digest(*sorted(repr(sorted(parts)) for parts in sequences))


def packed(who: str, quick: bool, watch: Watch) -> Done:
    """From documents as tokens in memory to rows."""
    given = lengths(PACKED // (QUICK if quick else 1))
    tokens = np.arange(given.sum(), dtype=np.int32)
    if who == "trl":
        peers.pack_with_trl(given[:64], tokens, CAPACITY)
        with watch:
            peers.pack_with_trl(given, tokens, CAPACITY)
        return Done(len(tokens))
    _rows(given[:64], tokens)
    with watch:
        found = _rows(given, tokens)
    assert found == len(tokens)
    return Done(len(tokens))


def _rows(given: NDArray[np.int64], tokens: NDArray[np.int32]) -> int:
    ids = pl.Series([f"{number:032x}" for number in range(len(given))], dtype=pl.String)
    table = pl.DataFrame({"doc_id": ids, "offset": np.cumsum(given) - given, "n_tokens": given})
    frames = Gatherer(table, [tokens], label="bench").frames(plan(given, CAPACITY))
    return sum(int(frame["n_tokens"].sum()) for frame in frames)


def tokens(who: str, quick: bool, watch: Watch) -> Done:
    """Ids of real documents under the bundled byte-level tokenizer, 512 texts a call. The fallback
    is our path for a tokenizer that tiktoken cannot stand in for."""
    texts = source(quick)["text"][: ENCODED // (QUICK if quick else 1)].to_list()
    made = load_tokenizer(TOKENIZER).encoder
    if who == "fallback":
        made = _without_tiktoken(made)
    encode = made.encode if who != "tokenizers" else peers.encode_with(made.raw)
    encode(texts[:64])
    parts = [texts[at : at + 512] for at in range(0, len(texts), 512)]
    with watch:
        found = [ids for part in parts for ids in encode(part)]
    outputs = [digest(np.asarray(ids, dtype=np.int32).tobytes()) for ids in found]
    return Done(sum(map(len, found)), {}, outputs)


def _without_tiktoken(encoder: Encoder) -> Encoder:
    from pathlib import Path

    import orjson

    settings = orjson.loads((Path(resolve(TOKENIZER)) / TOKENIZER_FILE).read_bytes())
    return Encoder(encoder.raw, orjson.dumps(settings | {"normalizer": {"type": "NFC"}}))
