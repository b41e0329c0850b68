"""The profile's section `packing`."""

from typing import Annotated

from pydantic import Field

from synth_assets.profile.section import Section


class PackingProfile(Section):
    """Tokenizer and sequence length of the packed corpus."""

    tokenizer: str
    sequence_length: Annotated[int, Field(ge=2)]
