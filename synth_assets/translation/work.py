"""A document's translation as a pure function of the results so far."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from synth_assets.corpus.document import Document
from synth_assets.generation.keys import make_request
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
from synth_assets.translation.gates import check_document, copy_ratio, count_copied
from synth_assets.translation.protect import outside
from synth_assets.translation.segments import Plan, Segment, plan

PLANS_KEPT = 1024
"""Plans held in memory: a window of documents is asked several times in a row."""

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
    ) -> None:
        self._languages = languages
        self._identity = identity
        self._sampling = sampling
        self._versions = versions
        self._seed = profile_seed

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
        attempts = Attempts(self._request, results)
        plans = [self._plan(document.text)]
        if document.title:
            plans.append(self._plan(document.title))
        try:
            answers = _answer_all(attempts, [part for made in plans for part in made])
        except WaitingError as error:
            return Need(error.requests)
        except FailedError as error:
            return Failed(error.kind, str(error))
        except BrokenError as error:
            return Drop(error.broken.gate, error.broken.value, error.broken.limit)
        return self._made(document, plans, answers, attempts.keys)

    def _made(
        self,
        document: Document,
        plans: Sequence[Plan],
        answers: dict[Segment, Answer],
        keys: Sequence[str],
    ) -> Outcome:
        counts = _counts(plans[0], answers)
        if broken := check_document(counts.words, counts.copied_words):
            return Drop(broken.gate, broken.value, broken.limit)
        texts = [self._join(made, answers) for made in plans]
        child = document.child(
            texts[0],
            row_version=self._versions.row,
            generation_keys=list(dict.fromkeys(keys)),
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
            for part, made in zip(("text", "title"), plans, strict=False)
            for pair in _pairs(made, answers)
        ]
        return Made([child], [counts.columns()], {"segments": pairs})

    def _join(self, made: Plan, answers: dict[Segment, Answer]) -> str:
        text = ""
        for place, part in enumerate(made):
            if isinstance(part, Segment):
                if place and isinstance(made[place - 1], Segment):
                    text += self._languages.join("")
                text += answers[part].text
            else:
                is_gap = place and isinstance(made[place - 1], Segment) and part.isspace()
                text += self._languages.join(part) if is_gap else part
        return text

    def _make_request(self, text: str) -> Request:
        return make_request(
            self._identity,
            text,
            self._sampling,
            profile_seed=self._seed,
            step="translate",
            source_lang=self._languages.source,
            target_lang=self._languages.target,
        )


@dataclass(slots=True)
class Counts:
    """What the text's segments came to; the title's are left out."""

    segments: int = 0
    copied: int = 0
    restored: int = 0
    protected: int = 0
    mapped_characters: int = 0
    words: int = 0
    copied_words: int = 0

    def columns(self) -> dict[str, Any]:
        return {
            "n_segments": self.segments,
            "n_copied": self.copied,
            "n_restored": self.restored,
            "n_protected": self.protected,
            "n_mapped_chars": self.mapped_characters,
            "copy_ratio": copy_ratio(self.words, self.copied_words),
        }


def _answer_all(attempts: Attempts, parts: Iterable[str | Segment]) -> dict[Segment, Answer]:
    """Answers to all segments; the requests that any of them waits for are asked together."""
    answers: dict[Segment, Answer] = {}
    missing: dict[str, Request] = {}
    for part in parts:
        if isinstance(part, Segment):
            try:
                answers[part] = attempts.answer(part)
            except WaitingError as error:
                missing |= {request.key: request for request in error.requests}
    if missing:
        raise WaitingError(list(missing.values()))
    return answers


def _counts(made: Plan, answers: dict[Segment, Answer]) -> Counts:
    counts = Counts()
    for part in made:
        if not isinstance(part, Segment):
            continue
        answer = answers[part]
        counts.segments += 1
        counts.protected += len(part.spans)
        if answer.method == "copied":
            counts.copied += 1
            continue
        counts.mapped_characters += part.n_mapped
        counts.restored += answer.method != "direct"
        target = answer.text
        for span in part.spans:
            target = target.replace(span.text, " ")
        words, copied = count_copied(" ".join(outside(part.text, part.spans)), target)
        counts.words += words
        counts.copied_words += copied
    return counts


def _pairs(made: Plan, answers: dict[Segment, Answer]) -> list[dict[str, Any]]:
    return [
        {
            "index": index,
            "source": part.source,
            "target": answers[part].text,
            "method": answers[part].method,
        }
        for index, part in enumerate(part for part in made if isinstance(part, Segment))
    ]
