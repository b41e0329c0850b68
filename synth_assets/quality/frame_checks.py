"""Checks in Python: what SQL over the rows cannot see."""

from collections.abc import Callable
from pathlib import Path

import polars as pl

from synth_assets.corpus.schema import DOCUMENT, SCHEMA_VERSION, Schema
from synth_assets.errors import CorpusError
from synth_assets.quality.checks import Check, Found, Subject

HERE = Path(__file__)
LANGUAGE_SAMPLE = 400
"""Texts whose language is judged, taken evenly by their ids, which are digests."""

OFF_TARGET_SHARE = 0.05

DIVERSITY_SAMPLE = 1000
DIVERSITY_LEAST = 20
"""Of fewer texts the measures say little."""


def stored_schema(subject: Subject) -> Found:
    """Columns of the file that are missing or of another type than declared."""
    import pyarrow.parquet as pq

    declared = _declared(subject.corpus.name)
    with subject.store.files.open(subject.corpus.file) as stream:
        stored = pl.DataFrame(pq.read_schema(stream).empty_table()).schema
    rows = [
        {"column": name, "declared": str(kind), "stored": str(stored.get(name, "missing"))}
        for name, kind in declared.items()
        if stored.get(name) != kind
    ]
    version = subject.corpus.footer.schema_version
    if version != SCHEMA_VERSION:
        rows.append({"column": "", "declared": f"version {SCHEMA_VERSION}", "stored": version})
    return Found.of(pl.DataFrame(rows))


def sidecars_whole(subject: Subject) -> Found:
    """Sidecars that the footer names and that are missing or have another digest."""
    corpus = subject.corpus
    rows = []
    for sidecar, digest in corpus.footer.sidecars.items():
        path = corpus.sidecar_path(sidecar)
        name = path.removeprefix(f"{corpus.files.root}/")
        found = corpus.files.digest(name) if corpus.files.exists(name) else "missing"
        if found != digest:
            rows.append({"sidecar": sidecar, "declared": digest, "found": found})
    return Found.of(pl.DataFrame(rows))


def inputs_unchanged(subject: Subject) -> Found:
    """Inputs that were made again since this corpus was made from them."""
    made_from = subject.corpus.footer.inputs
    rows = []
    for name in subject.inputs:
        if name not in made_from:
            continue
        try:
            current = subject.store.open(name, subject.corpus.batch, lawful=False).data_version
        except CorpusError:
            current = "missing"
        if current != made_from[name]:
            rows.append({"input": name, "made_from": made_from[name], "now": current})
    return Found.of(pl.DataFrame(rows))


def off_target(subject: Subject) -> Found:
    """Texts of a sample in another language than the corpus's, where these are more than
    OFF_TARGET_SHARE of the texts whose language can be told. A neighbour that language id cannot
    tell apart is no other language."""
    from synth_assets.filtering.language import identify
    from synth_assets.filtering.language_neighbours import is_alike

    target = subject.corpus.name.rsplit("/", 1)[-1]
    chosen = f"(SELECT doc_id FROM this ORDER BY doc_id LIMIT {LANGUAGE_SAMPLE})"
    query = f"SELECT doc_id, text FROM this WHERE doc_id IN {chosen}"
    sample = subject.connection.sql(query).pl().sort("doc_id")
    found = [identify(text, expected=target).lang for text in sample["text"]]
    told = sample.select("doc_id").with_columns(lang=pl.Series(found, dtype=pl.String))
    told = told.filter(pl.col("lang") != "und")
    others = told.filter([lang != target and not is_alike(lang, target) for lang in told["lang"]])
    if others.height <= OFF_TARGET_SHARE * told.height:
        return Found.of(others.head(0))
    return Found.of(others)


def diversity(subject: Subject) -> Found:
    """Measures of a sample of the texts that are too far from those of their parents; none where
    there are fewer than DIVERSITY_LEAST texts."""
    from synth_assets.quality.diversity import compare
    from synth_assets.report.diversity import diversity_svg

    sample = _beside_parents(subject)
    if sample.height < DIVERSITY_LEAST:
        return Found.of(pl.DataFrame())
    by_rules = set(sample["model"]) == {"rules"}
    compared = compare(sample.select("text", "parent").rows(), by_rules=by_rules)
    rows = [
        {
            "measure": one.measure.name,
            "made": one.made,
            "parents": one.parents,
            "limit": one.measure.limit,
        }
        for one in compared
        if not one.admitted
    ]
    figures = {one.measure.name: one.made for one in compared}
    figures |= {f"{one.measure.name}_of_parents": one.parents for one in compared}
    return Found(len(rows), pl.DataFrame(rows), figures, {"diversity": diversity_svg(compared)})


def _beside_parents(subject: Subject) -> pl.DataFrame:
    """Texts of a sample, each with those of its parents as one, and the model."""
    chosen = f"(SELECT doc_id FROM this ORDER BY doc_id LIMIT {DIVERSITY_SAMPLE})"
    query = f"""
        WITH made AS (
            SELECT doc_id, text, model, unnest(parent_ids) AS parent_id,
                   generate_subscripts(parent_ids, 1) AS place
            FROM this WHERE doc_id IN {chosen}
        )
        SELECT any_value(made.text) AS text, any_value(model) AS model,
               string_agg(inputs.text, chr(10) ORDER BY place) AS parent
        FROM made JOIN inputs ON inputs.doc_id = parent_id
        GROUP BY made.doc_id ORDER BY made.doc_id
    """
    rows: pl.DataFrame = subject.connection.sql(query).pl()
    return rows


def _declared(corpus: str) -> Schema:
    if corpus == "packed":
        from synth_assets.packing.version import COLUMNS

        return COLUMNS
    if corpus == "signatures":
        from synth_assets.dedup.version import SIGNATURE_COLUMNS

        return SIGNATURE_COLUMNS
    return DOCUMENT


def _check(
    look: Callable[[Subject], Found], corpora: str, severity: str, description: str
) -> Check:
    return Check(
        name=look.__name__,
        corpora=tuple(corpora.split(", ")),
        severity=severity,
        blocking=severity == "error",
        description=description,
        look=look,
        origin=HERE,
        shown=f"-- Python: {look.__module__}.{look.__name__}",
    )


FRAME_CHECKS = (
    _check(stored_schema, "*", "error", "The file has every declared column with its type."),
    _check(sidecars_whole, "*", "error", "Every sidecar is there with the digest of the footer."),
    _check(
        inputs_unchanged,
        "filtered, rewritten/*, translated/*, mixed/*, packed",
        "warn",
        "No input was made again since this corpus was made from it.",
    ),
    _check(
        off_target,
        "translated/*",
        "warn",
        "At most 5 % of a sample of the texts are in another language than the corpus's.",
    ),
    _check(
        diversity,
        "rewritten/*",
        "warn",
        "A sample of the texts repeats itself little more than its parents do: distinct n-grams, "
        "compression, self-similarity, share of the commonest three words in a row.",
    ),
)
