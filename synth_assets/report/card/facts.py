"""What a corpus card is made of, read from a published release and the corpora behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import orjson
import polars as pl

from synth_assets.corpus.store import Store
from synth_assets.errors import ReleaseError
from synth_assets.generation.money.accounting import accounts
from synth_assets.generation.money.ledger import open_ledger
from synth_assets.line import build_line
from synth_assets.packing.documents import TABLE
from synth_assets.packing.release.folder import MANIFEST
from synth_assets.packing.release.listing import LISTING
from synth_assets.packing.strata import STRATUM
from synth_assets.profile.model import Profile
from synth_assets.quality.views import connect, literal
from synth_assets.report.card.samples import Sample, samples_of
from synth_assets.report.funnel import FunnelRow, funnel
from synth_assets.rewriting.stage import recipe_of
from synth_assets.takedown.releases import documents_taken_down

GONE = "no longer stored"


@dataclass(frozen=True)
class Result:
    """The latest result of a check on one batch of a corpus; `note` says what it found."""

    corpus: str
    batch: str
    check: str
    outcome: str
    note: str = ""


@dataclass(frozen=True)
class RecipeFacts:
    """A recipe that wrote some of the release: its paper, and the hashes of what it asks and of
    what it makes of the answers."""

    name: str
    description: str
    source: str
    gen_version: str
    row_version: str


@dataclass(frozen=True)
class CardFacts:
    """`groups` are documents and tokens, as they were released, by component, stratum and licence;
    `laws` by corpus and
    batch; `withdrawn` how many documents of the release were taken down since."""

    manifest: Mapping[str, Any]
    profile: Profile
    withdrawn: int
    groups: pl.DataFrame
    funnel: Sequence[FunnelRow]
    laws: Sequence[Result]
    results: Sequence[Result]
    samples: Sequence[Sample]
    costs: pl.DataFrame
    recipes: Sequence[RecipeFacts]


def gather(
    store: Store, profile: Profile, folder: str, results: Sequence[Result] = ()
) -> CardFacts:
    """The facts of the release in a folder such as `releases/base/0123456789ab`.

    Raises ReleaseError where no release lies there.
    """
    if not store.files.exists(f"{folder}/{MANIFEST}"):
        raise ReleaseError(f"no release lies in {store.files.path(folder)}")
    manifest = orjson.loads(store.files.read(f"{folder}/{MANIFEST}"))
    batches = [batch["batch"] for batch in manifest["batches"]]
    corpora = [stage.corpus for stage in build_line(profile)]
    groups = _groups(store, folder, batches)
    costs = accounts(store, open_ledger(profile)).filter(pl.col("batch").is_in(batches))
    return CardFacts(
        manifest=manifest,
        profile=profile,
        withdrawn=documents_taken_down(store.files, folder),
        groups=groups,
        funnel=[row for name in corpora if (row := _funnel(store, name, batches))],
        laws=[law for name in corpora for law in _laws(store, name, batches)],
        results=results,
        samples=samples_of(store, store.files.path(f"{folder}/{LISTING}"), corpora),
        costs=costs,
        recipes=_recipes(profile, groups["recipe"].drop_nulls().unique().sort().to_list()),
    )


def _groups(store: Store, folder: str, batches: Sequence[str]) -> pl.DataFrame:
    """Of all documents of the release, with the labels of their batches' documents; those that are
    no longer there, such as what was taken down, are GONE in all but their language."""
    tables = [
        store.open("packed", batch, lawful=False).sidecar_path(TABLE)
        for batch in batches
        if store.has("packed", batch)
    ]
    if not tables:
        named = dict.fromkeys((*STRATUM, "license", "component"), pl.String)
        return pl.DataFrame(schema=named | {"documents": pl.Int64, "tokens": pl.Int64})
    labels = ", ".join(map(_label, (*STRATUM, "license")))
    stored = f"[{', '.join(map(literal, tables))}]"
    with connect(store, memory_gb=1) as connection:
        frame: pl.DataFrame = connection.sql(
            f"""
            SELECT listed.component, {labels}, count(*) AS documents,
                   sum(listed.times * listed.n_tokens)::BIGINT AS tokens
            FROM read_parquet({literal(store.files.path(f"{folder}/{LISTING}"))}) AS listed
            LEFT JOIN read_parquet({stored}, union_by_name = true) AS stored
            USING (doc_id)
            GROUP BY ALL ORDER BY ALL
            """
        ).pl()
    return frame


def _label(name: str) -> str:
    gone = "listed.lang" if name == "lang" else literal(GONE)
    return f"CASE WHEN stored.doc_id IS NULL THEN {gone} ELSE stored.{name} END AS {name}"


def _funnel(store: Store, corpus: str, batches: Sequence[str]) -> FunnelRow | None:
    """Counts of all the batches together."""
    rows = [row for batch in batches for row in funnel(store, [corpus], batch)]
    return reduce(FunnelRow.plus, rows) if rows else None


def _laws(store: Store, corpus: str, batches: Sequence[str]) -> list[Result]:
    return [
        Result(corpus, batch, law.name, "passed" if law.holds else "failed", str(law))
        for batch in batches
        if store.has(corpus, batch)
        for law in store.open(corpus, batch, lawful=False).footer.laws
    ]


def _recipes(profile: Profile, names: Sequence[str]) -> list[RecipeFacts]:
    """Of those that the profile still has, as it has them."""
    found = []
    for name in names:
        settings = profile.rewriting.recipes.get(name)
        if settings is not None:
            recipe = recipe_of(profile, name)
            recipe = recipe.with_gates(settings.gates).with_options(settings.options)
            versions = (recipe.gen_version, recipe.row_version)
            found.append(RecipeFacts(name, recipe.description, recipe.source, *versions))
    return found
