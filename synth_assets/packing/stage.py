"""packed: the kept documents of a batch as best-fit packed token sequences."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synth_assets.bundled import resolve
from synth_assets.corpus.footer import Footer, Law
from synth_assets.corpus.schema import DOCUMENT, DROPPED
from synth_assets.corpus.stage import StageRun, versions
from synth_assets.corpus.store import Corpus
from synth_assets.corpus.writer import CorpusWriter
from synth_assets.errors import CancelledError, ProfileError
from synth_assets.hashing import digest_files, digest_json
from synth_assets.packing.bestfit import Pieces, best_fit, cut, members
from synth_assets.packing.sequences import COLUMNS, Gatherer
from synth_assets.packing.tokenizer import CONFIG_FILES, TOKENIZER_FILE, Tokenizer, load_tokenizer
from synth_assets.packing.tokens import TokenFile
from synth_assets.profile.model import Profile

__all__ = ["COLUMNS", "VERSION", "code_version", "run"]

VERSION = "1"
TEXTS_AT_ONCE = 1024
"""Texts handed to the tokenizer in one call; bounds the Python lists of ids alive at a time."""


def code_version(profile: Profile) -> str:
    """Digest of what shapes the rows, the files of a local tokenizer among it."""
    folder = Path(resolve(profile.packing.tokenizer))
    files = [folder / name for name in (TOKENIZER_FILE, *CONFIG_FILES)]
    tokenizer = digest_files(path for path in files if path.is_file())
    return digest_json(["packed", VERSION, profile.packing.version, tokenizer])


def run(run: StageRun) -> Footer:
    """Pack one batch of `deduped`.

    Raises ProfileError for a tokenizer without end-of-text token or a length below 2.
    """
    length = run.profile.packing.sequence_length
    if length < 2:
        raise ProfileError(
            f"packing.sequence_length = {length} is not allowed: a sequence must hold at least a "
            f"token and its end-of-text token, 2"
        )
    tokenizer = load_tokenizer(run.profile.packing.tokenizer)
    source = run.open("deduped")
    with (
        run.store.files.staging(f"packed/{run.batch}.tokens") as staged,
        TokenFile(staged) as token_file,
        run.store.write(
            "packed",
            run.batch,
            schema=COLUMNS,
            code_version=run.code_version,
            inputs=versions([source]),
            documents=False,
        ) as writer,
    ):
        writer.sidecar("dropped", DOCUMENT | DROPPED)
        encoded = _encode(run, source, tokenizer, token_file, writer)
        lengths, tokens = token_file.finish()
        pieces = cut(lengths, length)
        gatherer = Gatherer(
            pieces, encoded.doc_ids, tokens, lengths, capacity=length, label=tokenizer.digest
        )
        bins = members(best_fit(pieces.length, length))
        for frame in gatherer.frames(bins):
            _stop_if_cancelled(run)
            writer.keep(frame)
        _count(writer, pieces, len(bins), length)
        return writer.commit(*_laws(source, writer, pieces))


@dataclass
class _Encoded:
    """Ids of the documents that have tokens, in the order of the token file."""

    parts: list[pl.Series] = field(default_factory=lambda: [pl.Series("doc_id", [], pl.String)])

    @property
    def doc_ids(self) -> pl.Series:
        return pl.concat(self.parts)


def _encode(
    run: StageRun, source: Corpus, tokenizer: Tokenizer, out: TokenFile, writer: CorpusWriter
) -> _Encoded:
    """First pass: every document's tokens with EOS to disk; documents without any are dropped."""
    encoded = _Encoded()
    for group in source.frames(list(DOCUMENT)):
        for frame in group.iter_slices(TEXTS_AT_ONCE):
            _stop_if_cancelled(run)
            writer.read(frame)
            ids = tokenizer.encode(frame["text"].to_list())
            has_tokens = pl.Series([bool(item) for item in ids], dtype=pl.Boolean)
            writer.drop(_without_tokens(frame.filter(~has_tokens)))
            out.append([_with_eos(item, tokenizer.eos_id) for item in ids if item])
            encoded.parts.append(frame.filter(has_tokens)["doc_id"])
    return encoded


def _with_eos(ids: list[int], eos_id: int) -> NDArray[np.int32]:
    return np.array([*ids, eos_id], dtype=np.int32)


def _without_tokens(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        pl.lit("no_tokens").alias("drop_reason"),
        pl.lit("0").alias("drop_value"),
        pl.lit("at least 1 token").alias("drop_limit"),
    )


def _count(writer: CorpusWriter, pieces: Pieces, sequences: int, length: int) -> None:
    """Figures for people: whole numbers, the utilisation in parts per million."""
    documents = len(np.unique(pieces.document))
    room = sequences * length
    writer.counts.other = {
        "documents": documents,
        "cut_documents": len(np.unique(pieces.document[pieces.start > 0])),
        "eos_tokens": documents,
        "sequences": sequences,
        "utilisation_ppm": writer.counts.kept.tokens * 1_000_000 // room if room else 0,
    }


def _laws(source: Corpus, writer: CorpusWriter, pieces: Pieces) -> list[Law]:
    """What `deduped` says it kept, against what was written here from a fresh encoding."""
    given = source.footer.counts.kept
    dropped = writer.counts.dropped_total
    packed = len(np.unique(pieces.document))
    return [
        Law(
            "documents",
            {"documents": given.documents},
            {"packed": packed, "dropped": dropped.documents},
        ),
        Law(
            "tokens",
            {"input": given.tokens, "eos": given.documents - dropped.documents},
            {"packed": writer.counts.kept.tokens, "dropped": dropped.tokens},
        ),
    ]


def _stop_if_cancelled(run: StageRun) -> None:
    if run.cancelled():
        raise CancelledError(f"packing of batch {run.batch} was stopped; nothing was published")
