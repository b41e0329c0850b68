"""Token ids of unequal length as one tensor, and which of them stand in one."""

from collections.abc import Iterator, Sequence

import torch


def padded(
    rows: Sequence[Sequence[int]], pad_id: int, device: torch.device, *, left: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and attention mask, both (rows, longest)."""
    width = max(len(row) for row in rows)
    ids = torch.full((len(rows), width), pad_id, dtype=torch.long)
    mask = torch.zeros((len(rows), width), dtype=torch.long)
    for place, row in enumerate(rows):
        span = slice(width - len(row), width) if left else slice(0, len(row))
        ids[place, span] = torch.tensor(row, dtype=torch.long)
        mask[place, span] = 1
    return ids.to(device), mask.to(device)


def groups(prompts: Sequence[Sequence[int]], tokens: int) -> Iterator[Sequence[Sequence[int]]]:
    """Neighbours that together have at most so many tokens, padding included."""
    begin, widest = 0, 0
    for place, prompt in enumerate(prompts):
        widest = max(widest, len(prompt))
        if place > begin and widest * (place + 1 - begin) > tokens:
            yield prompts[begin:place]
            begin, widest = place, len(prompt)
    yield prompts[begin:]
