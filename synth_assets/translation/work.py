"""A document's translation as a pure function of the results so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from synth_assets.corpus.document import Document
from synth_assets.generation.gates.copying import shared_words
from synth_assets.generation.gates.gate import Generated, first_fault
from synth_assets.generation.protocol import EngineIdentity, Request, Sampling
from synth_assets.generation.work import Drop, Failed, Made, Need, NotSelected, Outcome, Results
from synth_assets.translation.attempts import (
    Answer,
    Attempts,
    BrokenError,
    FailedError,
    WaitingError,
)
from synth_assets.translation.characters import Characters
from synth_assets.translation.gates import Gates
from synth_assets.translation.protect import outside
from synth_assets.translation.segments import Plan, Segment, plan
from synth_assets.translation.translators.translator import (
    Context,
    ModelTranslator,
    Translator,
    ask,
)
from synth_assets.translation.way_back import COLUMN, NAME, WayBack

PLANS_KEPT = 1024
"""Plans held in memory: a window of documents is asked several times in a row."""

SHOWN_CHARS = 80
"""How much of a segment a drop shows."""

SPACELESS = frozenset({"Hans", "Hant", "Jpan", "Thai", "Khmr", "Laoo", "Mymr", "Tibt"})
"""Scripts that put no space between sentences."""


@dataclass(frozen=True)
class Languages:
    """Source and target, FLORES style."""

    source: str
    target: str

    def join(self, gap: str) -> str:
        """What stands between two sentences of one line in the target, for what does in the
        source."""
        source, target = (
            lang.rpartition("_")[2] in SPACELESS for lang in (self.source, self.target)
        )
        if source and not target:
            return gap or " "
        if target and not source and gap == " ":
            return ""
        return gap


@dataclass(frozen=True, slots=True)
class Versions:
    """Hashes of what a request is, and of what a row is."""

    gen: str
    row: str

    @property
    def recipe(self) -> str:
        return f"{self.gen[:12]}.{self.row[:12]}"


class Translation:
    """See `generation.work.Work`. Documents in another language than the source are not
    selected."""

    def __init__(
        self,
        languages: Languages,
        identity: EngineIdentity,
        sampling: Sampling,
        characters: Characters,
        versions: Versions,
        *,
        max_segment_tokens: int,
        profile_seed: int,
        gates: Gates | None = None,
        translator: Translator | None = None,
        way_back: WayBack | None = None,
    ) -> None:
        self._languages = languages
        self._translator = translator or ModelTranslator(languages.source, languages.target)
        self._identity = identity
        self._sampling = sampling
        self._versions = versions
        self._seed = profile_seed
        self._gates = gates or Gates()
        self._way_back = way_back

        def fits(text: str) -> bool:
            return characters.vocabulary.fits(text, max_segment_tokens)

        self._plan = lru_cache(PLANS_KEPT)(lambda text: plan(text, characters, fits))
        self._request = lru_cache(1 << 16)(self._make_request)

    @property
    def row_version(self) -> str:
        return self._versions.row

    def advance(self, document: Document, results: Results) -> Outcome:
        if document.lang != self._languages.source:
            return NotSelected("language")
        attempts = Attempts(self._request, self._translator, results, self._gates.segment)
        plans = [self._plan(document.text)]
        if document.title:
            plans.append(self._plan(document.title))
        try:
            answers = _answer_all(attempts, plans, self._translator.n_context)
        except WaitingError as error:
            return Need(error.requests, error.retries)
        except FailedError as error:
            return Failed(error.kind, str(error), attempts.faults)
        except BrokenError as error:
            fault = error.fault
            where = f"{fault.value} in: {error.source[:SHOWN_CHARS]}"
            return Drop(fault.gate, where, fault.limit, attempts.faults)
        return self._made(document, plans, answers, attempts)

    def _made(
        self,
        document: Document,
        plans: Sequence[Plan],
        answers: dict[Segment, Answer],
        attempts: Attempts,
    ) -> Outcome:
        joined = [self._join(made, answers) for made in plans]
        texts = [text for text, _ in joined]
        languages = self._languages
        parts = _translated(plans[0], answers)
        made = Generated(document.text, texts[0], languages.source, languages.target, parts=parts)
        if fault := first_fault(self._gates.document, made):
            return Drop(fault.gate, fault.value, fault.limit, attempts.faults)
        came_back = self._come_back(document, plans[0], answers, attempts)
        if isinstance(came_back, Need | Drop):
            return came_back
        child = document.child(
            texts[0],
            row_version=self._versions.row,
            generation_keys=list(dict.fromkeys(attempts.keys)),
            title=texts[1] if len(texts) > 1 else document.title,
            lang=self._languages.target,
            kind="translated",
            recipe="translate",
            recipe_version=self._versions.recipe,
            model=self._identity.model,
            model_revision=self._identity.revision,
            seed=self._seed,
        )
        pairs = [
            {"doc_id": child.doc_id, "part": part, **pair}
            for part, planned, (_, starts) in zip(("text", "title"), plans, joined, strict=False)
            for pair in _pairs(planned, answers, starts)
        ]
        columns = _counts(plans[0], answers)
        columns |= {"copy_ratio": shared_words(parts)[1], COLUMN: came_back}
        return Made([child], [columns], {"segments": pairs}, attempts.faults)

    def _come_back(
        self, document: Document, made: Plan, answers: dict[Segment, Answer], attempts: Attempts
    ) -> float | Need | Drop | None:
        """How much of a sampled document comes back, or what that takes; None of the others."""
        way = self._way_back
        if way is None or not way.samples(document.doc_id):
            return None
        sent = [part for part in made if isinstance(part, Segment) and part.has_prose]
        pairs = [(part.text, answers[part].text) for part in sent]
        asked = {request.key: request for _, text in pairs if (request := way.request(text))}
        if not asked.keys() <= attempts.results.keys():
            return Need(list(asked.values()))
        score = way.score(pairs, attempts.results)
        if score is not None and score < way.min_chrf:
            return Drop(NAME, f"chrF {score:.1f}", f"at least {way.min_chrf:g}", attempts.faults)
        return score

    def _join(self, made: Plan, answers: dict[Segment, Answer]) -> tuple[str, list[int]]:
        """The text, and where each segment's translation begins in it."""
        text = ""
        starts: list[int] = []
        for place, part in enumerate(made):
            if isinstance(part, Segment):
                if place and isinstance(made[place - 1], Segment):
                    text += self._languages.join("")
                starts.append(len(text))
                text += answers[part].text
            else:
                is_gap = place and isinstance(made[place - 1], Segment) and part.isspace()
                text += self._languages.join(part) if is_gap else part
        return text, starts

    def _make_request(self, text: str, attempt: int, context: Context) -> Request:
        return ask(
            self._translator,
            self._identity,
            self._sampling,
            text,
            context=context,
            seed=self._seed,
            attempt=attempt,
        )


