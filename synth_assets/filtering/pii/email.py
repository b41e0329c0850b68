"""E-mail addresses, in the form that people write them (RFC 5321 without quotes and literals)."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from synth_assets.filtering.pii.spans import Bounds

HINT = "@"
MAX_LOCAL = 64

RESERVED = frozenset({"example", "test", "invalid", "local", "localhost", "internal", "lan"})
"""Top-level domains that are used and not delegated (RFC 2606, RFC 6762)."""

NOBODY = frozenset({"git", "hg", "svn"})
"""Users of a version control server: `git@example.org:team/project`."""

_LOCAL = re.compile(r"(?<![\w.+%/-])[^\W_][\w.+%'-]*\Z|(?<![\w.+%/-])_[\w.+%'-]*\Z")
_DOMAIN = re.compile(
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}(?:[^\W\d_]{2,24}|xn--[a-zA-Z0-9-]{2,59})(?![\w@-])"
)
_IN_ADDRESS = re.compile(r"://[^\s/]*\Z")


def find(text: str, _lang: str) -> Iterator[Bounds]:
    """Not those of URLs' credentials, and not `image@2x.png`: the top-level domain must exist."""
    at = text.find("@")
    while at >= 0:
        begin = max(0, at - MAX_LOCAL - 1)
        local = _LOCAL.search(text[begin:at])
        domain = _DOMAIN.match(text, at + 1) if local else None
        if local and domain and _is_address(local[0], domain[0]):
            start = begin + local.start()
            if not _IN_ADDRESS.search(text, max(0, start - 256), start):
                yield start, domain.end()
        at = text.find("@", at + 1)


def _is_address(local: str, domain: str) -> bool:
    if len(local) > MAX_LOCAL or ".." in local or local.endswith(".") or local in NOBODY:
        return False
    return _exists(domain.rsplit(".", 1)[-1].lower())


@lru_cache(maxsize=4096)
def _exists(top: str) -> bool:
    return top in RESERVED or _suffixes().publicsuffix(f"a.{top}") is not None


@cache
def _suffixes() -> Any:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False)
