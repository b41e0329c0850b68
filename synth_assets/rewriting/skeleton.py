"""The files of a new recipe: a working one, for its author to change."""

import re
from pathlib import Path

from synth_assets.errors import InputError

_NAME = re.compile(r"[a-z][a-z0-9_]*")

_RECIPE = '''"""{name}: say in a sentence what the recipe makes of a document."""

from pathlib import Path

from synth_assets.rewriting.programs import by_passages
from synth_assets.rewriting.prompt import load_prompts
from synth_assets.rewriting.recipe import Recipe, Selection
from synth_assets.rewriting.step import Step

PROMPTS = Path(__file__).parent / "prompts"

RECIPE = Recipe(
    name="{name}",
    description="What users read in the UI; name the paper, if there is one.",
    source="our own",
    steps={{"write": Step(prompts=load_prompts("{name}", "write", folder=PROMPTS))}},
    program=by_passages,
    relation="adds",
    selection=Selection(min_words=40),
    passage_words=500,
)
'''

_PROMPT = """# system
You write only in {language}, and you use only what the document says.

# user
Rewrite the document below in {language}, clearly and in full sentences. Keep every fact, number and
name. Say nothing about the task.

Title: {title}

Document:

{text}
"""

_TEST = '''"""Recipe {name}: what it asks for, and what becomes of an answer."""

from pathlib import Path

from synth_assets.corpus.document import Document
from synth_assets.generation.protocol import EngineIdentity, Result
from synth_assets.generation.work import Made, Need
from synth_assets.rewriting.catalogue import find_recipe
from synth_assets.rewriting.recipe import Selection
from synth_assets.rewriting.work import RecipeWork

PAGE = Document(doc_id="a", text="The mill was built in 1790. " * 20, lang="eng_Latn")
ANSWER = "In the year 1790 people built a mill beside the river, and it stands to this day. " * 3


def test_a_good_answer_becomes_a_document():
    recipe = find_recipe("{name}", str(Path(__file__).parents[1]))
    work = RecipeWork(recipe, EngineIdentity("test", "test", "1", ""), 1, Selection())
    need = work.advance(PAGE, {{}})
    assert isinstance(need, Need)
    made = work.advance(PAGE, {{one.key: Result(one.key, ANSWER, "stop") for one in need.requests}})
    assert isinstance(made, Made), made
    assert made.documents[0].parent_ids == ["a"]
'''


def write_skeleton(folder: Path, name: str) -> list[Path]:
    """Write the recipe, its prompt and its test; returns their paths.

    Raises InputError for a name that is none, and where one of the files is there already.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name} is no name for a recipe: it must be lower-case letters, digits and _, and "
            f"begin with a letter"
        )
    files = {
        folder / f"{name}.py": _RECIPE.format(name=name),
        folder / "prompts" / name / "write.md": _PROMPT,
        folder / "tests" / f"test_{name}.py": _TEST.format(name=name),
    }
    for path in files:
        if path.exists():
            raise InputError(f"{path} exists already; nothing was written")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)
