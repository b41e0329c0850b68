"""What the package brings along: default profile, sample pages, tokenizer, a small translator."""

from pathlib import Path

from synth_assets.errors import ProfileError

FOLDER = Path(__file__).parent
DEFAULT_PROFILE = FOLDER / "default.yaml"
SAMPLE = FOLDER / "sample"
DAGSTER_YAML = next(
    path
    for path in (FOLDER.parent / "dagster.yaml", FOLDER.parents[1] / "deploy" / "dagster.yaml")
    if path.exists()
)
"""In a wheel the build puts it into the package; in a checkout it lies in deploy/."""
PREFIX = "bundled:"


def resolve(name: str) -> str:
    """A model or tokenizer name as the libraries take it: `bundled:<name>` becomes its folder.

    Raises ProfileError for a bundled name that does not exist, or a path that does not.
    """
    if name.startswith(PREFIX):
        folder = FOLDER / name.removeprefix(PREFIX)
        if not folder.is_dir():
            raise ProfileError(f"{name} does not exist; bundled are {', '.join(_bundled())}")
        return str(folder)
    path = Path(name).expanduser()
    if path.exists():
        return str(path.absolute())
    if name.startswith((".", "/", "~")) or name.count("/") > 1:
        raise ProfileError(
            f"{name} does not exist; allowed are an existing folder, a hub name such as "
            f"owner/model, or one of {', '.join(_bundled())}"
        )
    return name


def _bundled() -> list[str]:
    return sorted(f"{PREFIX}{path.name}" for path in FOLDER.iterdir() if path.is_dir())
