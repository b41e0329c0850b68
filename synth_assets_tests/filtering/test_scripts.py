import numpy as np
import pytest

from synth_assets.filtering.scripts import best_script, count_scripts


def of(text: str, *allowed: str) -> str | None:
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    return best_script(codes, count_scripts(text), allowed)


def test_letters_are_counted_by_script() -> None:
    counts = count_scripts("abc Где? 12 漢字かな カナ \0 שלום")
    assert counts == {"Latn": 3, "Cyrl": 3, "Hani": 2, "Kana": 4, "Hebr": 4}


@pytest.mark.parametrize(
    ("text", "allowed", "script"),
    [
        ("Кеча кечқурун", ("Latn", "Cyrl", "Arab"), "Cyrl"),
        ("Kecha kechqurun", ("Cyrl", "Latn"), "Latn"),
        ("Қазақ тілі (Qazaq tili)", ("Cyrl", "Arab", "Latn"), "Cyrl"),
        ("قازاق ءتىلى", ("Cyrl", "Arab", "Latn"), "Arab"),
        ("這個國家的歷史", ("Hans", "Hant"), "Hant"),
        ("这个国家的历史", ("Hans", "Hant"), "Hans"),
        ("山水", ("Hans", "Hant"), "Hans"),  # the same in both: the usual one
        ("山水", ("Hant", "Hans"), "Hant"),
        ("ひらがなと漢字", ("Jpan",), "Jpan"),
        ("fastapi run ระบบ", ("Thai",), "Thai"),  # its own script, although most is Latin
        ("only Latin", ("Cyrl", "Arab"), None),
    ],
)
def test_best_script(text: str, allowed: tuple[str, ...], script: str | None) -> None:
    assert of(text, *allowed) == script
