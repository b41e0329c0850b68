"""A key holds all that shapes a result, and nothing else."""

from dataclasses import replace

from synth_assets.generation.keys import make_request, request_seed
from synth_assets.generation.protocol import EngineIdentity, Sampling

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
