"""The dataset card of an export: what is inside, where it comes from, under which terms, which
checks it passed and what it cost. Written for people, with the header that Hugging Face reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import yaml

from synth_assets.corpus.footer import Law
from synth_assets.packing.strata import STRATUM
from synth_assets.report.tables import markdown_table

FILE = "README.md"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Card:
    """What the card says.

    `documents` has a row per document, with the columns of STRATUM, `license` and `n_tokens`, and
    `times` where a document occurs more than once; or a row per group of documents that are alike
    in them, with their number in `documents` and all their tokens in `n_tokens`. `configs` names
    the Parquet files of each configuration. `provenance` are versions and digests by name, `costs`
    a table of what the generated parts took.
    """

    name: str
    documents: pl.DataFrame
    tokenizer: str
    configs: Mapping[str, str] = field(default_factory=dict)
    laws: Sequence[Law] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    costs: pl.DataFrame | None = None


def write_card(folder: Path, card: Card) -> Path:
    """Write README.md; the same card gives the same bytes."""
    path = folder / FILE
    path.write_text(render(card), encoding="utf-8")
    return path


def render(card: Card) -> str:
    """The card as Markdown."""
    shown = [name for name in STRATUM if card.documents[name].null_count() < card.documents.height]
    provenance = pl.DataFrame(
        list(card.provenance.items()), schema=["what", "version"], orient="row"
    )
    checks = "\n".join(f"- {'pass' if law.holds else 'FAIL'}: {law}" for law in card.laws)
    parts = [
        f"---\n{yaml.safe_dump(_header(card), sort_keys=False, allow_unicode=True)}---",
        f"# {card.name}",
        f"Token sequences for pretraining, packed with the tokenizer `{card.tokenizer}`. "
        f"Boundaries of documents are in `cu_seqlens`, their ids in `spans`.",
        "## Composition",
        markdown_table(_shares(card.documents, shown or ["kind"])),
        "## Licences",
        "The licence of each document's text, as its source declares it.",
        markdown_table(_shares(card.documents, ["license"])),
    ]
    if card.provenance:
        parts += ["## Provenance", markdown_table(provenance)]
    if card.laws:
        parts += ["## Checks", checks]
    if card.costs is not None:
        parts += ["## Costs", markdown_table(card.costs)]
    return "\n\n".join(parts) + "\n"


def _header(card: Card) -> dict[str, object]:
    """Hugging Face's metadata; several licences are `other`."""
    licenses = sorted(set(card.documents["license"].fill_null(UNKNOWN)))
    languages = sorted({code.split("_")[0] for code in card.documents["lang"].drop_nulls()})
    header: dict[str, object] = {
        "pretty_name": card.name,
        "license": licenses[0].lower() if _is_one(licenses) else "other",
        "task_categories": ["text-generation"],
    }
    if languages:
        header["language"] = [code for code in languages if code != "und"]
    if card.configs:
        header["configs"] = [
            {"config_name": name, "data_files": files} for name, files in card.configs.items()
        ]
    return header


def _is_one(licenses: Sequence[str]) -> bool:
    return len(licenses) == 1 and licenses[0] != UNKNOWN and " " not in licenses[0]


def _shares(documents: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Documents and tokens of each group, the largest first."""
    times = pl.col("times") if "times" in documents.columns else pl.lit(1)
    count = pl.col("documents").sum() if "documents" in documents.columns else pl.len()
    groups = (
        documents.with_columns(pl.col(*columns).fill_null(UNKNOWN))
        .group_by(*columns)
        .agg(documents=count, tokens=(pl.col("n_tokens") * times).sum())
        .sort("tokens", *columns, descending=[True, *[False] * len(columns)])
    )
    total = max(int(groups["tokens"].sum()), 1)
    share = (100 * pl.col("tokens") / total).round(2).cast(pl.String) + " %"
    return groups.with_columns(share=share)
