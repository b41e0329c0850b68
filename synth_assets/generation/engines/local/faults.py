"""A request that cannot be served, told apart from an engine that cannot go on."""

import torch


class RequestError(Exception):
    """One request's own fault; becomes its Result, and the rest go on.

    `kind` is one of `prompt_too_long`, `tokenization`, `unknown_language`, `bad_prompt`,
    `memory`; only `memory` is worth another attempt (see `runner.TRANSIENT`).
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def is_out_of_memory(error: BaseException) -> bool:
    """torch has a class for a full GPU; a full machine is a RuntimeError of its CPU allocator."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or (
        isinstance(error, RuntimeError) and "DefaultCPUAllocator" in str(error)
    )
