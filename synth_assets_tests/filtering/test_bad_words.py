from pathlib import Path

import polars as pl
import pytest

from synth_assets.errors import InputError, ProfileError
from synth_assets.filtering.bad_words import attribute
from synth_assets.filtering.rules import judge
from synth_assets.profile.filtering import FilteringProfile
from synth_assets.profile.load import load_profile

LISTS = {"eng_Latn": "darn\nheck of a\n", "jpn_Jpan": "悪い\n", "spa_Latn": "caramba\n"}


@pytest.fixture
def profile(tmp_path: Path):
    def build(max_share: float = 0.01, **contents: str) -> FilteringProfile:
        lists = {}
        for lang, content in (contents or LISTS).items():
            path = tmp_path / lang
            path.write_text(content, encoding="utf-8")
            lists[lang] = str(path)
        settings = load_profile().filtering
        words = settings.bad_words.model_copy(update={"lists": lists, "max_share": max_share})
        return settings.model_copy(update={"bad_words": words})

    return build


def share(profile: FilteringProfile, text: str | None, lang: str) -> float | None:
    documents = pl.DataFrame({"text": [text], "lang": [lang]}, schema_overrides={"text": pl.String})
    [found] = attribute(profile).measure(documents)["bad_word_share"]
    return found


@pytest.mark.parametrize(
    ("text", "lang", "characters"),
    [
        ("Oh DARN, darn it.", "eng_Latn", 8),
        ("A heck\n of  a day", "eng_Latn", 11),
        ("darned socks, heck", "eng_Latn", 0),
        ("darn", "spa_Latn", 0),
        ("¡Caramba!", "spa_Latn", 7),
        ("これは悪い日です", "jpn_Jpan", 2),
        ("", "eng_Latn", 0),
    ],
)
def test_share_of_the_characters(profile, text: str, lang: str, characters: int) -> None:
    assert share(profile(), text, lang) == characters / max(1, len(text))


def test_a_language_without_a_list_is_not_judged(profile) -> None:
    assert share(profile(), "darn darn", "cat_Latn") is None
    assert share(profile(), "darn darn", "und") is None


def test_the_limit_decides(profile) -> None:
    documents = pl.DataFrame(
        {"text": ["darn " + "fine words " * n for n in (1, 200)], "lang": ["eng_Latn"] * 2}
    )
    for limit, reasons in ((0.01, ["bad_words", None]), (0, ["bad_words"] * 2), (1, [None] * 2)):
        one = attribute(profile(limit))
        assert judge(one.measure(documents), one.rules)["drop_reason"].to_list() == reasons


def test_entries_are_no_patterns(profile) -> None:
    settings = profile(eng_Latn="a.b\n(c\n")
    assert share(settings, "axb", "eng_Latn") == 0
    assert share(settings, "a.b", "eng_Latn") == 1


def test_unusable_lists(profile) -> None:
    with pytest.raises(InputError, match="eng_Latn, line 2: 300 characters"):
        share(profile(eng_Latn="ok\n" + "x" * 300), "text", "eng_Latn")
    with pytest.raises(InputError, match="eng_Latn: no words in it"):
        share(profile(eng_Latn="# nothing\n"), "text", "eng_Latn")
    settings = profile()
    gone = settings.bad_words.model_copy(update={"lists": {"eng_Latn": "/nowhere.txt"}})
    with pytest.raises(ProfileError, match="filtering.bad_words.lists.eng_Latn = /nowhere.txt"):
        attribute(settings.model_copy(update={"bad_words": gone}))
