"""IP addresses of machines on the public internet, versions 4 and 6."""

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network

from synth_assets.filtering.pii.spans import Bounds

HINT = r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]|[23][0-9A-Fa-f]{3}:[0-9A-Fa-f]{0,4}:"

_V4 = re.compile(r"(?<![\w.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?!\w|\.\w|-[^\W\d])")
_V6 = re.compile(r"(?<![\w:.])[23][0-9A-Fa-f]{3}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:]|\.\d)")

_NOBODYS = [
    *map(IPv4Network, ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8")),
    *map(IPv4Network, ("169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16")),
    *map(IPv4Network, ("198.18.0.0/15", "224.0.0.0/3")),
]
"""Private, shared, local, for benchmarks, multicast, reserved (IANA's special-purpose registry);
netmasks such as 255.255.255.0 lie in the last. The ranges for documentation count as public: what
an example stands for is an address of somebody."""

_GLOBAL_V6 = IPv6Network("2000::/3")
"""The only part that is delegated (RFC 4291)."""

_VERSION = re.compile(
    r"(?:(?:\b|_)(?:versions?|vers?|v|releases?|rel|rev|revisions?|build|update|patch|package|"
    r"driver|firmware|sections?|sect?|chapters?|clauses?|articles?|figures?|fig|tables?|oid|"
    r"appendix|step|rule|req|kapitel|abschnitt|nr|no)\b[.:]?\s*[(:=\"'`]?\s*|§+\s*|"
    r"(?<!/)/|(?<=[A-Za-z])[-_]|(?:[=<>~^]=|[~^])\s*)\Z",
    re.IGNORECASE,
)
"""What stands before numbers of versions and sections."""

LARGEST_OF_NUMBERING = 64
"""Four numbers up to this one are a numbered section, unless a word beside them says otherwise: one
address in 256 has such numbers, and nearly all of them that stand on pages are sections. The same
holds for a last 0, which ends versions and networks."""

_CUE = re.compile(
    r"(?:\b(?:ip|ipv4|ips|address(?:es)?|adres\w*|hosts?|servers?|dns|ping|inet|from|gateway|resolvers?|"
    r"nameservers?|proxy|client|peer|remote)\b|://)[^\w\n]{0,4}(?:is|was|of|to|at)?[^\w\n]{0,4}\Z",
    re.IGNORECASE,
)
_BEGIN_OF_LINE = re.compile(r"(?:\A|\n)[ \t]*(?:#{1,6}[ \t]*|[*|-][ \t]+)?\Z")
_TITLE = re.compile(r"\.?[ \t\u00a0]+[^\W\d_a-z]")
_PORT = re.compile(r":\d{2,5}\b|/\d{1,2}\b(?![./])")


def find(text: str, _lang: str) -> Iterator[Bounds]:
    """Addresses of either version, without port and prefix length."""
    for found in _V4.finditer(text):
        if _is_public_v4(found[0]) and not _is_numbering(text, found):
            yield found.span()
    for found in _V6.finditer(text):
        if _is_public_v6(found[0]):
            yield found.span()


def _is_public_v4(written: str) -> bool:
    try:
        address = IPv4Address(written)  # refuses leading zeros
    except AddressValueError:
        return False
    return not written.endswith(".0.0") and not any(address in net for net in _NOBODYS)


def _is_public_v6(written: str) -> bool:
    groups = [group for group in written.split(":") if group]
    try:
        return len(groups) > 2 and IPv6Address(written) in _GLOBAL_V6
    except AddressValueError:
        return False


def _is_numbering(text: str, found: re.Match[str]) -> bool:
    before = text[max(0, found.start() - 24) : found.start()]
    if _VERSION.search(before):
        return True
    if _BEGIN_OF_LINE.search(before) and _TITLE.match(text, found.end()):
        return True
    large = any(int(part) > LARGEST_OF_NUMBERING for part in found[0].split("."))
    if large and not found[0].endswith(".0"):
        return False
    return _CUE.search(before) is None and _PORT.match(text, found.end()) is None
