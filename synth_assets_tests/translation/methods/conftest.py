"""Batches of translated/<lang> as the translation writes them, without a model."""

from collections.abc import Callable, Mapping, Sequence

import polars as pl
import pytest

from synth_assets.corpus.document import Document, measure
from synth_assets.corpus.footer import Law
from synth_assets.corpus.stage import StageRun
from synth_assets.corpus.store import Corpus
from synth_assets.generation.spec import TransformersSpec
from synth_assets.profile import Profile
from synth_assets.profile.translation import TranslationTarget
from synth_assets.profile.translation_methods import Method
from synth_assets.translation.stage import COLUMNS, SEGMENTS
from synth_assets_tests.conftest import MakeRun

Sentences = Sequence[tuple[str, str]]
Publish = Callable[..., Corpus]
MODEL = TransformersSpec(kind="transformers", task="seq2seq", model="bundled:en-ca")
GAP = "\n\n"


def parent(number: int) -> str:
    return f"{number:032x}"


@pytest.fixture
def with_methods(profile: Profile) -> Callable[..., Profile]:
    """The profile with these targets, each from a language and inputs, and methods."""

    def make(targets: Mapping[str, TranslationTarget], **methods: Method) -> Profile:
        translation = profile.translation.model_copy(
            update={"targets": targets, "methods": methods}
        )
        return profile.model_copy(update={"translation": translation})

    return make


def target_from(source: str, *inputs: str) -> TranslationTarget:
    return TranslationTarget(engine=MODEL, source_lang=source, inputs=list(inputs or ["filtered"]))


@pytest.fixture
def run(make_run: MakeRun) -> StageRun:
    return make_run()


@pytest.fixture
def translated(run: StageRun) -> Publish:
    """Publishes documents of source and target sentences by the id of their parent."""

    def publish(lang: str, pages: Mapping[str, Sentences]) -> Corpus:
        made = [_page(lang, parent_id, sentences) for parent_id, sentences in pages.items()]
        rows = [document.to_row() | {"n_segments": len(pairs)} for document, pairs in made]
        segments = [pair for _, pairs in made for pair in pairs]
        with run.store.write(
            f"translated/{lang}", run.batch, schema=COLUMNS, code_version="1", inputs={}
        ) as writer:
            writer.sidecar("segments", SEGMENTS)
            writer.keep(pl.DataFrame(rows, schema_overrides=COLUMNS, infer_schema_length=None))
            writer.add("segments", pl.DataFrame(segments, schema=SEGMENTS))
            writer.commit(Law("documents", {"read": len(made)}, {"kept": len(made)}))
        return run.store.open(f"translated/{lang}", run.batch)

    return publish


def _page(lang: str, parent_id: str, sentences: Sentences) -> tuple[Document, list[dict]]:
    document = Document(
        doc_id=f"{lang}-{parent_id}",
        text=GAP.join(target for _, target in sentences),
        lang=lang,
        parent_ids=[parent_id],
        root_ids=[parent_id],
        kind="translated",
        license="CC0-1.0",
        model="m",
    )
    measure([document], lambda texts: [len(text.split()) for text in texts])
    pairs, start = [], 0
    for index, (source, target) in enumerate(sentences):
        has_words = any(map(str.isalpha, source))
        pairs.append(
            {
                "doc_id": document.doc_id,
                "part": "text",
                "index": index,
                "source": source,
                "target": target,
                "start": start,
                "method": "direct" if has_words else "copied",
            }
        )
        start += len(target) + len(GAP)
    return document, pairs
