"""What can go wrong with one request, and whether another try may help."""


class CallError(Exception):
    """One request's own failure. `passing` says that the same request may succeed later: kinds
    `transport` and `timeout` (see `runner.TRANSIENT`); `retry_after_s` is what the server asked
    for. Lasting kinds are `refused` (a 4xx), `prompt_too_long`, `bad_prompt`, `unsupported`,
    `content_filter`, `tool_calls`, `no_text` and `finish_reason`. A `suspect` one may be the
    server's or the key's fault rather than the request's: ask the server before it is believed."""

    def __init__(
        self,
        kind: str,
        message: str,
        *,
        retry_after_s: float | None = None,
        suspect: bool = False,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.retry_after_s = retry_after_s
        self.suspect = suspect

    @property
    def passing(self) -> bool:
        return self.kind in ("transport", "timeout")


class RateLimitError(Exception):
    """The server asks the whole engine to slow down (429)."""

    def __init__(self, message: str, retry_after_s: float | None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
