"""Everything explains back: documents to records of input files, packed tokens to documents.

`end_to_end/test_line.py` walks the whole bundled sample.
"""

from synth_assets.explore.ask import Explorer
from synth_assets_tests.explore.site import Site
from synth_assets_tests.explore.walking import tokens_explained, walk


def test_every_document_leads_to_a_record_and_every_token_to_a_document(
    made: Site, explorer: Explorer
) -> None:
    walked = walk(made.store, explorer)
    assert len(walked) > 30
    assert tokens_explained(made.store, made.profile, explorer, walked) > 5_000
