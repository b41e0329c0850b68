"""Human translations judged as the translation stage judges its own: every line is a segment, and
ten lines that follow each other are a document.

`references_dropped` is the share of the documents that the gates refuse as they are; `caught_...`
the share of those refused in which every line has the fault, `one_line_...` those in which one line
has it. Numbers are changed in documents that have any; of FLORES v1 none has. The limits of the
gates were chosen on the documents with even numbers, from the second on; these are the others, but
for `--quick`.

A pair is held to the limits where the language id knows both of its languages.
"""

from collections.abc import Callable, Sequence
from functools import partial

from synth_assets.bench.case import Case, Claim, Done, Watch
from synth_assets.bench.gates.faults import FAULTS, Line
from synth_assets.bench.gates.pairs import FILES, Pair, languages, load_pair

MOST_DROPPED = 0.02
LEAST_CAUGHT = 0.95
QUICK_DOCUMENTS = 2

Judge = Callable[[Sequence[str], Sequence[str]], str | None]
"""The gate that refuses a document, by its lines and their translations."""


def cases(*, quick: bool) -> Sequence[Case]:
    """One case a pair."""
    return [
        Case(file, partial(_run, file, quick), "documents", claims=_claims(file)) for file in FILES
    ]


def _claims(file: str) -> tuple[Claim, ...]:
    from synth_assets.filtering.language import known

    if not {lang[:3] for lang in languages(file)} <= known():
        return ()
    faults = [name for name in FAULTS if name != "numbers_changed" or not file.startswith("flores")]
    caught = [Claim(f"caught_{fault}", at_least=LEAST_CAUGHT) for fault in faults]
    return (Claim("references_dropped", at_most=MOST_DROPPED), *caught)


def _run(file: str, quick: bool, watch: Watch) -> Done:
    pair = load_pair(file, odd=not quick)
    documents = pair.documents[:QUICK_DOCUMENTS] if quick else pair.documents
    judge = _judge(pair)
    judge([line.source for line in documents[0]], [line.target for line in documents[0]])
    with watch:
        dropped = [_judged(judge, lines, [line.target for line in lines]) for lines in documents]
    figures: dict[str, float | None] = {"references_dropped": _share(dropped)}
    figures |= {f"caught_{fault}": _caught(judge, documents, fault) for fault in FAULTS}
    figures |= {f"one_line_{fault}": _caught(judge, documents, fault, 1) for fault in FAULTS}
    figures["microseconds_per_line"] = watch.cpu_s * 1e6 / sum(map(len, documents))
    measured = {name: value for name, value in figures.items() if value is not None}
    return Done(len(documents), measured, [gate or "kept" for gate in dropped])


def _caught(
    judge: Judge, documents: Sequence[list[Line]], name: str, most: int | None = None
) -> float | None:
    """Share of the documents with a fault in all or at most so many of the lines, of those that can
    have it."""
    found = []
    for lines in documents:
        made = [FAULTS[name](line) for line in lines]
        able = [at for at, line in enumerate(lines) if made[at] != line.target]
        if not able:
            continue
        chosen = set(able if most is None else able[len(able) // 2 :][:most])
        texts = [made[at] if at in chosen else line.target for at, line in enumerate(lines)]
        found.append(_judged(judge, lines, texts))
    return _share(found)


def _judged(judge: Judge, lines: Sequence[Line], texts: Sequence[str]) -> str | None:
    return judge([line.source for line in lines], texts)


def _share(verdicts: Sequence[str | None]) -> float | None:
    """Of the documents those that are refused; None of none."""
    if not verdicts:
        return None
    return sum(gate is not None for gate in verdicts) / len(verdicts)


def _judge(pair: Pair) -> Judge:
    from synth_assets.generation.gates.gate import Generated, first_fault
    from synth_assets.translation.gates import Gates
    from synth_assets.translation.protect import has_letters

    gates = Gates()

    def judge(sources: Sequence[str], texts: Sequence[str]) -> str | None:
        parts = list(zip(sources, texts, strict=True))
        langs = (pair.source_lang, pair.target_lang)
        for source, text in parts:
            if not has_letters(source):  # the stage copies such a segment
                continue
            if fault := first_fault(gates.segment, Generated(source, text, *langs)):
                return fault.gate
        whole = Generated("\n".join(sources), "\n".join(texts), *langs, parts=parts)
        fault = first_fault(gates.document, whole)
        return fault.gate if fault else None

    return judge
