"""Packed batches and releases of them, small enough to look at every token."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl

from synth_assets.corpus.document import Document, measure, raw_id
from synth_assets.corpus.footer import Law
from synth_assets.corpus.schema import DOCUMENT
from synth_assets.corpus.store import Store
from synth_assets.packing.tokenizer import token_counter
from synth_assets.profile import Profile
from synth_assets.profile.release import ReleaseProfile

WORDS = [
    *("the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog"),
    *("pack", "my", "box", "with", "five", "dozen", "jugs"),
]


def documents(
    count: int,
    seed: int = 0,
    lang: str = "eng_Latn",
    kind: str = "natural",
    recipe: str | None = None,
    site: str = "a.example",
    words: tuple[int, int] = (5, 60),
) -> list[Document]:
    """Documents of random words; the same for the same arguments."""
    random = np.random.default_rng([seed, len(lang), len(kind), len(site)])
    mark = f"{seed}/{lang}/{kind}/{recipe}/{site}"
    return [
        Document(
            doc_id=raw_id(mark, number),
            text=" ".join(random.choice(WORDS, int(random.integers(*words)))),
            lang=lang,
            kind=kind,
            recipe=recipe,
            url=f"https://{site}/{number}",
        )
        for number in range(count)
    ]


def write_deduped(
    store: Store, batch: str, found: Sequence[Document], tokenizer: str, **columns: Sequence[object]
) -> None:
    """A batch of `deduped`; `columns` are further ones."""
    made = list(found)
    measure(made, token_counter(tokenizer))
    frame = pl.DataFrame([item.to_row() for item in made], schema=DOCUMENT)
    frame = frame.with_columns(**{name: pl.Series(values) for name, values in columns.items()})
    schema = DOCUMENT | {name: frame[name].dtype for name in columns}
    with store.write("deduped", batch, schema=schema, code_version="test", inputs={}) as writer:
        writer.read(frame)
        writer.keep(frame)
        writer.commit(Law("documents", {"in": frame.height}, {"kept": frame.height}))


def with_release(profile: Profile, **settings: object) -> Profile:
    """The profile with one release, `r`."""
    declared = ReleaseProfile.model_validate(settings)
    return profile.model_copy(update={"releases": {"r": declared}})


def rows_of(folder: str, form: str = "parquet") -> Iterator[Mapping[str, object]]:
    """Every row of a release's Parquet files, in the order of their names."""
    from pathlib import Path

    for path in sorted(Path(folder, form).rglob("*.parquet")):
        yield from pl.read_parquet(path).iter_rows(named=True)
