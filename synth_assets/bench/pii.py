"""Personal data in documents: ours against datatrove's formatter, which knows e-mail and IP.

Documents in, documents with placeholders out, on real pages. `ours/all` has every kind, `ours/two`
the two that datatrove has. `masked` is the share of the texts that were changed.
"""

from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec

from synth_assets.bench.case import RATE, Case, Claim, Done, Watch

TWO = ("email", "ip")
WARM_UP = 64

Mask = Callable[[Sequence[str]], list[str]]


def cases(*, quick: bool) -> Sequence[Case]:
    """The cases; imports nothing heavy. What is not installed is left out."""
    peers = ("datatrove",) if find_spec("datatrove") else ()
    claims = tuple(Claim(RATE, against=peer, at_least=3) for peer in peers)
    return [
        Case("ours/all", partial(_run, "all", quick), "documents", peers),
        Case("ours/two", partial(_run, "two", quick), "documents", peers, claims),
        *(Case(peer, partial(_run, peer, quick), "documents", rounds=2) for peer in peers),
    ]


def _run(who: str, quick: bool, watch: Watch) -> Done:
    from synth_assets.bench.dedup.work import source

    texts = source(quick)["text"].to_list()
    mask = _datatrove() if who == "datatrove" else _ours(who)
    mask(texts[:WARM_UP])
    with watch:
        masked = mask(texts)
    changed = sum(one != other for one, other in zip(texts, masked, strict=True))
    return Done(len(texts), {"masked": changed / len(texts)})


def _ours(who: str) -> Mask:
    import polars as pl

    from synth_assets.corpus.document import Document
    from synth_assets.corpus.schema import DOCUMENT
    from synth_assets.filtering.pii.masking import Masker
    from synth_assets.home import Home
    from synth_assets.profile import load_profile

    settings = load_profile(home=Home.find()).filtering.pii
    if who == "two":
        off = {kind: None for kind in settings.placeholders if kind not in TWO}
        settings = settings.model_copy(update=off)
    masker = Masker(settings, lambda texts: [0] * len(texts))
    nothing = Document(doc_id="", text="", lang="eng_Latn").to_row()
    empty = pl.DataFrame([nothing], schema=DOCUMENT)

    def mask(texts: Sequence[str]) -> list[str]:
        ids = [f"{number:032x}" for number in range(len(texts))]
        rows = pl.DataFrame({"text": texts, "doc_id": ids})
        documents = rows.join(empty.drop("text", "doc_id"), how="cross").select(DOCUMENT.keys())
        return masker.mask(documents).documents["text"].to_list()

    return mask


def _datatrove() -> Mask:
    from datatrove.pipeline.formatters import PIIFormatter

    formatter = PIIFormatter()
    return lambda texts: [formatter.format(text) for text in texts]
