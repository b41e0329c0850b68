"""Account numbers: IBAN with its check digits, payment cards with Luhn's and a known issuer."""

import re
from collections.abc import Iterator

from synth_assets.filtering.pii.spans import Bounds, shorter_ends

IBAN_HINT = r"[A-Z][A-Z][0-9][0-9][ \x{a0}-]?[A-Z0-9]{2}"
CARD_HINT = "[0-9](?:[ -]?[0-9]){12}"

_SEPARATORS = " \u00a0-"
_IBAN = re.compile(r"(?<![\w-])[A-Z]{2}\d{2}(?:[ \u00a0-]?[A-Z0-9]){11,40}(?!\w)")
_CARD = re.compile(r"(?<![\w.,+/=$€£-])\d(?:[ -]?\d){12,18}(?!\w|[.,/-]\d)")

_ISSUERS = (
    # first and last prefix, lengths: Visa; Mastercard, two; American Express; Discover, three;
    # Diners Club, three; JCB; UnionPay (ISO/IEC 7812, issuers' own specifications)
    (4, 4, (13, 16, 19)),
    (51, 55, (16,)),
    (2221, 2720, (16,)),
    (34, 34, (15,)),
    (37, 37, (15,)),
    (6011, 6011, (16, 19)),
    (644, 649, (16, 19)),
    (65, 65, (16, 19)),
    (300, 305, (14,)),
    (36, 36, (14,)),
    (38, 39, (14, 16)),
    (3528, 3589, (16, 19)),
    (62, 62, (16, 17, 18, 19)),
)
_GROUPS = ((4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (6, 13), (4, 4, 4, 1), (4, 3, 3, 3))
"""How cards of 13 to 19 digits are written."""


def find_ibans(text: str, _lang: str) -> Iterator[Bounds]:
    """In capitals, in groups or in one: country, length, and check digits modulo 97 (ISO 13616)."""
    from stdnum import iban

    for found in _IBAN.finditer(text):
        for end in shorter_ends(text, *found.span(), _SEPARATORS):
            if iban.is_valid(text[found.start() : end].replace("\u00a0", " ")):
                yield found.start(), end
                break


def find_cards(text: str, _lang: str) -> Iterator[Bounds]:
    """In the groups of their kind or in one."""
    from stdnum import luhn

    for found in _CARD.finditer(text):
        groups = re.split("[ -]", found[0])
        digits = "".join(groups)
        grouped = len(groups) == 1 or tuple(map(len, groups)) in _GROUPS
        if grouped and _has_issuer(digits) and luhn.is_valid(digits):
            yield found.span()


def _has_issuer(digits: str) -> bool:
    return any(
        first <= int(digits[: len(str(first))]) <= last and len(digits) in lengths
        for first, last, lengths in _ISSUERS
    )
