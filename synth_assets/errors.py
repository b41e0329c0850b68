"""The errors a user can cause; each message is one sentence: what, where, what is allowed."""


class SynthAssetsError(Exception):
    """Base of every error that the command line prints without a traceback."""


class ProfileError(SynthAssetsError):
    """A profile that cannot be used: names the key, the value and what is allowed."""


class InputError(SynthAssetsError):
    """An input file that is not what it claims: names the file, the offset, what was expected."""


class CorpusError(SynthAssetsError):
    """A corpus file that is missing, torn, locked, or does not obey its conservation law."""


class TakenDownError(SynthAssetsError):
    """A takedown came while a step was writing what it takes down; the step must run again."""


class EngineError(SynthAssetsError):
    """An engine that cannot start: a missing model, a wrong tokenizer, no memory."""


class CancelledError(SynthAssetsError):
    """The run was asked to stop; everything finished until then is kept."""


class BudgetError(SynthAssetsError):
    """A budget is spent: names the limit; everything finished is kept, the next run goes on."""


class ReleaseError(SynthAssetsError):
    """A release that cannot be made as it is declared: names the component and what it lacks."""
