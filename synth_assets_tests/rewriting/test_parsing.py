"""Parsers take off what is around the text, and nothing of it."""

import time

import pytest

from synth_assets.rewriting.parsing import parse

PARSERS = ("strip_thinking", "unwrap_fence", "strip_preamble", "strip_closing")


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("Here is the FAQ:\n\n## Why?\n\nBecause.", "## Why?\n\nBecause."),
        ("```markdown\n# A\n\nB.\n```", "# A\n\nB."),
        ("```python\nf()\n```", "```python\nf()\n```"),
        ("A text.\n\nI hope this helps!", "A text."),
        ("Here is where the river begins.", "Here is where the river begins."),
        ("Sure!", "Sure!"),
        ("<think>\nLet me see: a river.\n</think>\n\nA text.", "A text."),
        ("Let me see: a river.\n</think>\n\nA text.", "A text."),
        ("<think>\nLet me see: a river.", None),
        ("A text on <think> and </think>, two tags.", None),
        ("Aquí tienes la tabla:\n\n| A |", "| A |"),
        ("**Voici le tableau :**\n\n| A |", "| A |"),
        ("Bien sûr !\n\n| A |", "| A |"),
        ("Here are the hours:\n\n- nine", "Here are the hours:\n\n- nine"),
        ("A text.\n\n---\n\nEspero que això us sigui útil!", "A text."),
        ("A text.\n\nIch hoffe, das hilft dir weiter.", "A text."),
        ("A text.\nI hope this helps nobody, he said.\nAnd left.", None),
    ],
)
def test_parsing_takes_off_only_what_is_around_the_text(said: str, text: str | None):
    assert parse(PARSERS, said) == (said if text is None else text)


@pytest.mark.parametrize("empty", ["\n" * 20_000, "\n---" + "\n" * 20_000])
def test_a_model_that_writes_empty_lines_for_ever_is_parsed_at_once(empty: str):
    said = f"A text.{empty}The end."
    begun = time.process_time()
    assert parse(PARSERS, said) == said
    assert time.process_time() - begun < 2  # a quadratic one takes minutes
