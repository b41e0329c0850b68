"""Other extractors that a profile may choose."""

from synth_assets.errors import InputError


def peer_text(html: str) -> str:
    """The main text by trafilatura (Barbaresi 2021) as Markdown, comments left out.

    Raises InputError where it is not installed.
    """
    try:
        import trafilatura
    except ImportError:
        raise InputError(
            "ingest.extractor is trafilatura, which is not installed; install "
            "synth-assets[bench], or set it to blocks"
        ) from None
    return trafilatura.extract(html, include_comments=False, output_format="markdown") or ""
