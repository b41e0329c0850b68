"""One segment through the model: as it is, then with masks, then piece by piece.

A segment without protected spans has the first attempt only. What comes back must pass the gates
and hold every protected span; a text that ran on or looped is halved once and sent again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from synth_assets.generation.protocol import Request, Result
from synth_assets.translation.gates import Broken, check_segment
from synth_assets.translation.protect import find_spans, has_letters, outside
from synth_assets.translation.segments import Segment, masked, masks, unmasked
from synth_assets.translation.sentences import middle

HALVED = frozenset({"unfinished", "repetition_loop"})
"""Faults that a shorter text may not have."""


class WaitingError(Exception):
    """Results are missing."""

    def __init__(self, requests: Sequence[Request]) -> None:
        super().__init__(f"{len(requests)} results are missing")
        self.requests = requests


class BrokenError(Exception):
    """A gate was not passed."""

    def __init__(self, broken: Broken) -> None:
        super().__init__(broken.gate)
        self.broken = broken


class FailedError(Exception):
    """A request failed for good."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.error)
        self.kind = result.error_kind or "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """A segment's translation, and by which attempt it came."""

    text: str
    method: str


@dataclass(slots=True)
class Attempts:
    """Asks for texts among the results at hand; `keys` collects what an answer is made of."""

    request: Callable[[str], Request]
    results: Mapping[str, Result]
    keys: list[str] = field(default_factory=list)

    def answer(self, item: Segment) -> Answer:
        """The segment's translation. Raises WaitingError, FailedError, or BrokenError with what
        the last attempt broke."""
        if not item.has_prose:
            return Answer(item.source, "copied")
        broken: BrokenError | None = None
        for method, attempt in self._attempts(item):
            mark = len(self.keys)
            try:
                return Answer(attempt(item), method)
            except BrokenError as error:
                broken = error
                del self.keys[mark:]
        assert broken is not None
        raise broken

    def _attempts(self, item: Segment) -> Iterator[tuple[str, Callable[[Segment], str]]]:
        if not item.unreadable:
            yield "direct", self._direct
        if item.spans:
            yield "masked", self._masked
            yield "pieces", self._pieces

    def _direct(self, item: Segment) -> str:
        target = self._translate(item.text)
        if not item.is_intact(target):
            raise BrokenError(Broken("altered_span", target[:80], "every protected span"))
        return target

    def _masked(self, item: Segment) -> str:
        names = masks(item)
        target = unmasked(self._translate(masked(item, names)), item, names)
        if target is None:
            raise BrokenError(Broken("lost_mask", item.source[:80], "every mask once"))
        return target

    def _pieces(self, item: Segment) -> str:
        """The prose between the spans, each piece on its own; the spans stay in their places."""
        pieces = outside(item.text, item.spans)
        self._results([piece.strip() for piece in pieces if has_letters(piece)])
        made = ""
        for piece, span in zip(pieces, [*item.spans, None], strict=True):
            made += self._piece(piece) + (span.text if span else "")
        return made

    def _piece(self, piece: str) -> str:
        if not has_letters(piece):
            return piece
        stripped = piece.strip()
        lead, tail = piece.split(stripped, 1)
        return lead + self._translate(stripped).strip() + tail

    def _translate(self, text: str) -> str:
        broken = self._check(text)
        if broken is None:
            return self._take(text)
        cut = middle(text, find_spans(text)) if broken.gate in HALVED else None
        if cut is None:
            raise BrokenError(broken)
        halves = [text[: cut[0]], text[cut[1] :]]
        self._results(halves)
        for half in halves:
            if fault := self._check(half):
                raise BrokenError(fault)
        gap = text[cut[0] : cut[1]] or " "
        return gap.join(self._take(half).strip() for half in halves)

    def _check(self, text: str) -> Broken | None:
        (result,) = self._results([text])
        assert result.text is not None
        return check_segment(text, result.text, finished=result.finish_reason == "stop")

    def _take(self, text: str) -> str:
        (result,) = self._results([text])
        self.keys.append(result.key)
        assert result.text is not None
        return result.text

    def _results(self, texts: Sequence[str]) -> list[Result]:
        """The results of the texts; raises WaitingError with all that are missing at once."""
        requests = [self.request(text) for text in texts]
        missing = [request for request in requests if request.key not in self.results]
        if missing:
            raise WaitingError(missing)
        found = [self.results[request.key] for request in requests]
        for result in found:
            if result.failed:
                raise FailedError(result)
        return found
