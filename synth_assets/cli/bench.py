"""`synth-assets bench`: benchmarks, measured on this machine."""

from pathlib import Path
from typing import Annotated, Any

import typer

from synth_assets.cli.common import console, say
from synth_assets.errors import InputError

app = typer.Typer(no_args_is_help=True, help="Benchmarks, measured on this machine.")

Repeats = Annotated[int, typer.Option(min=1, help="Rounds; every case runs once in each.")]
Threads = Annotated[int, typer.Option(min=1, help="Computing threads of a case, at most.")]
Quick = Annotated[bool, typer.Option("--quick", help="Small sizes, in seconds; judges nothing.")]
Json = Annotated[
    Path | None, typer.Option("--json", help="File for the whole report as JSON; - for stdout.")
]
Only = Annotated[
    list[str] | None, typer.Option(help="Only cases whose names begin so; may be repeated.")
]


@app.command()
def generate(
    *,
    repeats: Repeats = 3,
    threads: Threads = 1,
    quick: Quick = False,
    json: Json = None,
    only: Only = None,
    model_shape: Annotated[
        str | None,
        typer.Option(help="One model's shape instead, such as smollm2-1.7b or qwen3-0.6b."),
    ] = None,
    device: Annotated[str, typer.Option(help="Device of --model-shape.")] = "cuda",
    batch_size: Annotated[
        int | None, typer.Option(help="Batch size of --model-shape; chosen by memory if left out.")
    ] = None,
    replicas: Annotated[
        int, typer.Option(min=1, help="Batches of --model-shape side by side.")
    ] = 1,
    requests: Annotated[int, typer.Option(min=1, help="Requests of --model-shape.")] = 2048,
) -> None:
    """Engines against `generate()`, runner and journal over the engine; or one model's shape on
    one device, with random weights: tokens per second beside the roofline."""
    if model_shape is None:
        _run("generate", json, repeats=repeats, threads=threads, quick=quick, only=only or ())
        return
    if quick or only:
        raise InputError("--quick and --only do not go with --model-shape; use --requests")
    from synth_assets.bench import gpu

    report = gpu.run(
        model_shape, device=device, batch_size=batch_size, replicas=replicas, requests=requests
    )
    _write(gpu.as_json(report), json or Path("-"))


@app.command()
def dedup(
    *,
    repeats: Repeats = 3,
    threads: Threads = 1,
    quick: Quick = False,
    json: Json = None,
    only: Only = None,
) -> None:
    """Near-duplicate removal against its peers, files to files; growth; a night on top of much."""
    _run("dedup", json, repeats=repeats, threads=threads, quick=quick, only=only or ())


@app.command("filter")
def filter_documents(
    *,
    repeats: Repeats = 3,
    threads: Threads = 1,
    quick: Quick = False,
    json: Json = None,
    only: Only = None,
) -> None:
    """Quality rules against datatrove's: documents per CPU second, and whether decisions agree. The
    texts lie in the folder that SYNTH_ASSETS_DATA names."""
    _run("filter", json, repeats=repeats, threads=threads, quick=quick, only=only or ())


@app.command()
def decontaminate(
    *,
    repeats: Repeats = 3,
    threads: Threads = 1,
    quick: Quick = False,
    json: Json = None,
    only: Only = None,
) -> None:
    """Evaluation items in documents against datatrove's n-grams: what is found, documents per CPU
    second. Texts and items lie in the folder that SYNTH_ASSETS_DATA names."""
    _run("decontaminate", json, repeats=repeats, threads=threads, quick=quick, only=only or ())


@app.command()
def checks(
    *,
    repeats: Repeats = 1,
    threads: Threads = 2,
    quick: Quick = False,
    json: Json = None,
    only: Only = None,
) -> None:
    """All checks of every corpus of a generated batch: seconds and memory at 200,000 and at a
    million documents."""
    _run("checks", json, repeats=repeats, threads=threads, quick=quick, only=only or ())


@app.command()
def pii(
    *,
    repeats: Repeats = 3,
    threads: Threads = 1,
    quick: Quick = False,
    json: Json = None,
    only: Only = None,
) -> None:
    """Personal data masked against datatrove's formatter: documents per CPU second. The texts lie
    in the folder that SYNTH_ASSETS_DATA names."""
    _run("pii", json, repeats=repeats, threads=threads, quick=quick, only=only or ())


@app.command("reference-lm")
def reference_lm(
    *,
    repeats: Repeats = 3,
    threads: Threads = 1,
    quick: Quick = False,
    json: Json = None,
    only: Only = None,
) -> None:
    """The reference n-gram model: documents per CPU second, learned from and scored. The texts lie
    in the folder that SYNTH_ASSETS_DATA names."""
    _run("reference_lm", json, repeats=repeats, threads=threads, quick=quick, only=only or ())


@app.command()
def extract(
    *,
    repeats: Repeats = 5,
    threads: Threads = 1,
    quick: Quick = False,
    json: Json = None,
    only: Only = None,
) -> None:
    """Main text of web pages against its peers: words of gold texts found, pages per CPU second.
    The pages lie in the folder that SYNTH_ASSETS_DATA names."""
    _run("extract", json, repeats=repeats, threads=threads, quick=quick, only=only or ())


@app.command()
def language(
    *,
    repeats: Repeats = 3,
    threads: Threads = 1,
    quick: Quick = False,
    json: Json = None,
    only: Only = None,
) -> None:
    """Language identification against its peers: accuracy by language, texts per CPU second. The
    texts lie in the folder that SYNTH_ASSETS_DATA names."""
    _run("language", json, repeats=repeats, threads=threads, quick=quick, only=only or ())


@app.command()
def read(
    *,
    repeats: Repeats = 5,
    threads: Threads = 1,
    quick: Quick = False,
    json: Json = None,
    only: Only = None,
) -> None:
    """Reading web archives against fastwarc and warcio; memory of raw_web on a batch of 2 GB (some
    minutes: `--only records` leaves it out); two processes against one."""
    _run("read", json, repeats=repeats, threads=threads, quick=quick, only=only or ())


@app.command()
def pack(
    *,
    repeats: Repeats = 3,
    threads: Threads = 1,
    quick: Quick = False,
    json: Json = None,
    only: Only = None,
) -> None:
    """Packing against TRL's best fit: planning, rows, memory; tokenizing against `tokenizers`. The
    texts lie in the folder that SYNTH_ASSETS_DATA names."""
    _run("pack", json, repeats=repeats, threads=threads, quick=quick, only=only or ())


def _run(benchmark: str, json: Path | None, **settings: Any) -> None:
    from synth_assets.bench.frame import run_benchmark
    from synth_assets.bench.printing import as_json, print_report

    if json is not None and not json.parent.is_dir():
        raise InputError(f"--json {json}: folder {json.parent} does not exist")
    quiet = json == Path("-")
    report = run_benchmark(benchmark, say=(lambda _: None) if quiet else say, **settings)
    if not quiet:
        print_report(report, console)
    if json is not None:
        _write(as_json(report), json)


def _write(data: bytes, target: Path) -> None:
    if target == Path("-"):
        typer.echo(data.decode())
    else:
        target.write_bytes(data + b"\n")
