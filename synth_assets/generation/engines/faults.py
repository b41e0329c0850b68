"""A request that cannot be served, told apart from an engine that cannot go on."""


class RequestError(Exception):
    """One request's own fault; becomes its Result, and the rest go on.

    `kind` is one of `prompt_too_long`, `tokenization`, `unknown_language`, `bad_prompt`,
    `memory`; only `memory` is worth another attempt (see `runner.TRANSIENT`).
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
