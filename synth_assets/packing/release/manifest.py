"""What a release says about itself. Nothing of time, run or machine: two runs give the same."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import orjson

from synth_assets.corpus.footer import Law
from synth_assets.hashing import digest
from synth_assets.packing.release.blocks import Block, prefixes_of
from synth_assets.packing.release.planning import Contents, ReleasePlan

FORMAT = 1
"""Of the manifest."""

Files = dict[str, dict[str, int | str]]


def manifest(
    plan: ReleasePlan,
    kind: str,
    *,
    tokenizer: dict[str, str],
    sequences: Sequence[int],
    files: Files,
    laws: Sequence[Law],
) -> dict[str, Any]:
    """The manifest of a release, or of one of its controls; `sequences` are those of each block,
    `files` what lies in its folder."""
    contents = plan.contents[kind]
    composition = contents.composition
    blocks = [
        _block(plan, block, count, files)
        for block, count in zip(contents.blocks, sequences, strict=True)
    ]
    return {
        "format": FORMAT,
        "release": plan.name,
        "kind": kind,
        "version": plan.version,
        "seed": plan.seed,
        "declared": plan.declared.model_dump(mode="json"),
        "tokenizer": tokenizer,
        "batches": [
            {"batch": batch.key, "packed": batch.version, "deduped": batch.deduped}
            for batch in plan.inventory.batches
        ],
        "tokens": composition.tokens,
        "documents": composition.documents,
        "sequences": sum(sequences),
        "components": composition.components().to_dicts(),
        "languages": composition.languages().to_dicts(),
        "blocks": blocks,
        "prefixes": _prefixes(plan, contents, blocks),
        "laws": [asdict(law) for law in laws],
        "files": files,
    }


def _block(plan: ReleasePlan, block: Block, sequences: int, files: Files) -> dict[str, Any]:
    """Where a block lies in each form, and a digest of its bytes."""
    folders = [f"{form}/{block.folder}" for form in plan.declared.export]
    own = sorted(name for name in files if any(name.startswith(f"{f}/") for f in folders))
    return {
        "phase": block.phase,
        "prefix": block.prefix,
        "sequence_length": block.capacity,
        "sequences": sequences,
        "folders": folders,
        "digest": digest(*(f"{name}:{files[name]['digest']}" for name in own)),
    }


def _prefixes(
    plan: ReleasePlan, contents: Contents, blocks: list[dict[str, Any]]
) -> list[dict[str, object]]:
    """Each nested prefix with its blocks, phase by phase; a larger one lists those of the smaller
    ones too."""
    return [
        contents.composition.prefix(prefix)
        | {
            "folders": [
                folder
                for phase in contents.budget.phases
                for block in blocks
                if block["phase"] == phase and block["prefix"] <= prefix
                for folder in block["folders"]
            ]
        }
        for prefix in prefixes_of(plan.declared)
    ]


def as_bytes(value: dict[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"
