"""Language codes as models know them: from FLORES style (`cat_Latn`) to a model's own token."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from synth_assets.generation.engines.local.faults import RequestError
from synth_assets.generation.engines.local.language_codes import ISO_639, MACRO


def candidates(lang: str) -> Iterator[str]:
    """Codes under which a model may know a language, the most exact first: `zho_Hans`, `zh_Hans`,
    `zh`, `zho`."""
    code, _, script = lang.partition("_")
    two = [table[code] for table in (MACRO, ISO_639) if code in table]
    if script:
        yield lang
        yield from (f"{short}_{script}" for short in two)
    yield from two
    yield code


@dataclass(frozen=True, slots=True)
class Encoded:
    """Token ids of a prompt, and the token that the answer must begin with, if any."""

    ids: list[int]
    forced_bos: int | None = None


class LanguageTokens:
    """How a translation model is told its languages.

    NLLB and M2M100 put the source language before the text and force the target language as the
    first token; MADLAD (`<2ca>`) and multilingual Marian (`>>cat<<`) put the target language
    before the text; a bilingual model is told nothing.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._unknown = tokenizer.unk_token_id
        if hasattr(tokenizer, "src_lang"):
            self._encode = self._with_forced_target
        elif getattr(tokenizer, "supported_language_codes", None):
            self._encode = self._with_prefix(">>{}<< ")
        elif self._token_id("<2en>") is not None:
            self._encode = self._with_prefix("<2{}> ")
        else:
            self._encode = self._bilingual

    def encode(self, text: str, source: str | None, target: str | None) -> Encoded:
        """Raises RequestError `unknown_language` for a language the model does not know."""
        return self._encode(text, source, target)

    def _with_forced_target(self, text: str, source: str | None, target: str | None) -> Encoded:
        if source is None or target is None:
            raise RequestError("unknown_language", "the model needs a source and a target language")
        shape = "{}" if self._token_id("__en__") is None else "__{}__"
        source_code, _ = self._find(source, shape)
        _, target_id = self._find(target, shape)
        if self._tokenizer.src_lang != source_code:
            self._tokenizer.src_lang = source_code
        return Encoded(self._ids(text), target_id)

    def _with_prefix(self, shape: str) -> Any:
        def encode(text: str, _: str | None, target: str | None) -> Encoded:
            if target is None:
                raise RequestError("unknown_language", "the model needs a target language")
            code, token_id = self._find(target, shape.strip())
            ids = self._ids(shape.format(code) + text)
            if token_id not in ids:
                raise RequestError("tokenization", f"the token for {target} was split")
            return Encoded(ids)

        return encode

    def _bilingual(self, text: str, source: str | None, target: str | None) -> Encoded:
        for lang, own in [(source, "source_lang"), (target, "target_lang")]:
            known = str(getattr(self._tokenizer, own, None))
            # a group such as `roa` is no code of a single language and says nothing
            is_single = known in ISO_639 or known in ISO_639.values()
            if lang and is_single and known not in candidates(lang):
                raise RequestError("unknown_language", f"{own} of the model is {known}, not {lang}")
        return Encoded(self._ids(text))

    def _find(self, lang: str, shape: str) -> tuple[str, int]:
        for code in candidates(lang):
            token_id = self._token_id(shape.format(code))
            if token_id is not None:
                return code, token_id
        raise RequestError("unknown_language", f"the model has no token for {lang}")

    def _token_id(self, token: str) -> int | None:
        found = self._tokenizer.convert_tokens_to_ids(token)
        return None if found is None or found == self._unknown else int(found)

    def _ids(self, text: str) -> list[int]:
        # without the advice that a long text is too long: whoever asks looks at the length itself
        return list(self._tokenizer(text, verbose=False).input_ids)
