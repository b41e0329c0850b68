import gzip
from pathlib import Path

import polars as pl
import pytest

from synth_assets.errors import InputError, ProfileError
from synth_assets.filtering.block_lists import attribute
from synth_assets.filtering.rules import judge
from synth_assets.profile.filtering import FilteringProfile
from synth_assets.profile.load import load_profile

LIST = """# gambling, made up
casino.example
www.lotto.example

host.example/games/poker
https://other.example:443/bets/
bücher.example
*.wild.example
"""


@pytest.fixture
def profile(tmp_path: Path):
    def build(**lists: str | bytes) -> FilteringProfile:
        paths = {}
        for name, content in lists.items():
            paths[name] = str(tmp_path / name)
            Path(paths[name]).write_bytes(
                content if isinstance(content, bytes) else content.encode()
            )
        return load_profile().filtering.model_copy(update={"block_lists": paths})

    return build


def blocked(profile: FilteringProfile, *urls: str | None) -> list[str | None]:
    documents = pl.DataFrame({"url": urls}, schema={"url": pl.String})
    return attribute(profile).measure(documents)["blocked_by"].to_list()


@pytest.mark.parametrize(
    ("url", "entry"),
    [
        ("https://casino.example/", "casino.example"),
        ("http://www.Casino.example:8080/a?b", "casino.example"),
        ("https://deep.sub.casino.example", "casino.example"),
        ("https://mycasino.example/", None),
        ("https://casino.example.org/", None),
        ("https://lotto.example/", "www.lotto.example"),
        ("https://host.example/games/poker", "host.example/games/poker"),
        ("https://host.example/games/poker/rules", "host.example/games/poker"),
        ("https://m.host.example/games/poker?x=1", "host.example/games/poker"),
        ("https://host.example/games/pokerface", None),
        ("https://host.example/games", None),
        ("https://other.example/bets/42", "https://other.example:443/bets/"),
        ("https://xn--bcher-kva.example/", "bücher.example"),
        ("https://a.wild.example/", "*.wild.example"),
        ("not an address", None),
        (None, None),
    ],
)
def test_addresses(profile, url: str | None, entry: str | None) -> None:
    found = blocked(profile(gambling=LIST), url)
    assert found == [entry and f"gambling: {entry}"]


def test_the_first_list_names_the_page(profile) -> None:
    lists = profile(first="b.example\n", second="a.example\nb.example\n")
    assert blocked(lists, "http://b.example", "http://a.example", "http://b.example") == [
        "first: b.example",
        "second: a.example",
        "first: b.example",
    ]


def test_a_gzip_list_and_its_rule(profile, tmp_path: Path) -> None:
    path = tmp_path / "bad.gz"
    path.write_bytes(gzip.compress(b"a.example\n"))
    one = attribute(profile().model_copy(update={"block_lists": {"bad": str(path)}}))
    documents = pl.DataFrame({"url": ["http://a.example/x", "http://b.example"]})
    judged = judge(one.measure(documents), one.rules)
    assert judged["drop_reason"].to_list() == ["block_list", None]
    assert judged["drop_value"].to_list() == ["bad: a.example", None]


def test_without_lists_nothing_is_blocked(profile) -> None:
    assert blocked(profile(), "http://a.example", None) == [None, None]


@pytest.mark.parametrize("line", ["com", "two words.example", "http://", "/path/alone"])
def test_a_malformed_line_is_named(profile, line: str) -> None:
    with pytest.raises(InputError, match=r"bad, line 2: .* is neither a domain"):
        blocked(profile(bad=f"a.example\n{line}\n"), "http://a.example")


def test_a_torn_list_and_one_in_another_encoding(profile, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 2: not UTF-8"):
        blocked(profile(bad=b"a.example\n\xff\xfe.example\n"), "http://a.example")
    torn = tmp_path / "torn.gz"
    torn.write_bytes(gzip.compress(b"a.example\n" * 1000)[:-8])
    settings = profile().model_copy(update={"block_lists": {"torn": str(torn)}})
    with pytest.raises(InputError, match="torn.gz, after line .*cannot be read"):
        blocked(settings, "http://a.example")


def test_a_missing_list_is_named_by_its_key(profile) -> None:
    settings = profile().model_copy(update={"block_lists": {"gone": "/nowhere/gone.txt"}})
    with pytest.raises(ProfileError, match="filtering.block_lists.gone = /nowhere/gone.txt"):
        attribute(settings)


def test_another_content_is_another_version(profile) -> None:
    before = attribute(profile(bad="a.example\n")).version
    assert attribute(profile(bad="a.example\n")).version == before
    assert attribute(profile(bad="ab.example\n")).version != before


def test_ut1_categories(data_dir: Path, profile) -> None:
    rows = gzip.decompress((data_dir / "lists" / "ut1-sample.tsv.gz").read_bytes()).decode()
    table = [line.split("\t") for line in rows.splitlines()[1:]]
    named = "".join(f"{entry}\n" for entry, category, _ in table if category == "gambling")
    found = blocked(
        profile(gambling=named), *(f"http://{e}" for e, c, _ in table if c == "gambling")
    )
    assert len(found) == 599 and all(found)
    others = blocked(
        profile(gambling=named), *(f"http://{e}/" for e, c, _ in table if c == "press")
    )
    assert len(others) == 615 and not any(others)
