"""The profile's section `ingest`."""

from typing import Literal

from pydantic import PositiveInt

from synth_assets.profile.section import Section


class Columns(Section):
    """Names of the columns of JSONL, Parquet and Arrow inputs; a null column is not read. A dotted
    name that is no column leads into objects."""

    text: str
    url: str | None
    title: str | None
    lang: str | None
    license: str | None
    fetched_at: str | None


class LicenseRule(Section):
    """Documents whose URL starts with `url` carry `license`, whatever the page or the input says of
    it; the first rule that fits counts."""

    url: str
    license: str


class IngestProfile(Section):
    """How input files become batches and records become documents; `extractor` finds the main text
    of web pages, in so many `processes` per batch."""

    max_batch_files: PositiveInt
    max_batch_bytes: PositiveInt
    extractor: Literal["blocks", "trafilatura"]
    processes: PositiveInt
    columns: Columns
    licenses: list[LicenseRule]
