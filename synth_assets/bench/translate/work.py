"""The segments, and each way through them."""

import gzip
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import torch

from synth_assets.bench.case import Done, Watch
from synth_assets.errors import InputError
from synth_assets.generation.engines import open_engine
from synth_assets.generation.engines.loading import load_tokenizer
from synth_assets.generation.protocol import Request, Sampling
from synth_assets.generation.spec import CTranslate2Spec, EngineSpec, TransformersSpec

MODEL = "bundled:en-ca"
BATCH_SIZE = 64
ROOM = 160
WARM_UP = 8
SEGMENTS, QUICK = 1024, 24
SETTING = "SYNTH_ASSETS_DATA"

Segments = tuple[list[str], list[str]]


def load_segments(count: int) -> Segments:
    """The first segments of the test pages, and their human translations."""
    folder = Path(os.environ.get(SETTING, "."))
    path = folder.parent / "models" / "en-ca" / "test_pages.jsonl.gz"
    if not path.is_file():
        raise InputError(f"{path} does not exist: the folder that {SETTING} names lies beside it")
    with gzip.open(path) as lines:
        pages = [orjson.loads(line) for line in lines]
    sources = [segment for page in pages for segment in page["en"]]
    references = [segment for page in pages for segment in page["ca"]]
    return sources[:count], references[:count]


def run_engine(watch: Watch, *, quick: bool, in_int8: bool) -> Done:
    """Through one of the platform's engines, bare."""
    sources, references = load_segments(QUICK if quick else SEGMENTS)
    plain = TransformersSpec(
        kind="transformers", task="seq2seq", model=MODEL, device="cpu", batch_size=BATCH_SIZE
    )
    int8 = CTranslate2Spec(kind="ctranslate2", model=MODEL, device="cpu")
    spec: EngineSpec = int8 if in_int8 else plain
    engine = open_engine(spec)
    texts = [""] * len(sources)
    list(engine.generate(_requests(sources[:WARM_UP])))
    with watch:
        for result in engine.generate(_requests(sources)):
            texts[int(result.key)] = result.text or ""
    return _done(texts, references)


def run_generate(watch: Watch, *, quick: bool, by_length: bool) -> Done:
    """Through transformers' own `generate()`, batch by batch, in file order or sorted."""
    import transformers

    from synth_assets import bundled

    sources, references = load_segments(QUICK if quick else SEGMENTS)
    path = bundled.resolve(MODEL)
    tokenizer = load_tokenizer(TransformersSpec(kind="transformers", task="seq2seq", model=MODEL))
    model = transformers.AutoModelForSeq2SeqLM.from_pretrained(path).eval()
    order = list(range(len(sources)))
    if by_length:
        order.sort(key=lambda number: -len(sources[number]))
    texts = [""] * len(sources)
    _generate(model, tokenizer, sources[:WARM_UP])
    with watch:
        for start in range(0, len(order), BATCH_SIZE):
            numbers = order[start : start + BATCH_SIZE]
            made = _generate(model, tokenizer, [sources[number] for number in numbers])
            for number, text in zip(numbers, made, strict=True):
                texts[number] = text
    return _done(texts, references)


@torch.inference_mode()
def _generate(model: Any, tokenizer: Any, batch: Sequence[str]) -> list[str]:
    encoded = tokenizer(list(batch), padding=True, return_tensors="pt")
    written = model.generate(
        input_ids=encoded.input_ids,
        attention_mask=encoded.attention_mask,
        max_new_tokens=ROOM,
        do_sample=False,
        num_beams=1,
    )
    return [str(text) for text in tokenizer.batch_decode(written, skip_special_tokens=True)]


def _requests(sources: Sequence[str]) -> list[Request]:
    sampling = Sampling(max_new_tokens=ROOM)
    return [
        Request(str(number), text, sampling, 0, "eng_Latn", "cat_Latn")
        for number, text in enumerate(sources)
    ]


def _done(texts: Sequence[str], references: Sequence[str]) -> Done:
    from sacrebleu.metrics.chrf import CHRF

    chrf = CHRF().corpus_score(texts, [references]).score
    return Done(len(texts), {"chrf": chrf}, outputs=texts)
