import re

import pytest

from synth_assets.filtering.language_codes import LID176, to_flores
from synth_assets.filtering.language_lid176 import load_lid176


def test_the_table_covers_every_label_of_the_bundled_model() -> None:
    assert set(LID176) == set(load_lid176().labels)
    assert len(LID176) == 176


def test_every_code_is_flores_style() -> None:
    for code, scripts in LID176.values():
        assert re.fullmatch(r"[a-z]{3}", code)
        assert scripts
        assert all(re.fullmatch(r"[A-Z][a-z]{3}", script) for script in scripts)


def test_alemannic_and_tosk_albanian_are_not_confused() -> None:
    assert LID176["als"][0] == "gsw"
    assert LID176["sq"][0] == "als"
    assert to_flores("als") == to_flores("sq") == to_flores("alb") == "als_Latn"


@pytest.mark.parametrize(
    ("code", "flores"),
    [
        ("ca", "cat_Latn"),
        ("cat", "cat_Latn"),
        ("cat_Latn", "cat_Latn"),
        (" CA-es ", "cat_Latn"),
        ("en-US", "eng_Latn"),
        ("pt_BR", "por_Latn"),
        ("zh", "zho_Hans"),
        ("zh-TW", "zho_Hant"),
        ("zh_Hant", "zho_Hant"),
        ("sr", "srp_Cyrl"),
        ("sr-Latn-RS", "srp_Latn"),
        ("ar", "arb_Arab"),
        ("fa", "pes_Arab"),
        ("nb", "nob_Latn"),
        ("ger", "deu_Latn"),
        ("ha", "hau_Latn"),  # unknown to lid.176
        ("zul", "zul_Latn"),
        ("xyz_Latn", "xyz_Latn"),  # well formed: stands as given
        ("und", "und"),
        ("xyz", "und"),
        ("english", "und"),
        ("", "und"),
        ("C", "und"),
    ],
)
def test_to_flores(code: str, flores: str) -> None:
    assert to_flores(code) == flores
    assert to_flores(to_flores(code)) == flores
