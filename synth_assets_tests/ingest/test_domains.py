"""Hosts and registered domains of URLs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.ingest.domains import host_of, registered_domain


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.example.com/a?b#c", "example.com"),
        ("http://user:word@a.b.co.uk:8080/", "b.co.uk"),
        ("HTTPS://WWW.EXAMPLE.CAT./", "example.cat"),
        ("foo.github.io/page", "foo.github.io"),
        ("http://x.city.kobe.jp/", "city.kobe.jp"),
        ("http://x.y.z.kobe.jp/", "y.z.kobe.jp"),
        ("http://www.пример.рф/", "xn--e1afmkfd.xn--p1ai"),
        ("http://pages.a.example/", "a.example"),
        ("http://127.0.0.1/", None),
        ("http://[::1]:80/", None),
        ("http://[broken/", None),
        ("https://co.uk/", None),
        ("http://localhost/", None),
        ("dns:", None),
        ("", None),
    ],
)
def test_registered_domains(url, domain):
    assert registered_domain(url) == domain


@given(st.text(max_size=40))
def test_no_text_breaks_it(text):
    host, domain = host_of(text), registered_domain(text)
    assert domain is None or (host is not None and host.endswith(domain))
