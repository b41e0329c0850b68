"""Personal data that belongs to nobody, in sentences, and what only looks like it.

Addresses of reserved domains (RFC 2606), of the ranges for documentation (RFC 5737, RFC 3849), the
example numbers of the phone library, account numbers computed from made-up ones, and the card
numbers that payment services publish for tests.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import phonenumbers
from phonenumbers import PhoneNumberFormat
from stdnum import iban, luhn


@dataclass(frozen=True)
class Case:
    """A text; `value` is the personal data in it, None for a near miss of that kind."""

    kind: str
    text: str
    value: str | None = None
    lang: str = "eng_Latn"


def positives() -> list[Case]:
    return [*_emails(), *_ips(), *_phones(), *_ibans(), *_cards()]


def near_misses() -> list[Case]:
    return [
        *(Case("email", text) for text in _no_emails()),
        *(Case("ip", text) for text in _no_ips()),
        *(Case("phone", text) for text in _no_phones()),
        *(Case("iban", text) for text in _no_ibans()),
        *(Case("card", text) for text in _no_cards()),
    ]


FRAMES = (
    "Write to {} before Friday.",
    "<{}>",
    "Contact: {}.",
    "[{}](https://example.org/about)",
    "({}), and nothing else",
    "{}",
    "| name | {} |",
    '"{}",',
)


def _framed(kind: str, values: list[str], frames: tuple[str, ...] = FRAMES) -> Iterator[Case]:
    """Every value in two of the frames, in turn."""
    for number, value in enumerate(values):
        for turn in (0, 1):
            frame = frames[(2 * number + turn) % len(frames)]
            yield Case(kind, frame.format(value), value)


def _emails() -> Iterator[Case]:
    users = [
        *("anna", "j.doe", "first.last", "x", "info+list", "user_name", "a-b", "o'neil"),
        *("80days", "UPPER", "josé", "многоточие", "_private", "a%b"),
    ]
    hosts = ["example.org", "mail.example.com", "sub.domain.example.net", "example.co.uk"]
    hosts += ["some-firm.example", "münchen.example.org", "EXAMPLE.COM", "host.test"]
    pairs = [f"{user}@{hosts[number % len(hosts)]}" for number, user in enumerate(users)]
    yield from _framed("email", [*pairs, *(f"contact@{host}" for host in hosts)])
    yield Case("email", "mailto:anna@example.org?subject=x", "anna@example.org")
    yield Case("email", "Ask anna@example.org, please", "anna@example.org")
    yield Case("email", "The author (anna@example.org)'s page", "anna@example.org")


def _ips() -> Iterator[Case]:
    fours = [f"192.0.2.{last}" for last in (1, 17, 99, 254)]
    fours += [f"198.51.100.{last}" for last in (2, 50, 200)] + ["203.0.113.7", "203.0.113.195"]
    frames = (
        "The request came from {} at noon.",
        "http://{}/index.html",
        "ssh root@{}",
        "{} - - [10/Oct/2000:13:55:36] GET /",
        "{}:8080 is open",
        "Blocked: {}, and others.",
        "`{}`",
        "A {}",
    )
    yield from _framed("ip", fours, frames)
    yield from (Case("ip", f"IP address {one} answers", one) for one in ("9.9.9.9", "1.2.3.4"))
    yield from (Case("ip", f"route add {one}/24", one) for one in ("203.0.113.0", "5.6.7.0"))
    frames = ("ip={}", "10.0.0.1-{}", "- {}\n- next", "a:{}", "x, {}; y", "route via {}")
    for number, frame in enumerate(frames):
        yield Case("ip", frame.format(f"192.0.2.{100 + number}"), f"192.0.2.{100 + number}")
    sixes = [
        *("2001:db8::1", "2001:db8:0:1:1:1:1:1", "2001:0db8:85a3:0000:0000:8a2e:0370:7334"),
        *("2001:DB8::8:800:200C:417A", "2001:db8:abcd:12::", "2001:db8::ff00:42:8329"),
    ]
    frames = ("The host {} answers.", "http://[{}]:80/", "{}", "from {}/64", "AAAA {}", '"{}"')
    yield from _framed("ip", sixes, frames)


def _phones() -> Iterator[Case]:
    """One number of every third region with its code, and some as they are written at home."""
    regions = sorted(phonenumbers.SUPPORTED_REGIONS)[::3]
    frames = ("Call {} today.", "Tel.: {}", "{}", "({}) or write", "Fax {}, room 7", "<b>{}</b>")
    values = [_example(region, PhoneNumberFormat.INTERNATIONAL) for region in regions]
    yield from (
        Case("phone", frames[number % len(frames)].format(value), value)
        for number, value in enumerate(values)
    )
    joined = [_example(region, PhoneNumberFormat.E164) for region in regions[::2]]
    yield from (Case("phone", f"WhatsApp: {value}.", value) for value in joined)
    for region, lang in _HOMES:
        value = _example(region, PhoneNumberFormat.NATIONAL)
        yield Case("phone", f"Tel. {value}", value, lang)
    for value in ("(201) 555-0123", "201-555-0123", "201.555.0123"):
        yield Case("phone", f"Our office, {value}, is open.", value)


_HOMES = (
    ("US", "eng_Latn"),
    ("GB", "eng_Latn"),
    ("DE", "deu_Latn"),
    ("FR", "fra_Latn"),
    ("ES", "spa_Latn"),
    ("ES", "cat_Latn"),
    ("IT", "ita_Latn"),
    ("SE", "swe_Latn"),
    ("TZ", "swh_Latn"),
    ("NG", "hau_Latn"),
    ("JP", "jpn_Jpan"),
    ("RU", "rus_Cyrl"),
)


def _example(region: str, form: int) -> str:
    number = phonenumbers.example_number(region)
    assert number is not None
    return phonenumbers.format_number(number, form)


_BANKS = (
    *("DE100000000123456789", "AT1000000123456789", "CH00999123456789012", "NLABNA0123456789"),
    *("GBABCD10000012345678", "IEABCD10000012345678", "DK00401234567890", "LU0011234567890123"),
    *("SE10000000012345678901", "LI00999123456789012", "GR0110125000001234567890"),
    *("MTABCD1000012345678901234567890", "SA10000123456789012345", "AE1000123456789012345"),
    *("TR00061005190786457841326", "PK0000ABCD12345678901234"),
)
"""Country and a made-up account of the right form."""


def _iban(bank: str) -> str | None:
    country, account = bank[:2], bank[2:]
    number = f"{country}{iban.calc_check_digits(f'{country}00{account}')}{account}"
    return number if iban.is_valid(number) else None


def ibans() -> list[str]:
    return [number for bank in _BANKS if (number := _iban(bank))]


def _ibans() -> Iterator[Case]:
    frames = ("Pay to {} by Monday.", "IBAN: {}", "{}", "({})", "{}, BIC ABCDEFGH", "IBAN {} BANK")
    grouped = [" ".join(one[at : at + 4] for at in range(0, len(one), 4)) for one in ibans()]
    yield from _framed("iban", [*ibans(), *grouped], frames)


_TEST_CARDS = (
    *("4111111111111111", "4012888888881881", "4242424242424242", "4000056655665556"),
    *("5555555555554444", "5105105105105100", "2223003122003222", "5200828282828210"),
    *("378282246310005", "371449635398431", "6011111111111117", "6011000990139424"),
    *("30569309025904", "38520000023237", "3530111333300000", "3566002020360505"),
    *("6200000000000005", "4222222222222"),
)


def _grouped(card: str) -> str:
    sizes = {14: (4, 6, 4), 15: (4, 6, 5), 13: (4, 3, 3, 3)}.get(len(card), (4, 4, 4, 4))
    parts, at = [], 0
    for size in sizes:
        parts.append(card[at : at + size])
        at += size
    return " ".join(parts)


def _cards() -> Iterator[Case]:
    frames = ("Card: {}, valid until 12/30", "{}", "charged to {}.", "<td>{}</td>", "No. {}\nNext")
    values = [*_TEST_CARDS, *map(_grouped, _TEST_CARDS)]
    values += [_grouped(card).replace(" ", "-") for card in _TEST_CARDS[:8]]
    yield from _framed("card", values, frames)


def _no_emails() -> Iterator[str]:
    yield from (
        "@anna",
        "follow @example_org on it",
        "user@localhost",
        "a@b",
        "anna@",
        "@",
        "x@y.z",
    )
    yield from (f"@{name}.route('/')" for name in ("app", "pytest.mark", "click.command"))
    yield from (f"{name}@{size}x.png" for name in ("icon", "logo", "a-b") for size in (2, 3))
    yield from (f"{name}@1.2.3" for name in ("lodash", "react", "left-pad", "@scope/pkg"))
    yield from (f"git@{host}:team/project.git" for host in ("example.org", "git.example.com"))
    yield from (f"https://anna:secret@{host}/x" for host in ("example.org", "host.example"))
    yield from (f"ftp://anna@{host}/pub" for host in ("example.org", "ftp.example.com"))
    yield from (f"{count} apples @ {price}" for count, price in ((3, "0.50"), (12, "1.20")))
    yield from (
        "anna@@example.org",
        "anna..doe@example.org",
        "doe.@example.org",
        "anna@-example.org",
    )
    yield from (f"file{number}@backup.tgz" for number in range(4))
    yield from ("image@sha256:0a1b2c", "root@host:~$ ls", "std@vector", "e@mail", "A@B@C")
    yield from (
        "https://example.org/@anna/post",
        "anna (at) example (dot) org",
        "anna at example.org",
    )
    yield from (f"user@{number}" for number in range(5))


def _no_ips() -> Iterator[str]:
    private = ("10.0.0.1", "192.168.1.1", "172.16.5.4", "127.0.0.1", "169.254.1.1", "0.0.0.0")
    private += ("255.255.255.0", "224.0.0.1", "100.64.0.1", "255.255.255.255")
    yield from (frame.format(one) for one, frame in product(private, ("Host {} is up", "{}:80")))
    versions = ("1.2.3.4", "10.4.150.2", "4.100.2.1")
    frames = ("version {}", "v{}", "Version: {}", "release {}", "Firmware {} is out", "tool-{}")
    frames += ("tool/{}", "build {}", "tool=={}", "Chrome/{} Safari", "lib_v{}", "update ({})")
    yield from (frame.format(one) for one, frame in product(versions, frames[:9]))
    yield from (
        f"{frame} {one}" for one, frame in product(("2.3.1.4",), ("Section", "§", "Figure"))
    )
    yield from (f"{one} Options of the command" for one in ("1.2.3.4", "# 3.1.4.1", "12.6.2.2."))
    yield from (f"see {one} and the notes" for one in ("7.2.1.5", "9.1.11.3", "3.1.2.6"))
    yield from ("1.2.3.4.5", "256.1.1.300", "1.2.3", "999.12.34.56", "01.02.03.04", "120.1.1.1-rc2")
    yield from ("1.0.0.0", "assembly 4.0.0.0", "145.20.3.4.tar.gz", "100.200.30.40px", "x200.1.2.3")
    yield from (
        "12:30:45",
        "00:1A:2B:3C:4D:5E",
        "std::vector",
        "fe80::1",
        "::1",
        "fd00::12",
        "a::b",
    )
    yield from ("2024:10:05", "2001:db8", "3000::", "Ada::Bed::Cab", "2001:db8:::1", "fc00:1::2:3")


def _no_phones() -> Iterator[str]:
    yield from (
        "2024-01-15",
        "15.01.2024",
        "10:30-11:45",
        "pages 120-145",
        "1999-2004",
        "3.14159265",
    )
    yield from (
        "ISBN 978-3-16-148410-0",
        "ISSN 2049-3630",
        "+1",
        "+49",
        "C++ 11",
        "+1.5e10",
        "a+12345678",
    )
    yield from (f"{total},{rest} inhabitants" for total in (12, 345) for rest in ("456,789", "001"))
    yield from (f"x + {number}" for number in (2036646110, 442071838750, 33142685300))
    yield from (f"+999 {number}" for number in (5551234, 12345678, 201555012))
    yield from (f"({area}) 555-0123" for area in ("123", "000", "055"))
    yield from (f"{area}-055-0123" for area in ("201", "000", "911"))
    yield from (f"order no. {number}" for number in (2015550123, 442071838750, 12025550143))
    yield from (f"id={number}" for number in ("201-555-0123", "+4930123456"))
    yield from ("192.168.100.200", "48.8566, 2.3522", "1234 5678", "0800", "call 911", "call 1-2-3")
    yield from (
        "tel. 12",
        "phone 1 of 2",
        "Fax: none",
        "mobile 4 of 5 users, 2019",
        "call f(123456)",
    )
    yield from ("+12345678901234567890", "https://example.org/201-555-0123", "v201.555.0123.4")
    yield from (f"{year}-{year + 1} +{percent}" for year in (2001, 2019) for percent in (3, 12))
    yield from (
        "2^3+4915112345678",
        "y+14155552671*z",
        "0x+12015550123",
        "+1 234",
        "+44 20",
        "++12015550123",
    )


def _no_ibans() -> Iterator[str]:
    for number in ibans():
        wrong = f"{number[:-1]}{(int(number[-1]) + 1) % 10}"
        yield f"IBAN: {wrong}"
        yield " ".join(wrong[at : at + 4] for at in range(0, len(wrong), 4))
        yield f"{number[:-2]} is cut"
        yield f"x{number}"
    yield from ("AB12 CDEF 3456 7890 1234", "XX00000000000000000000", "US12345678901234567890")


def _no_cards() -> Iterator[str]:
    for card in _TEST_CARDS:
        wrong = f"{card[:-1]}{(int(card[-1]) + 1) % 10}"
        yield f"Card: {wrong}"
        yield _grouped(wrong)
        yield f"0.{card}"
    for prefix in ("1", "7", "8", "90", "978", "210"):
        body = f"{prefix}{'0' * (15 - len(prefix))}"
        yield f"{body}{luhn.calc_check_digit(body)}"
    yield from (
        "4111 1111 1111",
        "41 11 11 11 11 11 11 11",
        "4111-11111111-1111",
        "a4111111111111111",
    )
    yield from (
        "20260101123000",
        "1700000000000",
        "https://example.org/4111111111111111",
        "4111111111111111.50",
    )
