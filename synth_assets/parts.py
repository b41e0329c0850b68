"""What a corpus's code version consists of, part by part, and what changed between two of them.

A code version is one digest. Beside the corpora lies, for each that was ever made,
`versions/<corpus>/<code version>.json` with the parts behind it: prompts, gates and settings. The
file hangs on nothing else, so that writing it twice is the same, and no corpus holds a byte of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson

from synth_assets.corpus.files import Files
from synth_assets.generation.gates.catalogue import describe
from synth_assets.generation.spec import NOT_SHAPING
from synth_assets.hashing import digest_json

if TYPE_CHECKING:
    from synth_assets.line import Stage
    from synth_assets.profile import Profile
    from synth_assets.rewriting.recipe import Recipe

Parts = Mapping[str, str]
"""A part's value as JSON, or its digest where the value is a text of length, by its name."""

CODE = "the code, or a file that the profile names"
"""What changed where no part did."""

UNRECORDED = "made by an earlier version, whose parts were not recorded"

_SECTIONS = {
    "raw_web": ("ingest", "packing.tokenizer"),
    "filtered": ("filtering", "packing.tokenizer"),
    "signatures": ("dedup",),
    "deduped": ("dedup",),
    "packed": ("packing",),
}
"""The parts of the profile that a corpus is made by."""

_SHOWN_CHARS = 60


def parts_of(stage: "Stage", profile: "Profile") -> Parts:
    """The parts of a stage's code version."""
    room, _, name = stage.corpus.partition("/")
    sections = _SECTIONS.get(stage.corpus, (f"{room}.{name}", "seed", "packing.tokenizer"))
    if room == "rewritten":
        from synth_assets.rewriting.stage import recipe_of

        recipe = recipe_of(profile, name).with_gates(profile.rewriting.recipes[name].gates)
        return dict(_of_recipe(recipe)) | _settings(profile, (f"rewriting.recipes.{name}", "seed"))
    if room == "translated":
        sections = (f"translation.targets.{name}", f"translation.methods.{name}", *sections[1:])
    return _settings(profile, sections)


def record(files: Files, stage: "Stage", profile: "Profile") -> None:
    """Keep the parts of a stage's code version beside its corpora."""
    name = _file(stage.corpus, stage.code_version)
    if not files.exists(name):
        parts = dict(parts_of(stage, profile))
        files.write(name, orjson.dumps(parts, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))


def recorded(files: Files, corpus: str, code_version: str) -> Parts | None:
    name = _file(corpus, code_version)
    return orjson.loads(files.read(name)) if files.exists(name) else None


def changes(before: Parts | None, now: Parts) -> list[str]:
    """What differs, a phrase for each part."""
    if before is None:
        return [UNRECORDED]
    differing = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    return [_change(name, before.get(name), now.get(name)) for name in differing] or [CODE]


def _change(name: str, before: str | None, now: str | None) -> str:
    if " " in name:  # a prompt or a gate, of which there are digests alone
        done = "is new" if before is None else "is gone" if now is None else "changed"
        return f"{name} {done}"
    return f"{name}: {_shown(before)} -> {_shown(now)}"


def _shown(value: str | None) -> str:
    if value is None:
        return "none"
    return value if len(value) <= _SHOWN_CHARS else value[:_SHOWN_CHARS] + "..."


def _of_recipe(recipe: "Recipe") -> Iterator[tuple[str, str]]:
    for step_name, step in recipe.steps.items():
        for lang, prompt in step.prompts.by_lang.items():
            yield f"prompt {step_name}.{lang}", digest_json(asdict(prompt))
        yield f"sampling of step {step_name}", digest_json(asdict(step.sampling))
        yield f"parsers of step {step_name}", digest_json(step.parsers)
        for gate in step.gates:
            yield f"gate {gate.name} of step {step_name}", digest_json(describe([gate]))
    if recipe.few_shot is not None:
        yield "few-shot table rewriting.few_shot", recipe.few_shot.version


def _settings(profile: "Profile", sections: tuple[str, ...]) -> dict[str, str]:
    """The leaves of these sections under their dotted names."""
    whole = profile.model_dump(mode="json")
    found: dict[str, str] = {}
    for section in sections:
        value: Any = whole
        for key in section.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        found |= dict(_leaves(section, value))
    return found


def _leaves(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Settings that change no text are left out, and gates, which are parts of their own."""
    if not isinstance(value, dict):
        if value is not None:
            yield name, orjson.dumps(value).decode()
        return
    in_engine = name.endswith(".engine")
    for key, inner in value.items():
        shapes = not in_engine or key in ("model", "revision") or key not in NOT_SHAPING
        if shapes and not (name.startswith("rewriting.recipes") and key in ("gates", "strict")):
            yield from _leaves(f"{name}.{key}", inner)


def _file(corpus: str, code_version: str) -> str:
    return f"versions/{corpus}/{code_version}.json"
