"""The address of a served model: one spelling for each, and nothing secret in it."""

import re
from urllib.parse import urlsplit

from pydantic_core import PydanticCustomError

_PORTS = {"http": 80, "https": 443}
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
HIDDEN = "hidden_value"
"""Type of a validation error whose value may hold a secret, and is not shown."""


def normalise_url(url: str) -> str:
    """Scheme and host in lower case, no default port, no slash at the end. A URL becomes part of
    keys, profiles and messages, so that user names, passwords, queries and fragments are refused;
    the message does not show them."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise _refused("it is not a URL") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise _refused("it is not a URL with http:// or https:// and a host")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise _refused("a user name, password, query or fragment does not belong into it")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    where = host if port in (None, _PORTS[parts.scheme]) else f"{host}:{port}"
    return f"{parts.scheme}://{where}{parts.path.rstrip('/')}"


def variable_name(name: str) -> str:
    """The name of an environment variable; whoever writes the key itself here is told so without
    the key in the message."""
    if not _VARIABLE.fullmatch(name):
        raise PydanticCustomError(
            HIDDEN,
            "it must be the name of an environment variable that holds the key, "
            "such as OPENAI_API_KEY, and never the key",
        )
    return name


def _refused(reason: str) -> PydanticCustomError:
    return PydanticCustomError(
        HIDDEN,
        "{reason}; allowed is the base URL of an OpenAI-compatible server, such as "
        "http://localhost:8000/v1",
        {"reason": reason},
    )