def _answer_all(attempts: Attempts, plans: Sequence[Plan], n_context: int) -> dict[Segment, Answer]:
    """Answers to all segments; the requests that any of them waits for are asked together. Where
    one segment is lost, the others are judged all the same, and nothing more is asked for.

    A segment whose request holds those before it waits for them; one that is said again is
    answered as it was the first time.
    """
    answers: dict[Segment, Answer] = {}
    waiting: list[WaitingError] = []
    lost: BrokenError | FailedError | None = None
    for made in plans:
        before: list[tuple[str, str]] = []
        for part in made:
            if not isinstance(part, Segment):
                continue
            attempts.context = tuple(before[-n_context:]) if n_context else ()
            try:
                if part not in answers:
                    answers[part] = attempts.answer(part)
                before.append((part.text, answers[part].text))
            except WaitingError as error:
                waiting.append(error)
                if n_context:
                    break
            except (BrokenError, FailedError) as error:
                lost = lost or error
    if lost:
        raise lost
    if waiting:
        raise _together(waiting)
    return answers


def _together(waiting: Sequence[WaitingError]) -> WaitingError:
    """One request each; what one segment needs in any case is no retry, though it be another's."""
    requests = {request.key: request for error in waiting for request in error.requests}
    plain = {
        request.key
        for error in waiting
        for request in error.requests
        if request.key not in error.retries
    }
    retries = {key: judged for error in waiting for key, judged in error.retries.items()}
    return WaitingError(
        list(requests.values()), {key: retries[key] for key in retries if key not in plain}
    )


def _translated(made: Plan, answers: dict[Segment, Answer]) -> list[tuple[str, str]]:
    """Source and target of every segment that was sent, without its protected spans."""
    pairs = []
    for part in made:
        if isinstance(part, Segment) and answers[part].method != "copied":
            target = answers[part].text
            for span in part.spans:
                target = target.replace(span.text, " ")
            pairs.append((" ".join(outside(part.text, part.spans)), target))
    return pairs


def _counts(made: Plan, answers: dict[Segment, Answer]) -> dict[str, Any]:
    """What the text's segments came to; the title's are left out."""
    segments = [part for part in made if isinstance(part, Segment)]
    sent = [part for part in segments if answers[part].method != "copied"]
    return {
        "n_segments": len(segments),
        "n_copied": len(segments) - len(sent),
        "n_restored": sum(answers[part].method != "direct" for part in sent),
        "n_protected": sum(len(part.spans) for part in segments),
        "n_mapped_chars": sum(part.n_mapped for part in sent),
    }


def _pairs(
    made: Plan, answers: dict[Segment, Answer], starts: Sequence[int]
) -> list[dict[str, Any]]:
    segments = [part for part in made if isinstance(part, Segment)]
    return [
        {
            "index": index,
            "source": part.source,
            "target": answers[part].text,
            "start": start,
            "method": answers[part].method,
        }
        for index, (part, start) in enumerate(zip(segments, starts, strict=True))
    ]
