"""YAML through libyaml where PyYAML was built with it: the profile in a tenth of the time."""

from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from synth_assets.errors import ProfileError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def load_yaml(text: str) -> Any:
    """The value that a YAML text stands for; both loaders make plain values alone. Raises
    yaml.YAMLError."""
    return yaml.load(text, Loader=_LOADER)


def read_yaml(path: Path | Traversable, name: str) -> Any:
    """The value in a file. Raises ProfileError with one sentence, which calls it by `name`, for a
    file that is missing, cannot be read or is no YAML."""
    try:
        return load_yaml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProfileError(f"{name} {path} does not exist") from None
    except OSError as error:
        raise ProfileError(f"{name} {path} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        problem = " ".join(str(error).split())
        raise ProfileError(f"{name} {path} is not valid YAML: {problem}") from None


def dump_yaml(value: object) -> str:
    """YAML of a JSON-like value, mappings in their order."""
    text: str = yaml.dump(value, Dumper=_DUMPER, sort_keys=False, allow_unicode=True)
    return text
