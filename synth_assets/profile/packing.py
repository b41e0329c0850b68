"""The profile's section `packing`."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from synth_assets.profile.section import Name, Section


def _ascending(lengths: list[int]) -> list[int]:
    if lengths != sorted(set(lengths)):
        raise ValueError("lengths are given once each, the shortest first")
    return lengths


class PackingProfile(Section):
    """Tokenizer, framing of a document, and how sequences are filled.

    Every document is packed at every one of `sequence_lengths` (more than one for a curriculum of
    lengths). `eos` puts the end-of-text token behind or before each document, `source_ids` the
    document's id (source-aware training). `sources` names sources by the starts of URLs or of input
    files' names.
    """

    tokenizer: str
    sequence_lengths: Annotated[
        list[Annotated[int, Field(ge=2)]], Field(min_length=1), AfterValidator(_ascending)
    ]
    method: Literal["best_fit", "concatenate"]
    eos: Literal["end", "start", "none"]
    source_ids: Literal["none", "start", "end", "both"]
    sources: dict[Name, Annotated[list[str], Field(min_length=1)]]
