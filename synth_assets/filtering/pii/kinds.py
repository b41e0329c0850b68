"""All kinds of personal data that are looked for, the surest first."""

from synth_assets.filtering.pii import email, ip, payment, phone
from synth_assets.filtering.pii.spans import Kind

KINDS = (
    Kind("email", email.HINT, email.find),
    Kind("iban", payment.IBAN_HINT, payment.find_ibans),
    Kind("card", payment.CARD_HINT, payment.find_cards),
    Kind("ip", ip.HINT, ip.find),
    Kind("phone", phone.HINT, phone.find),
)
