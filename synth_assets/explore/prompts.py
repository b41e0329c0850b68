"""The prompts behind a document's generations.

A journal keeps what a model wrote under the digest of all that it was asked, not the question. The
recipe asks again here, without an engine: where the digests are the same, so is the prompt, to the
letter. Where the profile has changed since, there is none to show.
"""

from dataclasses import dataclass

from synth_assets.corpus.document import Document
from synth_assets.errors import SynthAssetsError
from synth_assets.explore.family import Family, Member
from synth_assets.explore.tables import Shelf
from synth_assets.generation.protocol import Prompt, Request, Result
from synth_assets.generation.work import Need
from synth_assets.profile.model import Profile
from synth_assets.rewriting.work import RecipeWork

ROUNDS = 64
"""Of asking; the longest recipe takes a handful."""

RULES = "rules"


@dataclass(frozen=True, slots=True)
class Told:
    """One generation: what was asked, with which seed, and what the model wrote, as it came."""

    key: str
    prompt: str
    seed: int
    temperature: float
    answer: str | None


def prompts_of(shelf: Shelf, profile: Profile, family: Family, made: Member) -> list[Told]:
    """Of the generations that a rewritten document was made from; those that can be told."""
    parent = family.parent_of(made)
    if parent is None or made.fields["model"] in (None, RULES):
        return []
    place = next((one for one in parent.places if one.table.corpus == "filtered"), None)
    name = str(made.fields["recipe"])
    if place is None or name not in profile.rewriting.recipes:
        return []
    ((_, frame),) = shelf.rows([place], None)
    document = Document.from_row(frame.row(0, named=True))
    try:
        requests, results = _ask(shelf, profile, name, document)
    except (SynthAssetsError, OSError):  # a recipe or model that is not there any more
        return []
    keys = [key for key in made.fields["generation_keys"] if key in requests]
    return [_told(requests[key], results.get(key)) for key in keys]


def _ask(
    shelf: Shelf, profile: Profile, name: str, document: Document
) -> tuple[dict[str, Request], dict[str, Result]]:
    """Every request of the document, answered from the journal as far as that goes."""
    from synth_assets.generation.journal.archive import Archive

    archive = Archive(shelf.store.files, f"journal/rewritten/{name}")
    work = _work(profile, name)
    requests: dict[str, Request] = {}
    results: dict[str, Result] = {}
    for _ in range(ROUNDS):
        outcome = work.advance(document, results)
        if not isinstance(outcome, Need):
            break
        requests |= {request.key: request for request in outcome.requests}
        found = archive.lookup([key for key in requests if key not in results])
        if not found:
            break
        results |= found
    return requests, results


def _work(profile: Profile, name: str) -> RecipeWork:
    from synth_assets.generation.engines.identity import identify
    from synth_assets.rewriting.stage import make_work, recipe_of

    identity = identify(profile.rewriting.recipes[name].engine)
    return make_work(profile, recipe_of(profile, name), identity)


def _told(request: Request, result: Result | None) -> Told:
    return Told(
        request.key,
        as_text(request.prompt),
        request.seed,
        request.sampling.temperature,
        result.text if result else None,
    )


def as_text(prompt: Prompt) -> str:
    """Turns under the names of their roles; token ids as numbers."""
    if isinstance(prompt, str):
        return prompt
    parts = [
        f"[{turn['role']}]\n{turn['content']}" if isinstance(turn, dict) else str(turn)
        for turn in prompt
    ]
    return ("\n\n" if any(isinstance(turn, dict) for turn in prompt) else " ").join(parts)
