import random
import string
import textwrap
import unicodedata
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.bench.decontaminate import asked, load_items
from synth_assets.filtering.decontamination import index as index_module
from synth_assets.filtering.decontamination.index import EvaluationIndex
from synth_assets.filtering.decontamination.items import Item, read_items
from synth_assets.filtering.decontamination.normal import joined_words, words
from synth_assets.profile.decontamination import EvaluationSet
from synth_assets_tests.filtering.raw import PROSE

OWN = Path(__file__).with_name("items.jsonl")
PUNCTUATION = set(string.punctuation) | set("’“”…—")


def _taken_out(text: str) -> str:
    return "".join(letter for letter in text if letter not in PUNCTUATION)


def _spaced(text: str) -> str:
    return "".join(" " if letter in PUNCTUATION else letter for letter in text)


def _wide(text: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "whole": str,
    "upper": str.upper,
    "title": str.title,
    "spaced": _spaced,
    "one word a line": lambda text: "\n".join(text.split()),
    "quoted lines": lambda text: textwrap.indent(textwrap.fill(text, 40), "> "),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "full width": _wide,
    "soft hyphens": lambda text: text.replace("e", "e\u00ad"),
}


@pytest.fixture(scope="module")
def own() -> EvaluationIndex:
    settings = EvaluationSet(
        path=str(OWN), text=["question"], answers=["answer", "choices"], id="id"
    )
    return EvaluationIndex.build(read_items("own", settings), 13, 8)


def in_prose(text: str) -> str:
    half = len(PROSE) // 2
    return f"{PROSE[:half]} {text} {PROSE[half:]}"


def names(index: EvaluationIndex, *texts: str) -> list[str | None]:
    return [None if one is None else one.item.name for one in index.find(pl.Series(texts))]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_long_and_middling_items_are_found_however_they_are_written(
    own: EvaluationIndex, spelling: str
) -> None:
    long = [item for item in own.items if len(words(item.texts[0])) >= 8]
    planted = [in_prose(SPELLINGS[spelling](item.texts[0])) for item in long]
    assert (
        names(own, *planted) == [item.name for item in long] == ["tides", "harbor", "cafe", "han"]
    )


def test_punctuation_may_be_taken_out(own: EvaluationIndex) -> None:
    planted = [in_prose(_taken_out(own.items[number].texts[0])) for number in (0, 1, 5)]
    assert names(own, *planted) == ["tides", "harbor", "cafe"]


def test_a_short_item_needs_its_answer(own: EvaluationIndex) -> None:
    question = "Who lit the lantern?"
    assert names(
        own,
        in_prose(question),
        in_prose("It was the old keeper's youngest daughter. " + question),
        in_prose(f"{question}\n(a) nobody\n(b) It was the old keeper's youngest daughter"),
        in_prose(f"{question} {'And so on. ' * 30} It was the old keeper's youngest daughter"),
    ) == [None, None, "lantern", None]


def test_items_that_nothing_tells_apart_are_too_short(own: EvaluationIndex) -> None:
    assert [item.name for item in own.too_short] == ["sea", "not"]
    assert names(own, in_prose("Salty? yes, very. not True or False: False")) == [None]


def test_choices_together_tell_an_item_apart() -> None:
    choices = ("reef", "cliff", "beach", "quay")
    item = Item("s", "1", ("Where do seals sleep",), choices, (choices,))
    index = EvaluationIndex.build([item], 13, 8)
    listed = "Where do seals sleep? A. reef B. cliff C. beach D. quay"
    assert names(index, listed, "Where do seals sleep? On the reef") == ["1", None]


def test_half_of_a_long_item_is_enough(own: EvaluationIndex) -> None:
    text = own.items[0].texts[0].split()
    assert names(own, " ".join(text[5:18]), " ".join(text[5:17])) == ["tides", None]


def test_the_item_with_most_in_common_is_named() -> None:
    shared = "Read the following story with care and answer the question that stands after it"
    items = [Item("s", name, (f"{shared} {name} was here",)) for name in ("ann", "bob", "eve")]
    index = EvaluationIndex.build(items, 13, 8)
    assert names(index, f"{shared} bob was here", shared) == ["bob", "ann"]


