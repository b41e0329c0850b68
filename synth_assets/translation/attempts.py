"""One segment through the model: as it is, then with masks, then piece by piece.

A segment without protected spans has the first attempt only. What comes back must pass the gates
and hold every protected span. A text that was refused is drawn once more where the sampling has
chance in it, and one that ran on or looped is halved once and sent again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from synth_assets.generation.gates.fault import Fault
from synth_assets.generation.gates.finish import Truncated
from synth_assets.generation.gates.gate import Gate, Generated, first_fault
from synth_assets.generation.gates.repetition import Loop
from synth_assets.generation.protocol import Request, Result
from synth_assets.generation.work import DECLINED
from synth_assets.translation.gates import SEGMENT
from synth_assets.translation.protect import find_spans, has_letters, outside
from synth_assets.translation.segments import Segment, masked, masks, unmasked
from synth_assets.translation.sentences import middle
from synth_assets.translation.translators.translator import Context, Translator

HALVED = frozenset({Truncated.name, Loop.name})
"""Faults that a shorter text may not have."""

Ask = Callable[[str, int, Context], Request]
"""The request for a text, by the number of the attempt and what stands before it."""


class WaitingError(Exception):
    """Results are missing; `retries` are those of `generation.work.Need`."""

    def __init__(self, requests: Sequence[Request], retries: Mapping[str, str]) -> None:
        super().__init__(f"{len(requests)} results are missing")
        self.requests = requests
        self.retries = retries


class BrokenError(Exception):
    """A text was refused; `key` is that of its result, `source` the segment that it was for."""

    def __init__(self, fault: Fault, key: str, source: str = "") -> None:
        super().__init__(fault.gate)
        self.fault = fault
        self.key = key
        self.source = source


class FailedError(Exception):
    """A request failed for good."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.error)
        self.kind = result.error_kind or "unknown"


class DeclinedError(Exception):
    """A retry was not sent: the verdict before it stands."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A segment's translation, and by which attempt it came."""

    text: str
    method: str


@dataclass(slots=True)
class Attempts:
    """Asks for texts among the results at hand. `keys` collects what an answer is made of, `faults`
    what was refused, also where a later attempt did better. `context` are the pairs before the
    segment that is asked for."""

    request: Ask
    translator: Translator
    results: Mapping[str, Result]
    gates: Sequence[Gate] = SEGMENT
    keys: list[str] = field(default_factory=list)
    faults: dict[str, Fault] = field(default_factory=dict)
    context: Context = ()
    _retried: str | None = None

    def answer(self, item: Segment) -> Answer:
        """The segment's translation. Raises WaitingError, FailedError, or BrokenError with what
        the last attempt broke."""
        if not item.has_prose:
            return Answer(item.source, "copied")
        broken: BrokenError | None = None
        for method, attempt in self._attempts(item):
            mark = len(self.keys)
            try:
                with self._retrying(broken.key if broken else None):
                    return Answer(attempt(item), method)
            except BrokenError as error:
                broken = error
            except DeclinedError:
                break
            del self.keys[mark:]
        assert broken is not None
        raise BrokenError(broken.fault, broken.key, item.source)

    def _attempts(self, item: Segment) -> Iterator[tuple[str, Callable[[Segment], str]]]:
        if not item.unreadable:
            yield "direct", self._direct
        if item.spans:
            yield "masked", self._masked
            yield "pieces", self._pieces

    @contextmanager
    def _retrying(self, key: str | None) -> Iterator[None]:
        """What is asked for inside is another try at the text under `key`, if there is one."""
        before = self._retried
        self._retried = key or before
        try:
            yield
        finally:
            self._retried = before

    def _direct(self, item: Segment) -> str:
        mark = len(self.keys)
        target = self._translate(item.text)
        if not item.is_intact(target):
            fault = Fault("altered_span", target[:80], "every protected span")
            raise self._refused(self.keys[mark:], fault)
        return target

    def _masked(self, item: Segment) -> str:
        mark, names = len(self.keys), masks(item)
        target = unmasked(self._translate(masked(item, names)), item, names)
        if target is None:
            fault = Fault("lost_mask", item.source[:80], "every mask once")
            raise self._refused(self.keys[mark:], fault)
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
        request = self.request(text, 0, self.context)
        broken = self._check(text)
        if broken is None:
            return self._take(text)
        try:
            with self._retrying(None if broken.fault.gate == Truncated.name else broken.key):
                return self._again(text, request, broken)
        except (DeclinedError, FailedError):
            raise broken from None

    def _again(self, text: str, request: Request, broken: BrokenError) -> str:
        """Another draw, then halves, where either may help; raises BrokenError where none does."""
        is_truncated = broken.fault.gate == Truncated.name
        if request.sampling.temperature > 0 and not is_truncated and not self._check(text, 1):
            return self._take(text, 1)
        cut = middle(text, find_spans(text)) if broken.fault.gate in HALVED else None
        if cut is None:
            raise broken
        halves = [text[: cut[0]], text[cut[1] :]]
        self._results(halves)
        for half in halves:
            if worse := self._check(half):
                raise worse
        gap = text[cut[0] : cut[1]] or " "
        return gap.join(self._take(half).strip() for half in halves)

    def _check(self, text: str, attempt: int = 0) -> BrokenError | None:
        """Why the text's result is refused, if it is."""
        (result,) = self._results([text], attempt)
        assert result.text is not None
        sampling = self.request(text, attempt, self.context).sampling
        fault = first_fault(
            self.gates,
            Generated(
                text,
                self.translator.read(result.text),
                finish_reason=self.translator.finish(result),
                completion_tokens=result.completion_tokens,
                max_new_tokens=sampling.max_new_tokens,
            ),
        )
        return self._refused([result.key], fault) if fault else None

    def _refused(self, keys: Sequence[str], fault: Fault) -> BrokenError:
        self.faults |= dict.fromkeys(keys, fault)
        return BrokenError(fault, keys[-1])

    def _take(self, text: str, attempt: int = 0) -> str:
        (result,) = self._results([text], attempt)
        self.keys.append(result.key)
        assert result.text is not None
        return self.translator.read(result.text)

    def _results(self, texts: Sequence[str], attempt: int = 0) -> list[Result]:
        """The results of the texts; raises WaitingError with all that are missing at once."""
        requests = [self.request(text, attempt, self.context) for text in texts]
        missing = [request for request in requests if request.key not in self.results]
        if missing:
            retried = self._retried
            raise WaitingError(missing, {one.key: retried for one in missing} if retried else {})
        found = [self.results[request.key] for request in requests]
        for result in found:
            if result.error_kind == DECLINED:
                raise DeclinedError
            if result.failed:
                raise FailedError(result)
        return found
