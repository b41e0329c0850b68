"""How the kernels' loops are compiled."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from numba import njit

Whole = Any
"""A number in compiled code, of whatever width and sign the expression around it gives."""

Taken = ParamSpec("Taken")
Given = TypeVar("Given")


def compiled(function: Callable[Taken, Given]) -> Callable[Taken, Given]:
    """Machine code that releases the interpreter's lock, kept on disk from the first call on: a
    cold compile takes seconds. Where no folder can be written it is compiled in every process;
    NUMBA_CACHE_DIR names one."""
    made: Callable[Taken, Given]
    try:
        made = njit(nogil=True, cache=True)(function)
    except RuntimeError:
        made = njit(nogil=True)(function)
    return made
