"""Requests that are no prompt for a writing model: a named task on a text, as JSON.

Their results are JSON too: engines that edit give the edits alone, which is what has to be kept of
them, and not the text again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synth_assets.errors import SynthAssetsError
from synth_assets.generation.protocol import Request, Result

RESAMPLE = "resample"
"""Score a text, and draw some of its tokens again. Options: `above`, the probability above which a
neural model's tokens are drawn again; `below`, that under which they are taken out, 0 for none; and
`quantile`, of a text's words by their probability, from which on an n-gram model's are drawn again.
Temperature and `top_k` of the request's sampling are those of the
draw. The result is RESAMPLED."""

RESAMPLED = ("edits", "tokens", "eligible", "threshold")
"""`edits` is a list of [start, end, before, after] in code points of the text, in order; `tokens`
are the model's, `eligible` those that were drawn again, `threshold` the least probability of
these. A token that was taken out has an edit with nothing after it."""


class BadTaskError(SynthAssetsError):
    """A request that is no task, or one that the engine does not do."""


@dataclass(frozen=True, slots=True)
class Task:
    name: str
    lang: str
    text: str
    options: Mapping[str, float]


def task_prompt(task: Task) -> str:
    """What stands in the request."""
    fields = {
        "task": task.name,
        "lang": task.lang,
        "options": dict(task.options),
        "text": task.text,
    }
    return json.dumps(fields, ensure_ascii=False)


def read_task(request: Request, name: str = RESAMPLE) -> Task:
    """Raises BadTaskError for a request that is not this task."""
    try:
        fields = json.loads(request.prompt) if isinstance(request.prompt, str) else None
    except json.JSONDecodeError:
        fields = None
    if not isinstance(fields, dict) or fields.get("task") != name:
        raise BadTaskError(
            f"this engine does the task {name} alone, and was sent something else: it is for "
            f"recipes that edit"
        )
    return Task(name, fields["lang"], fields["text"], fields["options"])


def done(request: Request, value: Mapping[str, Any], **counts: Any) -> Result:
    """The result of a task."""
    return Result(request.key, json.dumps(dict(value), ensure_ascii=False), "stop", **counts)


def refused(request: Request, kind: str, error: str) -> Result:
    return Result(request.key, None, "error", error_kind=kind, error=error)
