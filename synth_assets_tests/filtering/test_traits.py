"""Toxicity, tier, type of speech, domain and year, each null with a reason where unknown."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from synth_assets.filtering import bad_words, language_attribute, quality, traits
from synth_assets.filtering.attribute import score
from synth_assets.profile import Profile

PROSE = "The mill beside the river was built in 1790, and the village still has its flour from it. "
MODULES = (language_attribute, quality, bad_words, traits)


def measured(
    profile: Profile, lists: dict[str, str] | None = None, **columns: object
) -> pl.DataFrame:
    filtering = profile.filtering
    if lists:
        listed = filtering.bad_words.model_copy(update={"lists": lists})
        filtering = filtering.model_copy(update={"bad_words": listed})
    rows = {"url": None, "fetched_at": None} | columns
    height = len(rows["text"])  # type: ignore[arg-type]
    frame = pl.DataFrame(
        {
            name: value if isinstance(value, list) else [value] * height
            for name, value in rows.items()
        },
        schema_overrides={"url": pl.String, "fetched_at": pl.Datetime("us", "UTC")},
    )
    return score(frame, [module.attribute(filtering) for module in MODULES])


def test_what_is_unknown_has_a_reason(profile: Profile) -> None:
    row = measured(profile, text=[""]).row(0, named=True)
    assert [
        row[name] for name in ("toxicity", "quality_tier", "speech_type", "domain", "year")
    ] == ([None] * 5)
    assert [reason.split(":")[0] for reason in row["unknown"]] == [
        "toxicity", "quality_tier", "speech_type", "domain", "year",
    ]  # fmt: skip
    assert row["unknown"][0] == "toxicity: no list of words for und"


def test_every_null_has_one_reason_and_no_other(profile: Profile) -> None:
    texts = [PROSE * 10, "", "word", "- a\n- b\n- c"]
    urls = ["https://www.example.co.uk/a", None, "https://example.org", "http://127.0.0.1/x"]
    for row in measured(profile, text=texts, url=urls).iter_rows(named=True):
        nulls = [name for name in traits.COLUMNS if name in row and row[name] is None]
        assert [reason.split(":")[0] for reason in row["unknown"]] == [
            name for name in nulls if name != "year_of"
        ]


def test_toxicity_is_by_the_list_of_the_language(profile: Profile, tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_text("darn\n")
    texts = [PROSE * 10, PROSE * 40 + "Darn. ", PROSE + "darn darn darn", "Ahir vam caminar. " * 20]
    found = measured(profile, {"eng_Latn": str(tmp_path / "en.txt")}, text=texts)
    assert found["toxicity"].to_list() == ["none", "some", "high", None]


def test_tiers_are_in_the_order_of_quality(profile: Profile) -> None:
    texts = [PROSE * 10, PROSE, "buy now {click}\n" * 20]
    assert measured(profile, text=texts)["quality_tier"].to_list() == ["high", "high", "low"]


def test_a_tier_does_not_hang_on_the_limits(profile: Profile) -> None:
    strict = profile.filtering.gopher_quality.model_copy(update={"min_words": 10_000})
    changed = profile.filtering.model_copy(update={"gopher_quality": strict})
    frame = pl.DataFrame({"text": [PROSE * 10], "url": [None]}, schema_overrides={"url": pl.String})
    tiers = [
        score(frame, [module.attribute(limits) for module in MODULES])["quality_tier"].item()
        for limits in (profile.filtering, changed)
    ]
    assert tiers == ["high", "high"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("code", "int main() {\n  return 0;\n}\nvoid f() {\n  g();\n}"),
        ("list", "Buy:\n- flour\n- salt\n- yeast\n1. mix"),
        ("dialogue", "Anna: Good morning.\nBen: Is it raining?\nAnna: Not yet."),
        ("dialogue", "— Bon dia.\n— Que plou?\n— Encara no."),
        ("questions", "What is a mill?\nA house that grinds.\nWho owns it?\nThe village does."),
        ("prose", f"{PROSE}\n{PROSE}"),
        ("prose", "昨日の夕方、雨が降り始めるまで川沿いを歩きました。"),
        (None, "Home\nNews\nAbout us"),
    ],
)
def test_type_of_speech(kind: str | None, text: str) -> None:
    found = pl.DataFrame({"text": [text]}).select(traits.speech_type(pl.col("text"))).item()
    assert found == kind


def test_year_is_that_of_publication_else_of_fetching(profile: Profile) -> None:
    fetched = datetime(2024, 5, 1, tzinfo=UTC)
    published = pl.Series([datetime(2019, 1, 2, tzinfo=UTC), None], dtype=pl.Datetime("us", "UTC"))
    frame = measured(profile, text=[PROSE] * 2, fetched_at=[fetched] * 2).drop(traits.COLUMNS)
    found = traits.measure(frame.with_columns(published_at=published))
    assert found.select("year", "year_of").rows() == [(2019, "published"), (2024, "fetched")]


def test_domain_of_an_address(profile: Profile) -> None:
    found = measured(profile, text=[PROSE], url="https://news.example.co.uk/page")
    assert found["domain"].item() == "example.co.uk"
