"""A corpus by generation: plan, generate what is missing, then assemble from the journal alone.

The first passes send requests until no document needs more; the last one writes the rows in the
order of the inputs. Because it reads results only from the journal, a run that was killed and
resumed gives the same file as one that was not.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from synth_assets.corpus.document import CountTokens
from synth_assets.corpus.footer import Footer
from synth_assets.corpus.schema import DOCUMENT, Schema
from synth_assets.corpus.stage import StageRun
from synth_assets.errors import CancelledError
from synth_assets.generation.assembly import Assembly
from synth_assets.generation.best import BestShare
from synth_assets.generation.journal import Journal
from synth_assets.generation.money.ledger import Meter
from synth_assets.generation.passes import Documents, Passes
from synth_assets.generation.protocol import Engine
from synth_assets.generation.runner import Runner
from synth_assets.generation.tables import OUTCOMES, REQUESTS
from synth_assets.generation.work import Work
from synth_assets.takedown.journals import settle

__all__ = ["OUTCOMES", "REQUESTS", "generate_corpus"]


class Parents(Documents, Protocol):
    """What is read: a corpus, or a part of one, which is then the sidecar that `part` names."""

    @property
    def name(self) -> str: ...

    @property
    def data_version(self) -> str: ...

    @property
    def part(self) -> str | None: ...


def generate_corpus(
    run: StageRun,
    corpus: str,
    inputs: Sequence[Parents],
    work: Work,
    engine: Engine,
    *,
    count_tokens: CountTokens,
    extra: Schema | None = None,
    tables: Mapping[str, Schema] | None = None,
    meter: Meter | None = None,
    regenerate: bool = False,
    best: BestShare | None = None,
    models: Mapping[str, str] = MappingProxyType({}),
) -> Footer:
    """Make `corpus` of this batch from all documents of the inputs.

    `extra` are the corpus's columns beside DOCUMENT, `tables` its sidecars beside `outcomes` and
    `requests`. `meter` counts what is spent and knows the limits. `regenerate` lets a changed gate
    ask for new texts; see `work.Need`. Of the texts of the whole batch `best` keeps a share.
    `models` are data versions of other assets that shape it, by name.

    Raises CancelledError when the run is asked to stop, BudgetError when a limit is reached,
    EngineError when the engine cannot go on; finished generations are in the journal then.
    """
    with (
        run.store.write(
            corpus,
            run.batch,
            schema=DOCUMENT | dict(extra or {}),
            code_version=run.code_version,
            inputs={one.name: one.data_version for one in inputs} | dict(models),
        ) as writer,
        Journal(
            run.store.files, corpus, run.batch, retry_failed=run.retry_failed, log=run.log
        ) as journal,
    ):
        assembly = Assembly(writer, count_tokens, tables or {})
        passes = Passes(work, journal, inputs, regenerate=regenerate)
        runner = _runner(run, engine, journal, passes, meter)
        passes.generate_all(runner)
        writer.footer.parts = {one.name: one.part for one in inputs if one.part}
        judge = best.judge_by(passes.cases()) if best is not None else None
        for cases in passes.cases():
            if run.cancelled():
                raise CancelledError(
                    "the run was asked to stop; what is finished is in the journal"
                )
            assembly.add(judge(cases) if judge is not None else cases)
        footer = writer.commit(*assembly.finish(passes.total))
        journal.compact()  # after the commit: if it dies, the corpus is there all the same
        settle(run.store, corpus, run.batch)
        runner.stats.reused = assembly.planned - runner.stats.sent
        run.log(f"{corpus}: {runner.stats}")
        return footer


def _runner(
    run: StageRun, engine: Engine, journal: Journal, passes: Passes, meter: Meter | None
) -> Runner:
    limits = run.profile.generation
    return Runner(
        engine,
        journal,
        attempts=limits.attempts,
        hang_s=limits.hang_s,
        log=run.log,
        cancelled=run.cancelled,
        on_hang=run.on_hang,
        meter=meter,
        place=passes.place,
    )