def test_equal_hashes_of_other_words_are_no_match(
    own: EvaluationIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The n-grams of the index under the keys of another text's: candidates that are not there."""
    other = [Item("other", "1", (PROSE,))]
    forged = EvaluationIndex.build(other, 13, 8)
    count = min(len(forged.keys), len(own.keys))
    liar = EvaluationIndex(
        own.items, (), own.probes, own.item_of, forged.keys[:count],
        own.owners[:count], own.begins[:count],
    )  # fmt: skip
    met = []
    monkeypatch.setattr(EvaluationIndex, "_verify", _recorded(met, EvaluationIndex._verify))
    assert names(liar, PROSE) == [None]
    assert len(met) == 1


def _recorded(met: list[str], verify: Callable[..., object]) -> Callable[..., object]:
    def recorded(self: EvaluationIndex, text: str, candidates: object) -> object:
        met.append(text)
        return verify(self, text, candidates)

    return recorded


def test_more_candidates_than_there_is_room_for(
    own: EvaluationIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "ROOM", 2)
    tides = own.items[0].texts[0]
    texts = [PROSE, tides, "", f"{tides} {tides}", PROSE, tides]
    assert names(own, *texts) == [None, "tides", None, "tides", None, "tides"]


def test_no_texts_no_words_and_nulls(own: EvaluationIndex) -> None:
    assert own.find(pl.Series([], dtype=pl.String)) == []
    assert own.find(pl.Series([None, "", "...", "\0", "灯"])) == [None] * 5
    assert EvaluationIndex.build([], 13, 8).find(pl.Series([PROSE])) == [None]


LETTERS = st.text(
    st.sampled_from("aZ é\u0301ßİﬁ½灯ไก\u0e31हि\u200b\u00ad\u200d_-'\n’ﷺ\U0001f600한"), max_size=40
)


@given(LETTERS, LETTERS, LETTERS)
def test_the_kernel_sees_the_words_of_the_definition(before: str, text: str, after: str) -> None:
    """A text is found in another exactly where its words stand among that one's."""
    wanted = tuple(words(text))
    item = Item("s", "1", (text,))
    index = EvaluationIndex.build([item], 3, 3)
    whole = f"{before}{text}{after}"
    there = words(whole)
    spelled = {wanted, tuple(joined_words(text))}
    grams = {one[at : at + 3] for one in spelled if len(one) >= 3 for at in range(len(one) - 2)}
    expected = any(tuple(there[at : at + 3]) in grams for at in range(len(there) - 2))
    if grams:
        assert (index.find(pl.Series([whole]))[0] is not None) == expected


def test_words_by_their_definition() -> None:
    assert words("Janet’s CAFÉ, snake_case\nＦｕｌｌ ﬁne x\u00ady") == [
        "janet", "s", "cafe", "snake", "case", "full", "fine", "xy",
    ]  # fmt: skip
    assert joined_words("Janet’s 80,000 e-mail") == ["janets", "80000", "email"]
    assert words("港口灯 harbour हिंदी") == ["港", "口", "灯", "harbour", *words("हिंदी")]


@pytest.fixture(scope="module")
def real(data_dir: Path) -> EvaluationIndex:
    return EvaluationIndex.build(load_items(data_dir), 13, 8)


@pytest.fixture(scope="module")
def pages(data_dir: Path) -> list[str]:
    file = data_dir / "bench" / "docs_50k.parquet"
    return pl.read_parquet(file, columns=["text"]).sample(5_000, seed=1)["text"].to_list()


def test_no_clean_page_is_taken_for_contaminated(real: EvaluationIndex, pages: list[str]) -> None:
    assert [one for one in real.find(pl.Series(pages)) if one] == []


@pytest.mark.parametrize(
    "spelling", ["whole", "upper", "spaced", "one word a line", "quoted lines"]
)
def test_every_planted_item_is_found(
    real: EvaluationIndex, pages: list[str], spelling: str
) -> None:
    """Shorter items with their choices or first answer; the item named is this one, or one that
    shares the words that were found."""
    draw = random.Random(spelling)
    short = {id(item) for item in real.too_short}
    items = [item for item in real.items if id(item) not in short]
    texts = [_plant(draw.choice(pages), SPELLINGS[spelling](asked(item))) for item in items]
    found = real.find(pl.Series(texts))
    missed = [item for item, one in zip(items, found, strict=True) if one is None]
    others = [
        (item, one)
        for item, one in zip(items, found, strict=True)
        if one and one.item != item and one.words not in " ".join(words(asked(item)))
    ]
    assert missed == []
    assert others == []


def _plant(page: str, text: str) -> str:
    half = len(page) // 2
    return f"{page[:half]} {text}\n{page[half:]}"
