"""The peer: transformers' own `generate()`, batch by batch."""

from collections.abc import Sequence
from typing import Any

import torch

from synth_assets.bench.case import Done, Watch
from synth_assets.bench.generate.setting import BATCH_SIZE, build_setting
from synth_assets.bench.generate.workload import Ask, total_wanted


def run_generate(task: str, watch: Watch, *, quick: bool, by_length: bool) -> Done:
    """Answer all asks in file order, or sorted by prompt length."""
    setting = build_setting(task, quick=quick)
    generate_all(setting.model, setting.tokenizer, setting.warm_up, BATCH_SIZE)
    with watch:
        texts = generate_all(
            setting.model, setting.tokenizer, setting.asks, BATCH_SIZE, by_length=by_length
        )
    return Done(total_wanted(setting.asks), outputs=texts)


def generate_all(
    model: Any, tokenizer: Any, asks: Sequence[Ask], batch_size: int, *, by_length: bool = False
) -> list[str]:
    """The wanted part of every answer, in the order of the asks; greedy."""
    order = list(range(len(asks)))
    if by_length:
        order.sort(key=lambda number: -asks[number].prompt_tokens)
    texts = [""] * len(asks)
    for start in range(0, len(order), batch_size):
        numbers = order[start : start + batch_size]
        answers = _generate(model, tokenizer, [asks[number] for number in numbers])
        for number, text in zip(numbers, answers, strict=True):
            texts[number] = text
    return texts


@torch.inference_mode()
def _generate(model: Any, tokenizer: Any, batch: Sequence[Ask]) -> list[str]:
    is_encoder_decoder = model.config.is_encoder_decoder
    encoded = tokenizer(
        [ask.prompt for ask in batch],
        padding=True,
        padding_side="right" if is_encoder_decoder else "left",
        return_tensors="pt",
        return_token_type_ids=False,
    ).to(model.device)
    written = model.generate(
        **encoded, max_new_tokens=max(ask.wanted for ask in batch), do_sample=False, num_beams=1
    )
    first = 1 if is_encoder_decoder else encoded.input_ids.shape[1]
    rows = [row[first : first + ask.wanted] for row, ask in zip(written, batch, strict=True)]
    return [str(text) for text in tokenizer.batch_decode(rows, skip_special_tokens=True)]
