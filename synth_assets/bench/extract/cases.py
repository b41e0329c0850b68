"""The cases of `synth-assets bench extract`: ours, resiliparse alone, trafilatura as it comes and
favouring precision, on the same pages."""

from collections.abc import Callable, Sequence
from functools import partial

from synth_assets.bench.case import RATE, Case, Claim, Done, Watch
from synth_assets.bench.extract.gold import (
    HUMAN,
    TEXT_TYPES,
    Agreement,
    GoldPage,
    agreement,
    holds,
    load_pages,
)
from synth_assets.errors import SynthAssetsError

Extract = Callable[[str], str]

PEER = "trafilatura"
QUICK_PAGES = 5
WARM_UP_PAGES = 3


def cases(*, quick: bool) -> Sequence[Case]:
    """Rates are of all pages; agreement is by gold type."""
    claims = (
        Claim(f"f1 {HUMAN}", at_least=0.963),
        Claim(RATE, against=PEER, at_least=6),
    )
    return [
        Case(
            "blocks",
            partial(_run, "blocks", quick),
            "pages",
            peers=("resiliparse", PEER, f"{PEER}-precision"),
            claims=claims,
        ),
        *(
            Case(name, partial(_run, name, quick), "pages")
            for name in ("resiliparse", PEER, f"{PEER}-precision")
        ),
    ]


def _run(name: str, quick: bool, watch: Watch) -> Done:
    extract, pages = _extractors()[name](), load_pages()
    if quick:
        pages = [page for kind in TEXT_TYPES for page in _of(kind, pages)[:QUICK_PAGES]]
    for page in pages[:WARM_UP_PAGES]:
        extract(page.html)
    with watch:
        texts = [extract(page.html) for page in pages]
    return Done(len(pages), _figures(pages, texts))


def _of(kind: str, pages: Sequence[GoldPage]) -> list[GoldPage]:
    return [page for page in pages if page.gold_type == kind]


def _figures(pages: Sequence[GoldPage], texts: Sequence[str]) -> dict[str, float]:
    pairs = list(zip(pages, texts, strict=True))
    figures: dict[str, float] = {}
    for kind in TEXT_TYPES:
        one = Agreement.mean_of(
            [agreement(text, page.text or "") for page, text in pairs if page.gold_type == kind]
        )
        figures |= {f"precision {kind}": one.precision, f"recall {kind}": one.recall}
        figures[f"f1 {kind}"] = one.f1
    for name in ("must_have", "must_not_have"):
        held = [holds(text, passage) for page, text in pairs for passage in getattr(page, name)]
        if held:
            figures[f"share of {name}"] = sum(held) / len(held)
    return figures


def _extractors() -> dict[str, Callable[[], Extract]]:
    return {
        "blocks": _blocks,
        "resiliparse": _resiliparse,
        PEER: _trafilatura,
        f"{PEER}-precision": partial(_trafilatura, favor_precision=True),
    }


def _blocks() -> Extract:
    from synth_assets.ingest.html import read_page

    return lambda html: read_page(html).text


def _resiliparse() -> Extract:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    def extract(html: str) -> str:
        tree = HTMLTree.parse(html)
        text: str = extract_plain_text(
            tree, main_content=True, alt_texts=False, preserve_formatting=False
        )
        return text

    return extract


def _trafilatura(*, favor_precision: bool = False) -> Extract:
    try:
        import trafilatura
    except ImportError:
        raise SynthAssetsError(
            "trafilatura is not installed; install synth-assets[bench], or use --only blocks"
        ) from None

    def extract(html: str) -> str:
        found = trafilatura.extract(html, include_comments=False, favor_precision=favor_precision)
        return found or ""

    return extract
