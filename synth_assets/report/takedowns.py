"""A takedown's report in sentences."""

from collections.abc import Iterator, Mapping
from typing import Any

from synth_assets.line import BITEXT


def sentences(report: Mapping[str, Any]) -> Iterator[str]:
    """Of the fields of `takedown.apply.Report`."""
    yield (
        f"takedown {report['number']}, {len(report['entries']):,} entries on the list: "
        f"{report['documents']:,} documents gone for the first time"
    )
    for name, count in report["files"].items():
        what = "pairs" if name.startswith(BITEXT) else "documents"
        yield f"{name}: {count:,} {what} taken down, data version new"
    for batch in report["repacked"]:
        yield f"packed/{batch}: packed again"
    for corpus, count in report["generations"].items():
        yield f"journal of {corpus}: {count:,} generations emptied"
    for corpus, count in report["waiting"].items():
        yield (
            f"journal of {corpus}: {count:,} stopped batches or previews may still hold such a "
            f"text; it goes when they run to their end, which applying the list again confirms"
        )
    for release, count in report["releases"].items():
        yield f"{release} is withdrawn: it holds {count:,} of the documents"
    if report["duplicates"]:
        yield (
            f"{report['duplicates']:,} documents had left as duplicates of what is gone; they stay "
            f"out unless `synth-assets takedown reinstate` is run"
        )
