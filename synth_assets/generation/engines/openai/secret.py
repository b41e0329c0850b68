"""The key of a server: read from the environment, and kept out of every message."""

import os
import re

from pydantic import SecretStr

from synth_assets.errors import EngineError
from synth_assets.generation.spec import OpenAISpec

MAX_MESSAGE = 300
"""Characters of a server's message that are worth keeping."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_USUAL = "OPENAI_API_KEY"


class Key:
    """A server's key, or none. Its repr and every text that went through `clean` are without it."""

    def __init__(self, value: str | None) -> None:
        self._secret = SecretStr(value) if value else None

    @classmethod
    def find(cls, spec: OpenAISpec) -> "Key":
        """From the environment variable that the spec names. Only the usual one may be unset:
        a server on one's own machine needs no key."""
        value = os.environ.get(spec.api_key_env, "").strip()
        if not value and spec.api_key_env != _USUAL:
            raise EngineError(
                f"the environment variable {spec.api_key_env} is not set: it must hold the key of "
                f"{spec.url}, or api_key_env be left out for a server without keys"
            )
        if not value.isascii() or _CONTROL.search(value):
            raise EngineError(
                f"the environment variable {spec.api_key_env} holds no usable key: "
                f"allowed are ASCII characters without line breaks"
            )
        return cls(value)

    def headers(self) -> dict[str, str]:
        if self._secret is None:
            return {}
        return {"Authorization": f"Bearer {self._secret.get_secret_value()}"}

    def clean(self, message: str) -> str:
        """The first line of a message, without the key and without control characters."""
        if self._secret is not None:
            message = message.replace(self._secret.get_secret_value(), "(key)")
        lines = (_CONTROL.sub(" ", line).strip() for line in message.splitlines())
        first = next((line for line in lines if line), "no message")
        return first if len(first) <= MAX_MESSAGE else first[: MAX_MESSAGE - 1] + "…"
