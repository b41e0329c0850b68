"""The wheel brings everything along that a user needs."""

import subprocess
import sys
import zipfile
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
PROMPTS = CHECKOUT / "synth_assets" / "rewriting" / "prompts"
NEEDED = [
    "synth_assets/bundled/default.yaml",
    "synth_assets/bundled/en-ca/model.safetensors",
    "synth_assets/bundled/sample/NOTICE.md",
    "synth_assets/bundled/sample/pages.warc.gz",
    "synth_assets/bundled/tokenizer/tokenizer.json",
    "synth_assets/dagster.yaml",
    "synth_assets/report/card/card.html.j2",
    "synth_assets/rewriting/few_shot.yaml",
    *(str(path.relative_to(CHECKOUT)) for path in PROMPTS.glob("**/*.md")),
    *(
        f"synth_assets/rewriting/restructure/frames/{path.name}"
        for path in CHECKOUT.glob("synth_assets/rewriting/restructure/frames/*.yaml")
    ),
    *(f"synth_assets/{path.relative_to(CHECKOUT)}" for path in CHECKOUT.glob("dbt*/**/*.sql")),
]


def test_the_wheel_is_complete(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"]
    subprocess.run([*build, str(tmp_path), str(CHECKOUT)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert [name for name in NEEDED if name not in names] == []
    assert not [name for name in names if name.startswith(("synth_assets_tests", "deploy"))]


def test_the_bundled_sample_is_at_most_four_megabytes() -> None:
    folder = CHECKOUT / "synth_assets" / "bundled" / "sample"
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 4_000_000
