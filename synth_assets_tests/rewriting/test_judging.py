"""What becomes of refused answers: which requests follow, and which verdict stands."""

from collections.abc import Callable
from dataclasses import replace

from synth_assets.generation.protocol import Request, Result, Sampling
from synth_assets.generation.work import Failed, Made
from synth_assets.rewriting.catalogue import find_recipe
from synth_assets.rewriting.recipe import Selection
from synth_assets.rewriting.work import RecipeWork
from synth_assets_tests.rewriting.played import (
    IDENTITY,
    PARTS,
    Played,
    cut_off,
    declined,
    good,
    refusal,
    round_and_round,
    too_long,
)

GREEDY = Sampling(max_new_tokens=100)
DRAWN = Sampling(temperature=0.7, max_new_tokens=100)


def work(sampling: Sampling, passage_words: int = 500, samples: int = 1) -> RecipeWork:
    recipe = replace(find_recipe("faq"), passage_words=passage_words)
    return RecipeWork(recipe, IDENTITY, 1, Selection(), sampling, samples)


def test_a_truncated_text_is_asked_for_once_more_with_twice_the_budget():
    played = Played(work(GREEDY), cut_off, good)
    (longer,) = played.needs[1].requests
    assert longer.sampling == replace(GREEDY, max_new_tokens=200)
    assert played.needs[1].retries == {}
    assert played.made.documents[0].generation_keys == [longer.key]
    assert played.faults == {played.keys(0)[0]: "truncated"}


def test_truncated_twice_is_dropped():
    played = Played(work(DRAWN), cut_off, cut_off)
    assert (played.dropped.reason, played.dropped.value) == ("truncated", "200 tokens")
    assert set(played.faults) == {*played.keys(0), *played.keys(1)}


def test_a_longer_try_that_fails_leaves_the_first_verdict():
    played = Played(work(GREEDY), cut_off, too_long)
    assert (played.dropped.reason, played.dropped.value) == ("truncated", "100 tokens")


def test_a_text_that_goes_round_gets_no_larger_budget():
    assert Played(work(GREEDY), round_and_round).dropped.reason == "truncated"
    played = Played(work(DRAWN), round_and_round, good)
    assert played.needs[1].requests[0].sampling == DRAWN  # another seed instead
    assert played.needs[1].retries == {played.keys(1)[0]: played.keys(0)[0]}
    assert isinstance(played.end, Made)


def test_no_budget_beyond_the_bound():
    played = Played(work(replace(GREEDY, max_new_tokens=8192)), cut_off)
    assert played.dropped.reason == "truncated"
    played = Played(work(replace(GREEDY, max_new_tokens=5000)), cut_off, good)
    assert played.needs[1].requests[0].sampling.max_new_tokens == 8192


def test_a_refused_text_is_drawn_once_more_with_another_seed():
    played = Played(work(DRAWN), refusal, good)
    first, second = played.needs[0].requests[0], played.needs[1].requests[0]
    assert first.seed != second.seed and first.sampling == second.sampling
    assert played.needs[1].retries == {second.key: first.key}
    assert played.made.documents[0].generation_keys == [second.key]
    assert played.faults == {first.key: "refusal"}


def test_the_second_verdict_is_the_last():
    played = Played(work(DRAWN), refusal, cut_off)
    assert played.dropped.reason == "truncated"
    assert list(played.faults.values()) == ["refusal", "truncated"]


def test_a_declined_or_failed_retry_leaves_the_first_verdict():
    for answer in (declined, too_long):
        played = Played(work(DRAWN), refusal, answer)
        assert played.dropped.reason == "refusal"
        assert played.faults == {played.keys(0)[0]: "refusal"}


def test_greedy_texts_are_not_asked_for_again():
    assert Played(work(GREEDY), refusal).dropped.reason == "refusal"


def test_a_longer_text_may_be_refused_and_drawn_again():
    played = Played(work(DRAWN), cut_off, refusal, good)
    longer, again = played.needs[1].requests[0], played.needs[2].requests[0]
    assert again.sampling == longer.sampling and again.seed != longer.seed
    assert played.needs[2].retries == {again.key: longer.key}
    assert list(played.faults.values()) == ["truncated", "refusal"]


def by_part(**answers: Callable[[Request], Result]) -> Callable[[Request], Result]:
    def answer(request: Request) -> Result:
        part = next(part for part in PARTS if f"## Part {part}" in str(request.prompt))
        return answers.get(part, good)(request)

    return answer


def test_only_the_refused_passages_are_asked_for_again():
    played = Played(work(DRAWN, 40), by_part(one=cut_off, three=refusal), good)
    assert len(played.needs[0].requests) == 3
    longer, again = played.needs[1].requests
    assert played.needs[1].retries == {again.key: played.keys(0)[2]}
    keys = played.made.documents[0].generation_keys
    assert keys == [longer.key, played.keys(0)[1], again.key]


def test_nothing_more_is_asked_for_a_document_that_is_lost():
    played = Played(work(DRAWN, 40), by_part(one=refusal, two=too_long))
    assert isinstance(played.end, Failed)
    assert played.end.error == "passage 2 of 3: too long"
    assert played.faults == {played.keys(0)[0]: "refusal"}


def test_all_refused_passages_are_reported():
    played = Played(work(GREEDY, 40), by_part(one=refusal, three=round_and_round))
    assert (played.dropped.reason, played.dropped.value[:15]) == ("refusal", "passage 1 of 3:")
    first, _, third = played.keys(0)
    assert played.faults == {first: "refusal", third: "truncated"}


def test_one_bad_sample_leaves_the_others():
    bad: list[str] = []

    def second_is_bad(request: Request) -> Result:
        bad.append(request.key)
        return refusal(request) if len(bad) == 2 else good(request)

    played = Played(work(DRAWN, samples=3), second_is_bad, refusal)
    assert len(played.made.documents) == 2
    assert [one.generation_keys for one in played.made.documents] == [[bad[0]], [bad[2]]]
    assert played.faults == {bad[1]: "refusal", played.keys(1)[0]: "refusal"}
    assert len({one.doc_id for one in played.made.documents}) == 2
