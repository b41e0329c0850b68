import polars as pl
import pytest

from synth_assets.corpus.document import Document, measure
from synth_assets.corpus.footer import Law
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.stage import StageRun
from synth_assets.errors import CorpusError
from synth_assets.packing.tokenizer import token_counter
from synth_assets.translation import bitext
from synth_assets.translation.stage import SEGMENTS
from synth_assets_tests.conftest import MakeRun

LANG = "cat_Latn"
PAIR = "bitext/eng_Latn-cat_Latn"
SOURCE = "a" * 32
MADE = "b" * 32
PAIRS = [
    ("text", 0, "Open the file.", "Obriu el fitxer.", 0, "direct"),
    ("text", 1, "42", "42", 17, "copied"),
    ("text", 2, "Close `x`.", "Tanqueu `x`.", 20, "masked"),
    ("title", 0, "Files", "Fitxers", 0, "direct"),
]


def write_translated(run: StageRun) -> None:
    document = Document(
        doc_id=MADE, text="Obriu el fitxer. 42 Tanqueu `x`.", lang=LANG, root_ids=[SOURCE],
        parent_ids=[SOURCE], license="MPL-2.0", model="m", model_revision="r",
    )  # fmt: skip
    measure([document], token_counter(run.profile.packing.tokenizer))
    rows = [(MADE, *pair) for pair in PAIRS]
    names = ["doc_id", "part", "index", "source", "target", "start", "method"]
    with run.store.write(
        f"translated/{LANG}", run.batch, schema=DOCUMENT, code_version="1", inputs={}
    ) as writer:
        writer.sidecar("segments", SEGMENTS)
        writer.keep(pl.DataFrame([document.to_row()], schema_overrides=DOCUMENT))
        writer.add("segments", pl.DataFrame(rows, schema=names, orient="row"))
        writer.commit(Law("documents", {"read": 1}, {"kept": 1}))


def test_the_pairs_of_a_translation(make_run: MakeRun) -> None:
    run = make_run()
    write_translated(run)
    footer = bitext.run(run, lang=LANG)
    rows = run.store.open(PAIR, run.batch).read()

    assert rows.columns == list(bitext.COLUMNS)
    shown = rows.select("part", "position", "source", "target", "method").rows()
    assert shown == [(*pair[:4], pair[5]) for pair in PAIRS if pair[5] != "copied"]
    assert rows["doc_id"].unique().to_list() == [MADE]
    assert rows["parent_id"].unique().to_list() == [SOURCE]
    assert (rows["source_lang"][0], rows["target_lang"][0]) == ("eng_Latn", LANG)
    assert rows["copy_ratio"].to_list() == [0.0, 0.0, 0.0]
    assert rows["length_ratio"].is_between(0.8, 1.5).all()
    assert rows["license"].unique().to_list() == ["MPL-2.0"]
    assert [str(law) for law in footer.laws if not law.holds] == []
    assert footer.counts.other == {"segments_copied": 1}


def test_without_a_translation_there_is_no_bitext(make_run: MakeRun) -> None:
    with pytest.raises(CorpusError, match="materialize translated/cat_Latn for this batch first"):
        bitext.run(make_run(), lang=LANG)
