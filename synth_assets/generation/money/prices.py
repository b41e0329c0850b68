"""What an engine costs, from the profile's prices, and how many GPUs it holds."""

import sys

from synth_assets.generation.spec import EngineSpec, FreeSpec, Price, TransformersSpec, VllmSpec

FREE = Price()


def price_of(spec: EngineSpec) -> Price | None:
    """The profile's price; the rules engine is free, any other without one has no known cost."""
    return FREE if isinstance(spec, FreeSpec) else spec.price


def is_free(price: Price) -> bool:
    """Whether nothing that an engine does under this price costs anything."""
    return not (
        price.per_million_prompt_tokens or price.per_million_completion_tokens or price.per_gpu_hour
    )


def currency_of(price: Price | None) -> str | None:
    """The currency that costs under this price are in; None where there are none."""
    return None if price is None or is_free(price) else price.currency


def cost(
    price: Price | None, prompt_tokens: float, completion_tokens: float, gpu_seconds: float
) -> float | None:
    """Money in the price's currency; None without a price."""
    if price is None:
        return None
    return (
        price.per_million_prompt_tokens * prompt_tokens / 1e6
        + price.per_million_completion_tokens * completion_tokens / 1e6
        + price.per_gpu_hour * gpu_seconds / 3600
    )


def gpus(spec: EngineSpec) -> int:
    """GPUs that an engine of this spec holds while it is busy, as the spec says; `device: auto`
    is one where a CUDA device answers to the torch that this process has loaded. Rules and
    served models hold none of ours: a server's time is in the price of its tokens."""
    if isinstance(spec, VllmSpec):
        return spec.tensor_parallel_size
    if not isinstance(spec, TransformersSpec):
        return 0
    if spec.device != "auto":
        return int(spec.device != "cpu")
    torch = sys.modules.get("torch")
    return int(torch is not None and bool(torch.cuda.is_available()))
