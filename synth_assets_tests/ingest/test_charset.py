"""Charsets: labels in their order, detection, and refusal where a guess would be one."""

import pytest

from synth_assets.ingest.charset import UnknownCharsetError, decode

RUSSIAN = "Привет, это обычный русский текст для проверки кодировки. " * 5


def meta(charset: str) -> bytes:
    return f'<html><head><meta charset="{charset}"></head><body>'.encode()


@pytest.mark.parametrize(
    ("body", "label", "charset"),
    [
        ("añb".encode(), "utf-8", "utf-8"),
        ("añb".encode("latin-1"), "ISO-8859-1", "cp1252"),
        ("añb".encode("latin-1"), "latin-1", "cp1252"),
        (b"\xef\xbb\xbfa", "windows-1251", "utf-8"),
        ("añb".encode("utf-16"), None, "utf-16-le"),
        (meta("windows-1251") + RUSSIAN.encode("cp1251"), None, "cp1251"),
        (meta("windows-1251") + RUSSIAN.encode("cp1251"), "utf-8", "cp1251"),
        (meta("utf-16") + RUSSIAN.encode(), None, "utf-8"),
        (RUSSIAN.encode("cp1251"), None, "cp1251"),
        (RUSSIAN.encode(), "x-nobody", "utf-8"),
        (b"", None, "utf-8"),
    ],
)
def test_the_charset_that_fits_is_used(body, label, charset):
    text, used = decode(body, label)
    assert used == charset
    assert "\N{REPLACEMENT CHARACTER}" not in text


def test_one_broken_character_in_a_long_page_is_no_reason_to_drop_it():
    text, charset = decode(RUSSIAN.encode() + b"\xff" + RUSSIAN.encode(), "utf-8")
    assert charset == "utf-8"
    assert text.count("\N{REPLACEMENT CHARACTER}") == 1


@pytest.mark.parametrize("label", ["x-nobody", "utf-8"])
def test_bytes_that_no_label_explains_are_refused_with_the_label(label):
    with pytest.raises(UnknownCharsetError, match=label):
        decode(RUSSIAN.encode("cp1251"), label)
