"""`synth-assets bench`: benchmarks, measured on this machine."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from synth_assets.bench.catalogue import BENCHMARKS, Benchmark
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


def _measure(name: str, default: Benchmark) -> Callable[..., None]:
    """The command of one benchmark."""

    def measure(
        *,
        repeats: Repeats = default.repeats,
        threads: Threads = default.threads,
        quick: Quick = False,
        json: Json = None,
        only: Only = None,
    ) -> None:
        _run(name, json, repeats=repeats, threads=threads, quick=quick, only=only or ())

    return measure


for _name, _benchmark in BENCHMARKS.items():
    app.command(_name, help=_benchmark.about)(_measure(_name, _benchmark))


@app.command("model-shape")
def model_shape(
    shape: Annotated[str, typer.Argument(help="Such as smollm2-1.7b or qwen3-0.6b.")],
    *,
    device: Annotated[str, typer.Option(help="cuda or cpu.")] = "cuda",
    batch_size: Annotated[
        int | None, typer.Option(help="Chosen by the device's memory if left out.")
    ] = None,
    replicas: Annotated[int, typer.Option(min=1, help="Batches side by side.")] = 1,
    requests: Annotated[int, typer.Option(min=1)] = 2048,
    json: Json = None,
) -> None:
    """One model's shape on one device, with random weights: tokens per second beside the
    roofline."""
    from synth_assets.bench import gpu

    report = gpu.run(
        shape, device=device, batch_size=batch_size, replicas=replicas, requests=requests
    )
    _write(gpu.as_json(report), json or Path("-"))


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
