"""The profile's section `filtering.pii`."""

from typing import Annotated

from pydantic import Field

from synth_assets.profile.section import Section

Placeholder = Annotated[str, Field(pattern=r"^[<\[{|][^\d@+]*[>\]}|]$")]
"""In brackets or bars, without what would make it personal data itself."""


class Pii(Section):
    """What stands in the place of each kind of personal data; null leaves it there."""

    email: Placeholder | None
    ip: Placeholder | None
    phone: Placeholder | None
    iban: Placeholder | None
    card: Placeholder | None

    @property
    def placeholders(self) -> dict[str, str]:
        """Those that are on, by kind."""
        return {kind: text for kind, text in self.model_dump().items() if text is not None}
