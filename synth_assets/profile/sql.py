"""The profile's section `sql`."""

from pydantic import PositiveFloat

from synth_assets.profile.section import Section


class SqlProfile(Section):
    """Folders of models and checks beside the shipped ones, each with `models/` or `checks/` in
    it, and the memory that DuckDB may take before it spills to disk."""

    folders: list[str]
    memory_gb: PositiveFloat
