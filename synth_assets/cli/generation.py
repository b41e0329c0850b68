"""`synth-assets estimate`, `costs`, `failed`: what generation would take, took, could not do."""

import sys
from typing import Annotated

import orjson
import typer

from synth_assets.cli.common import ProfileFile, console, setting
from synth_assets.corpus.store import Store

Batch = Annotated[str | None, typer.Option("--batch", help="Key of one batch.")]
Corpus = Annotated[str | None, typer.Option("--corpus", help="One generated corpus.")]
Json = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]

RETRY = (
    "To send them again: synth-assets up --retry-failed, or a run with the tag "
    "synth_assets/retry_failed = true."
)


def estimate(
    batch: Annotated[str, typer.Option("--batch", help="Key of a batch.")],
    corpus: Corpus = None,
    as_json: Json = False,
    profile_file: ProfileFile = None,
) -> None:
    """Requests, tokens, hours and cost of what a batch has not paid for yet; loads no model."""
    from synth_assets.estimate import estimate_batch
    from synth_assets.report.money import estimate_notes, estimate_table, print_wide

    _, profile = setting(profile_file)
    made = estimate_batch(profile, batch, corpus)
    if as_json:
        print_json(made.to_dict())
        return
    print_wide(estimate_table(made))
    for note in estimate_notes(made):
        console.print(f"- {note}", soft_wrap=True, markup=False)


def costs(
    batch: Batch = None,
    corpus: Corpus = None,
    as_json: Json = False,
    profile_file: ProfileFile = None,
) -> None:
    """Tokens, GPU time, cost and acceptance per generated corpus and batch."""
    from synth_assets.generation.money.accounting import accounts, gate_rates
    from synth_assets.generation.money.ledger import open_ledger
    from synth_assets.report.money import costs_table, gates_table, print_wide

    home, profile = setting(profile_file)
    store = Store(profile.root)
    taken = accounts(store, open_ledger(profile, home), corpus, batch)
    gates = gate_rates(store, corpus, batch)
    if as_json:
        print_json({"accounts": taken.to_dicts(), "gates": gates.to_dicts()})
        return
    if taken.is_empty():
        console.print("nothing has been generated yet")
        return
    print_wide(costs_table(taken))
    if not gates.is_empty():
        print_wide(gates_table(gates))


def failed(
    corpus: Annotated[str | None, typer.Argument(help="One generated corpus.")] = None,
    batch: Annotated[str | None, typer.Argument(help="Key of one batch.")] = None,
    as_json: Json = False,
    profile_file: ProfileFile = None,
) -> None:
    """Requests that failed for good, with their document, kind and error."""
    from synth_assets.generation.dead_letters import dead_letters
    from synth_assets.report.money import failed_table, print_wide

    _, profile = setting(profile_file)
    frame = dead_letters(Store(profile.root), corpus, batch)
    if as_json:
        print_json(frame.to_dicts())
        return
    if frame.is_empty():
        console.print("no request has failed for good")
        return
    print_wide(failed_table(frame))
    console.print(f"{frame.height:,} failed. {RETRY}", soft_wrap=True, markup=False)


def print_json(value: object) -> None:
    """One document on standard output, for other programs."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS
    sys.stdout.write(orjson.dumps(value, option=options).decode() + "\n")
