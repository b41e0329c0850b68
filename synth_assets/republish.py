"""Published batches judged again, one run after the other, from one batch forward."""

from collections.abc import Callable, Sequence

import polars as pl

from synth_assets.corpus.store import Store
from synth_assets.dedup.republish import CHANGES, Published
from synth_assets.errors import SynthAssetsError
from synth_assets.home import Home

Say = Callable[[str], None]


def republish(home: Home, store: Store, keys: Sequence[str], say: Say) -> pl.DataFrame:
    """First the signatures of all, then `deduped` and `packed` of each, in the order given; what
    changed in `deduped`, CHANGES.

    Raises SynthAssetsError at the first run that fails; a further call does all of it again.
    """
    from synth_assets.defs.launch import open_instance, run_batch
    from synth_assets.up import prepare

    prepare(home)
    changes = [pl.DataFrame(schema=dict(CHANGES))]
    with open_instance(home) as instance:

        def run(key: str, *corpora: str) -> None:
            outcome = run_batch(instance, key, say, republished=corpora)
            if not outcome.succeeded:
                reason = "; ".join(outcome.problems) or "it was stopped"
                raise SynthAssetsError(f"batch {key} was not republished: {reason}")

        for key in keys:
            run(key, "signatures")
        for key in keys:
            before = Published.of(store, key)
            run(key, "deduped", "packed")
            changes.append(before.changes(store))
    return pl.concat(changes)
