"""One measured repeat in a process of its own: no cache, heap or thread pool is left over from
another."""

import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import orjson

from synth_assets.bench.case import Sample, Watch
from synth_assets.bench.catalogue import load_cases
from synth_assets.bench.machine import peak_memory_mb
from synth_assets.errors import SynthAssetsError
from synth_assets.hashing import digest

THREAD_SETTINGS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "RAYON_NUM_THREADS",
)


def measure(benchmark: str, case: str, *, quick: bool, threads: int) -> Sample:
    """Run one case in a fresh process. Raises SynthAssetsError with the end of what it said where
    it failed."""
    with tempfile.TemporaryDirectory(prefix="synth-assets-bench-") as folder:
        target = Path(folder) / "sample.json"
        arguments = [benchmark, case, "quick" if quick else "full", str(target)]
        done = subprocess.run(
            [sys.executable, "-m", "synth_assets.bench.process", *arguments],
            env=_environment(threads, folder),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode or not target.exists():
            said = (done.stderr or done.stdout).strip().splitlines()[-12:]
            raise SynthAssetsError(
                f"case {case} ended with code {done.returncode}: " + "\n".join(said)
            )
        return Sample(**orjson.loads(target.read_bytes()))


def _environment(threads: int, folder: str) -> dict[str, str]:
    fixed = dict.fromkeys(THREAD_SETTINGS, str(threads))
    fixed |= {
        "OMP_WAIT_POLICY": "PASSIVE",  # a waiting thread must not count as work
        "TOKENIZERS_PARALLELISM": "false",
        "TRANSFORMERS_VERBOSITY": "error",
        "HF_HUB_OFFLINE": "1",
        "PYTHONHASHSEED": "0",
        # where glibc's limits end up by themselves in a process that runs for long; until then each
        # large tensor costs page faults, which would count against code that makes many
        "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
        "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
        "TMPDIR": folder,
    }
    return os.environ | fixed


def run_case(benchmark: str, name: str, *, quick: bool) -> Sample:
    """Run one case in this process."""
    (case,) = [case for case in load_cases(benchmark, quick=quick) if case.name == name]
    watch = Watch(children=case.children)
    done = case.run(watch)
    return Sample(
        case=name,
        cpu_s=watch.cpu_s,
        wall_s=watch.wall_s,
        peak_mb=peak_memory_mb(),
        amount=done.amount,
        figures=dict(done.figures),
        outputs=[digest(text) for text in done.outputs],
    )


def main() -> None:
    benchmark, name, size, target = sys.argv[1:]
    sample = run_case(benchmark, name, quick=size == "quick")
    Path(target).write_bytes(orjson.dumps(asdict(sample)))


if __name__ == "__main__":
    main()
