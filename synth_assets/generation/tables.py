"""Columns of the sidecars that every generated corpus has."""

import polars as pl

OUTCOMES: dict[str, pl.DataType] = {
    "doc_id": pl.String(),
    "outcome": pl.String(),
    "reason": pl.String(),
    "n_children": pl.Int64(),
    "n_requests": pl.Int64(),
}
"""Sidecar `outcomes`: what became of every parent."""

REQUESTS: dict[str, pl.DataType] = {
    "doc_id": pl.String(),
    "key": pl.String(),
    "outcome": pl.String(),
    "reason": pl.String(),
    "value": pl.String(),
    "limit": pl.String(),
    "finish_reason": pl.String(),
    "prompt_tokens": pl.Int64(),
    "completion_tokens": pl.Int64(),
}
"""One row a planned request of each parent. `outcome` is accepted, rejected or failed; `reason`
the gate or the error kind, or, for a text that passed while its document did not get through, one
of PASSED_IN_VAIN; `value` what was measured or the error's message, `limit` what is allowed.

Tokens are those of the generation, which several requests may share: sums over distinct keys are
what the model did. A retry that was declined is no planned request.
"""
