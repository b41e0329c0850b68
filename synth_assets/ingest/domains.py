"""Hosts and registered domains of URLs, by the Public Suffix List that `publicsuffixlist` holds."""

import re
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

_IPV4 = re.compile(r"[\d.]+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def host_of(url: str) -> str | None:
    """The host of a URL or of a bare `host/path`: lower case, ASCII (punycode), without port,
    credentials and the root's dot. None where there is none."""
    try:
        host = urlsplit(url if _SCHEME.match(url) else f"//{url}").hostname
    except ValueError:
        return None
    host = (host or "").rstrip(".")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    return host.lower() or None


def registered_domain(url: str) -> str | None:
    """The domain that somebody registered: one label more than its public suffix.

    The list's private part counts too, since `a.github.io` and `b.github.io` are two publishers.
    A suffix that the list does not know is one label, as its algorithm says. None for IP addresses,
    bare suffixes and what has no host (publicsuffix.org/list, section Algorithm).
    """
    host = host_of(url)
    return _domain(host) if host else None


@lru_cache(maxsize=65_536)
def _domain(host: str) -> str | None:
    if ":" in host or _IPV4.fullmatch(host):
        return None
    found = _suffixes().privatesuffix(host)
    return str(found) if found else None


@cache
def _suffixes() -> Any:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
