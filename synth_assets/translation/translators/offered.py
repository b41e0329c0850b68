"""Whether a translation model knows a pair of languages, asked of its tokenizer alone."""

import re
from typing import Any

from synth_assets.errors import ProfileError
from synth_assets.generation.engines.local.faults import RequestError
from synth_assets.generation.engines.local.languages import LanguageTokens

SHOWN = 20
_CODE = re.compile(
    r"(?:__|<2|>>)([a-z]{2,3}(?:_[A-Za-z]{2,4})?)(?:__|>|<<)|([a-z]{3}_[A-Z][a-z]{3})"
)


def check_pair(tokenizer: Any, model: str, source: str, target: str) -> None:
    """Raises ProfileError with the pair and what the model offers; nothing was sent then."""
    try:
        LanguageTokens(tokenizer).encode("a", source, target)
    except RequestError as error:
        raise ProfileError(
            f"translation.targets.{target}: {model} does not translate {source} to {target} "
            f"({error}); it offers {_offered(tokenizer)}"
        ) from None


def _offered(tokenizer: Any) -> str:
    found = (_CODE.fullmatch(token) for token in tokenizer.get_vocab())
    codes = sorted(one[1] or one[2] for one in found if one)
    if not codes:
        return f"{tokenizer.source_lang} to {tokenizer.target_lang}"
    more = f" and {len(codes) - SHOWN} more" if len(codes) > SHOWN else ""
    return ", ".join(codes[:SHOWN]) + more
