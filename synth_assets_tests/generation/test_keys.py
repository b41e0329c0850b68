"""A key holds all that shapes a result, and nothing else."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from synth_assets.generation.keys import make_request, request_seed
from synth_assets.generation.protocol import EngineIdentity, Sampling
from synth_assets_tests.corpora import document, publish
from synth_assets_tests.generation import gated

IDENTITY = EngineIdentity("transformers", "model", "rev", "tok")
GREEDY = Sampling()
DRAWN = Sampling(temperature=0.7)


def key(identity=IDENTITY, prompt="hello", sampling=GREEDY, **changes):
    settings = {"profile_seed": 1, "step": "faq"} | changes
    return make_request(identity, prompt, sampling, **settings).key


def test_equal_work_has_an_equal_key() -> None:
    assert key() == key()
    assert key(prompt=[{"role": "user", "content": "x"}]) == key(
        prompt=({"role": "user", "content": "x"},)
    )


def test_everything_that_shapes_the_text_changes_the_key() -> None:
    variants = [
        key(),
        key(prompt="hello "),
        key(prompt=[1, 2, 3]),
        key(target_lang="cat_Latn"),
        key(sampling=Sampling(num_beams=4)),
        key(sampling=Sampling(max_new_tokens=7)),
        *(
            key(identity=replace(IDENTITY, **{name: "other"}))
            for name in ("kind", "model", "revision", "tokenizer")
        ),
        key(sampling=DRAWN),
        key(sampling=DRAWN, attempt=1),
        key(sampling=DRAWN, sample=1),
        key(sampling=DRAWN, profile_seed=2),
        key(sampling=Sampling(temperature=0.7, top_k=5)),
    ]
    assert len(set(variants)) == len(variants)


def test_greedy_decoding_does_not_look_at_seed_or_cutoffs() -> None:
    assert key(sampling=Sampling(top_k=5, top_p=0.5)) == key()
    assert key(profile_seed=2, step="other") == key()


def test_seeds_fit_63_bits_and_differ_by_attempt() -> None:
    seeds = {request_seed(1, "s", "p", attempt=attempt) for attempt in range(100)}
    assert len(seeds) == 100
    assert all(0 <= seed < 1 << 63 for seed in seeds)


Prompts = st.one_of(
    st.text(max_size=40),
    st.lists(st.integers(0, 50_000), max_size=8),
    st.lists(
        st.fixed_dictionaries(
            {"role": st.sampled_from(["system", "user"]), "content": st.text(max_size=20)}
        ),
        min_size=1,
        max_size=3,
    ),
)


@given(Prompts, st.integers(2, 9), st.integers(0, 3))
def test_samples_are_requests_of_their_own_and_the_first_is_the_single_one(
    prompt: object, n: int, attempt: int
) -> None:
    settings = {"profile_seed": 1, "step": "faq", "attempt": attempt}
    many = [make_request(IDENTITY, prompt, DRAWN, sample=one, **settings) for one in range(n)]
    assert many[0] == make_request(IDENTITY, prompt, DRAWN, **settings)
    assert len({request.key for request in many}) == len({request.seed for request in many}) == n


@given(
    Prompts,
    Prompts,
    st.tuples(st.integers(0, 9), st.sampled_from(["faq", "qa"]), st.integers(0, 3)),
    st.tuples(st.integers(0, 9), st.sampled_from(["faq", "qa"]), st.integers(0, 3)),
)
def test_keys_are_equal_exactly_where_all_that_shapes_the_text_is(
    prompt: object, other_prompt: object, one: tuple, other: tuple
) -> None:
    keys = [
        key(prompt=text, sampling=DRAWN, profile_seed=seed, step=step, attempt=attempt)
        for text, (seed, step, attempt) in ((prompt, one), (other_prompt, other))
    ]
    assert (keys[0] == keys[1]) == ((prompt, one) == (other_prompt, other))


def test_the_same_text_elsewhere_has_the_same_key(make_run, store, tmp_path) -> None:
    """Other documents, another batch, another version of code and rows: nothing is sent."""
    texts = [f"text number {number}" for number in range(20)]
    for batch, first in (("b1", 0), ("b2", 500)):
        documents = [document(first + n, text, title=batch) for n, text in enumerate(texts)]
        publish(store, documents, batch=batch)
    engine = gated.LoggingEngine(tmp_path / "log")
    gated.generate(make_run("b1"), engine)
    sent = list(engine.sent)
    work = replace(gated.GatedWork(), row_version="2")
    gated.generate(make_run("b2", code_version="2"), engine, work=work)
    assert engine.sent == sent
